"""Who had better wait for its turn although its minimum fits.

A car is left to wait if all others together then draw a fifty-fifth more, phases counted, than all
with it: one of unknown rotation, for which current stays unused on two phases, or one on a narrow
phase that keeps three-phase cars down. Which one, is estimated from the fair shares; that it pays,
is checked with them. The more cars, the rarer: each of many is a small part of the whole.
"""

from compat import const
from loadmgmt.fill import fill

_PRICE = const(64)  # the unit of prices
_WORTH = const(55)  # tools/benchmarks/optimum.py: the most current with the least cars waiting
_ROUNDS = const(12)


def leave(got, on, low, cap, uses, budget, earn) -> list:
    """Those of `got` who had better wait, `on` and the others being there."""
    left = []
    stay = got[:]
    out = [0] * len(low)
    bound = out[:]
    before = 0
    for _ in range(_ROUNDS):
        everybody = on + stay
        fill(everybody, low, cap, uses, budget, out, bound)
        total = sum([earn[i] * out[i] for i in everybody])
        if total < before:
            left.pop()
            break
        i = _worst(stay, everybody, cap, uses, earn, out, bound, len(budget), total // _WORTH)
        if i is None:
            break
        before = total + total // _WORTH
        stay.remove(i)
        left.append(i)
    return left


def _worst(stay, everybody, cap, uses, earn, out, bound, limits, worth):
    """The one without whom the others would draw most, and more than `worth`; or None.

    A limit's price is what an ampere more of it would bring: it goes in equal parts to those whom
    it binds, who take as much from limits that are full at a higher level.
    """
    bind = {}
    for i in everybody:
        j = bound[i]
        if j >= 0:
            if j in bind:
                bind[j].append(i)
            else:
                bind[j] = [i]
    if not bind:
        return None
    order = [max([out[i] for i in bind[j]]) * limits + j for j in bind]
    order.sort(reverse=True)
    price = [0] * limits
    value = {}
    shared = {}
    for j in order:
        j %= limits
        brings = takes = 0
        for i in bind[j]:
            value[i] = v = earn[i] * _PRICE - sum([price[k] for k in uses[i]])
            brings += v
            takes += cap[i] - out[i]
        price[j] = brings // len(bind[j])
        shared[j] = (brings, takes, len(bind[j]) - 1)
    worst = None
    worth *= _PRICE
    for i in stay:
        j = bound[i]
        a = out[i]
        if j < 0:
            gain = (sum([price[k] for k in uses[i]]) - earn[i] * _PRICE) * a
        else:
            brings, takes, others = shared[j]
            if not others:
                continue
            v = value[i]
            gain = (brings - v) // others * min(a, takes - cap[i] + a) - v * a
        if gain >= worth:
            worth = gain
            worst = i
    return worst
