"""Up to three cars that changed in the same window, on one or two phases each: which places of all
of them together explain the meter best? The evidence for a place is how much better the best
explanation with it is than one without that car, or than the others.
"""

from compat import const

from loadmgmt.learn_weigh import CAP, cost, odd_phase

_NOWHERE = const(3)
_NONE = const(10000)


def join(ear, learner, movers: list, low, high) -> None:
    """movers: (wallbox, its changes); low, high: what all others may have changed per phase."""
    n = len(movers)
    odd = [odd_phase(c) for _, c in movers]
    best = [_NONE] * (4 * n)  # per mover and place the least cost
    places = [0] * n
    _try(ear, learner, movers, odd, 0, list(low), list(high), places, best)
    for m in range(n):
        at = 4 * m
        least = most = None
        for p in range(3):
            value = best[at + p]
            if value < _NONE:
                if least is None or value < least:
                    least = value
                if most is None or value > most:
                    most = value
        if least is None:
            continue
        base = min(best[at + _NOWHERE], (least + most) // 2)
        gains = [
            max(-CAP, min(CAP, base - best[at + p])) if best[at + p] < _NONE else -CAP
            for p in range(3)
        ]
        learner.add(movers[m][0], odd[m], gains)


def _try(ear, learner, movers, odd, m, low, high, places, best):
    """Go on with mover m; the sums hold those before it."""
    if m == len(movers):
        total = 0
        for p in range(3):
            total += cost(ear.change[p], low[p], high[p], ear.spread[p])
        missing = places.count(_NOWHERE)
        for k in range(m):
            at = 4 * k + places[k]
            if total < best[at] and (missing == 0 or places[k] == _NOWHERE):
                best[at] = total
        return
    c = movers[m][1]
    k = odd[m]
    x = (k + 1) % 3
    can = learner.can[3 * movers[m][0] + k]
    for place in range(3):
        if can >> place & 1:
            places[m] = place
            a = low[:]
            b = high[:]
            for p in range(3):
                own = k if p == place else x
                a[p] += c[own]
                b[p] += c[3 + own]
            _try(ear, learner, movers, odd, m + 1, a, b, places, best)
    if _NOWHERE not in places[:m]:
        places[m] = _NOWHERE
        _try(ear, learner, movers, odd, m + 1, low, high, places, best)
