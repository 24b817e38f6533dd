"""Max-min fair shares by water filling over all limits at once.

The level rises from 0. A wallbox rises with it between its `low` (which it has from the start) and
its `cap`; when a limit is full, everyone who uses it stays at the level of that moment. What comes
out is max-min fair: nobody could have more without taking it from somebody who has no more.

The level moves from event to event (a wallbox joins at its low, leaves at its cap, a limit fills),
so the work is about n events, not n per level. Integers only; what integer division leaves over is
less than 1 mA per wallbox.
"""

from compat import const

_FAR = const(0x0FFFFFFF)


def fill(on: list, low: list, cap: list, uses: list, budget: list, out: list, bound: list) -> None:
    """Share `budget[j]` (mA per limit j) among the wallboxes `on` (indices below 64).

    low, cap: mA per wallbox; uses[i]: the limits j that wallbox i counts in. Results: out[i] in mA,
    bound[i] = the limit that stopped it, or -1 when it has its cap. A limit that the lows alone
    exceed is full at once; to keep that from happening is the caller's part.
    """
    m = len(budget)
    room = budget[:]
    base = [0] * m  # the level at which room and count were last brought up to date
    count = [0] * m  # wallboxes that rise on this limit
    full = [_FAR] * m  # the level at which it will be full
    events = [0] * (2 * len(on))
    k = 0
    for i in on:
        a = low[i]
        out[i] = a
        bound[i] = -1
        for j in uses[i]:
            room[j] -= a
        # one integer an event: level, join (1) or leave (0), wallbox
        events[k] = a << 7 | 64 | i
        events[k + 1] = cap[i] << 7 | i if cap[i] > a else a << 7 | 64 | i
        k += 2
    events.sort()
    rising = [False] * len(out)
    used = [j for j in range(m) if budget[j] < _FAR]
    last = -1
    for event in events:
        if event == last:
            continue  # low equals cap: nothing to rise
        last = event
        level = event >> 7
        i = event & 63
        # limits that are full before this event
        while True:
            first = level
            tight = -1
            for j in used:
                if full[j] < first:
                    first = full[j]
                    tight = j
            if tight < 0:
                break
            for other in on:
                if rising[other] and tight in uses[other]:
                    rising[other] = False
                    out[other] = first
                    bound[other] = tight
                    for j in uses[other]:
                        n = count[j]
                        left = room[j] - (first - base[j]) * n
                        n -= 1
                        room[j] = left
                        base[j] = first
                        count[j] = n
                        full[j] = first + (left // n if left > 0 else 0) if n else _FAR
        if event & 64:
            if cap[i] <= level:
                continue
            rising[i] = True
            step = 1
        elif rising[i]:
            rising[i] = False
            out[i] = level
            step = -1
        else:
            continue
        for j in uses[i]:
            n = count[j]
            left = room[j] - (level - base[j]) * n
            n += step
            room[j] = left
            base[j] = level
            count[j] = n
            full[j] = level + (left // n if left > 0 else 0) if n and budget[j] < _FAR else _FAR
