"""Max-min fair shares by water filling over all limits at once.

The level rises from the lowest `low`. A wallbox rises with it, weight times the level, between its
`low` (which it has from the start) and its `cap`; when a limit is full, everyone on it stays where
it is. What comes out is max-min fair: nobody could have more without taking it from somebody who
has no more (of what counts for its weight).

Only limits that all caps together would exceed are looked at. Of each it is known what the rising
ones on it may have together and how many they are, so the level at which it is full is a division,
and that level only grows while others reach their caps or stay behind. So one heap serves all that
happens, in the order of the level: a limit is full, a wallbox has its cap, or is caught up with at
its low. Integers only; what the division leaves over is less than 1 mA per wallbox and weight.
"""

from heapq import heapify, heappop, heappush


def fill(on, low, cap, uses, budget, out, bound, weight=None) -> None:
    """Share `budget[j]` (mA per limit j) among the wallboxes `on`.

    low, cap: mA per wallbox; uses[i]: the limits j that wallbox i counts in; weight[i]: a whole
    number of 1 or more, None: all alike. Results: out[i] in mA, bound[i] = the limit that stopped
    it, or -1 when it has its cap. Where the lows alone exceed a limit, everyone on it stays at the
    low; to keep that from happening is the caller's part.
    """
    alike = {}  # the wallboxes that count in the same limits
    used = None
    for i in on:
        out[i] = cap[i]
        bound[i] = -1
        if uses[i] is not used:
            used = uses[i]
            who = alike.get(used)
            if who is None:
                alike[used] = who = []
        who.append(i)
    limits = len(budget)
    most = [0] * limits
    mark = [0] * limits  # who counts in it: a bit for each kind
    bit = 1
    for used in alike:
        asked = sum([cap[i] for i in alike[used]])
        for j in used:
            most[j] += asked
            mark[j] += bit
        bit *= 2
    rest = {}  # tight limit: what those who rise may have together
    tightest = {}  # of several with the same wallboxes only one counts: a circuit's three phases
    for j in range(limits):
        if most[j] > budget[j]:
            k = tightest.get(mark[j])
            if k is not None:
                if budget[j] >= budget[k]:
                    continue
                del rest[k]
            tightest[mark[j]] = j
            rest[j] = budget[j]
    if not rest or not on:
        return
    start = low[:]  # from this level on it rises
    end = cap  # above this level it has its cap
    if weight is None:
        weight = b"\x01" * len(out)
    else:
        start = [-(-a // w) for a, w in zip(low, weight)]
        end = [a // w for a, w in zip(cap, weight)]
    base = min([start[i] for i in on])
    rising = dict.fromkeys(rest, 0)  # weights
    members = {j: [] for j in rest}
    places = {}  # wallbox: the tight limits it counts in, none once it stays
    events = []  # level * size + number: of a limit, of a wallbox at its low, at its cap
    size = limits + 2 * len(out)
    for used in alike:
        at = [j for j in used if j in rest]
        if not at:
            continue
        who = alike[used]
        held = count = 0
        for i in who:
            places[i] = at
            events.append(end[i] * size + size - 1 - i)
            if start[i] == base:
                count += weight[i]
            else:
                held += low[i]
                events.append((start[i] - 1) * size + limits + i)
        kind = (at, who)
        for j in at:
            rest[j] -= held
            rising[j] += count
            members[j].append(kind)
    for j in rest:
        if rest[j] < base * rising[j]:
            events.append(j - size)  # nobody rises on it: before all others
        elif rising[j]:
            events.append(rest[j] // rising[j] * size + j)
    heapify(events)
    while events:
        level = heappop(events)
        j = level % size
        level //= size
        if j < limits:
            if level >= 0:
                if not rising[j]:
                    continue
                full = rest[j] // rising[j]
                if full > level:
                    heappush(events, full * size + j)
                    continue
            for at, who in members[j]:
                if not at:
                    continue  # these stay already
                held = count = 0
                for i in who:
                    if end[i] < level:
                        continue
                    a = weight[i] * level
                    if a < low[i]:
                        a = low[i]
                    if start[i] == base:
                        held += a
                        count += weight[i]
                    if a < cap[i]:
                        out[i] = a
                        bound[i] = j
                for k in at:
                    rest[k] -= held
                    rising[k] -= count
                at.clear()
        else:
            i = j - limits
            if i < len(out):
                start[i] = base
                for j in places[i]:
                    rest[j] += low[i]
                    rising[j] += weight[i]
                    heappush(events, rest[j] // rising[j] * size + j)
            else:
                i = size - 1 - j
                for j in places[i]:
                    rest[j] -= cap[i]
                    rising[j] -= weight[i]
