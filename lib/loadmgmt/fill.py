"""Max-min fair shares by water filling over all limits at once.

The level rises from 0. A wallbox rises with it between its `low` (which it has from the start) and
its `cap`; when a limit is full, everyone who rises on it stays at the level of that moment. What
comes out is max-min fair: nobody could have more without taking it from somebody who has no more.

Limits that are not filled by everyone's cap drop out at once, and of several limits with the same
wallboxes (a circuit's three phases) only the tightest counts. The rest are filled one by one, the
one that is full at the lowest level first. Integers only; what the division leaves over is less
than 1 mA per wallbox.
"""

from compat import const

_FAR = const(0x0FFFFFFF)


def fill(on, low, cap, uses, budget, out, bound, weight=None) -> None:
    """Share `budget[j]` (mA per limit j) among the wallboxes `on`.

    low, cap: mA per wallbox; uses[i]: the limits j that wallbox i counts in. Results: out[i] in
    mA, bound[i] = the limit that stopped it, or -1 when it has its cap. Where the lows alone
    exceed a limit, everyone on it stays at the low; to keep that from happening is the caller's
    part.
    """
    alike = {}  # the wallboxes that count in the same limits
    used = None
    for i in on:
        out[i] = cap[i]
        bound[i] = -1
        if uses[i] is not used:
            used = uses[i]
            who = alike.setdefault(used, [])
        who.append(i)
    tight = []  # [level at which it is full or less, limit, its wallboxes]
    for j in range(len(budget)):
        who = []
        for used in alike:
            if j in used:
                who += alike[used]
        for limit in tight:
            if limit[2] == who:
                if budget[j] < budget[limit[1]]:
                    limit[1] = j
                break
        else:
            if sum([cap[i] for i in who]) > budget[j]:
                tight.append([-_FAR, j, who])
    stays = bytearray(len(out))
    while tight:
        limit = min(tight)
        tight.remove(limit)
        _, j, who = limit
        left = budget[j]
        rising = []
        for i in who:
            if stays[i]:
                left -= out[i]
            else:
                rising.append(i)
        # the level can only be higher than it was without those who stay
        level = limit[0] = _full_at(rising, low, cap, left)
        if tight and limit > min(tight):
            tight.append(limit)
            continue
        for i in rising:
            stays[i] = 1
            a = low[i]
            if a < level:
                a = level
            if a < cap[i]:
                out[i] = a
                bound[i] = j


def _full_at(who, low, cap, left) -> int:
    """The level at which these have `left` together; far up when all their caps are less."""
    level = _FAR
    while who:
        level = left // len(who)
        spare = left - level * len(who)  # with each at the level, but within its low and cap
        capped = 0
        higher = []
        for i in who:
            a = cap[i]
            if a <= level:
                spare += level - a
                capped += a
            else:
                higher.append(i)
                a = low[i]
                if a > level:
                    spare -= a - level
        if spare < 0:  # too high: who has more from the start keeps that
            higher = who
            who = []
            for i in higher:
                if low[i] > level:
                    left -= low[i]
                else:
                    who.append(i)
        elif len(higher) == len(who):
            break
        else:  # too low: these have their cap
            left -= capped
            who = higher
            level = _FAR
    return level
