"""Up to three cars that changed in the same window, on one or two phases each: which places of all
of them together explain the meter best? The evidence for a place is how much better the best
explanation with it is than one without that car, or than the others. It is the less, the wider
the intervals are, and none where nothing explains the window: then the house has stepped.
"""

from compat import const

from loadmgmt.learn_weigh import CAP, cost, weight_of

_NOWHERE = const(3)
_NONE = const(10000)


def join(ear, learner, movers: list, low, high) -> None:
    """movers: (wallbox, its own phase that tells, what it changed by there, and on the others);
    low, high: what all others may have changed per phase."""
    n = len(movers)
    best = [_NONE] * (4 * n)  # per mover and place the least cost
    _try(ear, learner, movers, 0, low, high, [0] * n, best, -1)
    width = max(high[0] - low[0], high[1] - low[1], high[2] - low[2])
    for _, _, least, most, _, _, _ in movers:
        width += most - least
    for m in range(n):
        i, k, least, most, other, _, _ = movers[m]
        size = abs(least + most - 2 * other) // 2
        costs = best[4 * m : 4 * m + 3]
        lowest = min(costs)
        weight = weight_of(size, width)
        if min(best) >= CAP:
            weight >>= 1
        if not weight:
            continue
        highest = max([value if value < _NONE else 0 for value in costs])
        base = min(best[4 * m + _NOWHERE], (lowest + highest) // 2)
        gains = [
            max(-CAP, min(CAP, base - value)) * weight >> 4
            if value < _NONE
            else -CAP * weight >> 4
            for value in costs
        ]
        learner.add(i, k, gains)


def _try(ear, learner, movers, m, low, high, places, best, missing):
    """Go on with mover m; low and high hold the sums of those before it. `missing`: the one that
    is left out, -1: none."""
    i, k, least, most, other, other_most, may_miss = movers[m]
    is_last = m + 1 == len(movers)
    can = learner.can[3 * i + k]
    for place in range(4):
        left_out = missing
        if place == _NOWHERE:
            if not may_miss:  # one that may not have followed is not missed
                if missing >= 0:
                    return
                left_out = m
            a = low
            b = high
        elif can >> place & 1:
            a = [low[0] + other, low[1] + other, low[2] + other]
            b = [high[0] + other_most, high[1] + other_most, high[2] + other_most]
            a[place] += least - other
            b[place] += most - other_most
        else:
            continue
        places[m] = place
        if not is_last:
            _try(ear, learner, movers, m + 1, a, b, places, best, left_out)
            continue
        change = ear.change
        spread = ear.spread
        total = (
            cost(change[0], a[0], b[0], spread[0])
            + cost(change[1], a[1], b[1], spread[1])
            + cost(change[2], a[2], b[2], spread[2])
        )
        for k in range(m + 1):
            if total < best[4 * k + places[k]] and (left_out < 0 or left_out == k):
                best[4 * k + places[k]] = total
