"""Max-min fair shares by water filling over all limits at once.

The level rises from 0. A wallbox rises with it between its `low` (which it has from the start) and
its `cap`; when a limit is full, everyone who rises on it stays at the level of that moment. What
comes out is max-min fair: nobody could have more without taking it from somebody who has no more.

The level moves from event to event (a wallbox joins at its low, leaves at its cap, a limit fills),
so the work is about n events, not n per level. Integers only; what the division leaves over is
less than 1 mA per wallbox.
"""

from compat import const

_FAR = const(0x0FFFFFFF)


def fill(on: list, low: list, cap: list, uses: list, budget: list, out: list, bound: list) -> None:
    """Share `budget[j]` (mA per limit j) among the wallboxes `on` (indices below 64).

    low, cap: mA per wallbox; uses[i]: the limits j that wallbox i counts in. Results: out[i] in
    mA, bound[i] = the limit that stopped it, or -1 when it has its cap. Where the lows alone
    exceed a limit, everyone on it stays at the low; to keep that from happening is the caller's
    part.
    """
    left = budget[:]  # of each limit, what those who rise on it have together
    rising = [0] * len(left)  # how many they are
    full = [_FAR] * len(left)  # the level at which the limit is full
    used = [j for j in range(len(left)) if left[j] < _FAR]
    active = [False] * len(out)
    events = []
    for i in on:
        a = low[i]
        out[i] = a
        bound[i] = -1
        for j in uses[i]:
            left[j] -= a
        if cap[i] > a:
            # one integer an event: level, join (1) or leave (0), wallbox
            events.append(a << 7 | 64 | i)
            events.append(cap[i] << 7 | i)
    events.sort()
    level = 0
    for event in events:
        while True:  # limits that are full before this event
            first = event >> 7
            tight = -1
            for j in used:
                if full[j] < first:
                    first = full[j]
                    tight = j
            if tight < 0:
                break
            if first > level:
                level = first
            for i in on:
                if active[i] and tight in uses[i]:
                    active[i] = False
                    out[i] = level
                    bound[i] = tight
                    for j in uses[i]:
                        left[j] -= level
                        n = rising[j] = rising[j] - 1
                        full[j] = left[j] // n if n else _FAR
        level = event >> 7
        i = event & 63
        if event & 64:
            active[i] = True
            a = level
            step = 1
        elif active[i]:
            active[i] = False
            out[i] = level
            a = -level
            step = -1
        else:
            continue
        for j in uses[i]:
            left[j] += a
            n = rising[j] = rising[j] + step
            full[j] = left[j] // n if n else _FAR
