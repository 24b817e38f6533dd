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
    _try(ear, learner, movers, 0, list(low), list(high), [0] * n, best)
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


def _try(ear, learner, movers, m, low, high, places, best):
    """Go on with mover m; the sums hold those before it."""
    if m == len(movers):
        total = 0
        for p in range(3):
            total += cost(ear.change[p], low[p], high[p], ear.spread[p])
        missing = 0
        for k in range(m):
            if places[k] == _NOWHERE and not movers[k][6]:
                missing += 1
        for k in range(m):
            at = 4 * k + places[k]
            if total < best[at] and (missing == 0 or (missing == 1 and places[k] == _NOWHERE)):
                best[at] = total
        return
    i, k, least, most, other, other_most, _ = movers[m]
    can = learner.can[3 * i + k]
    for place in range(3):
        if can >> place & 1:
            places[m] = place
            a = low[:]
            b = high[:]
            for p in range(3):
                a[p] += least if p == place else other
                b[p] += most if p == place else other_most
            _try(ear, learner, movers, m + 1, a, b, places, best)
    places[m] = _NOWHERE
    _try(ear, learner, movers, m + 1, low, high, places, best)
