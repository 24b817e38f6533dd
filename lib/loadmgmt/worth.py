"""Which set of cars is worth most, and who had better wait although its minimum fits.

Of two sets the one with more current, phases counted, is taken if it draws a sixtieth more for
every car that it lacks.

A car is left to wait if all others together then draw more than all with it, by a ninetieth and
a quarter of what a car has on average: one of unknown rotation, for which current stays unused
on two phases, or one on a narrow phase that keeps three-phase cars down. Which one, is estimated
from the fair shares; that it pays, is checked with them.

The numbers are those with which random sites come nearest to both optima, of the current and of
the cars: tools/benchmarks/optimum.py.
"""

from compat import const
from loadmgmt.choose import divide, pack, ranks
from loadmgmt.fill import fill

_PRICE = const(64)  # the unit of prices
_CAR = const(60)  # a car more is worth a sixtieth of the current
_WORTH = const(90)  # to wait pays if the others gain a ninetieth of the current,
_MEAN = const(22)  # and 22 ninetieths of what a car has on average
_ROUNDS = const(8)  # each costs one filling


def choose(waiting, low, cap, uses, room, earn, rank, on) -> list:
    """As choose.choose, with patience: `on` charge and stay."""
    chosen = []
    budget = room[:]
    for i in on:
        for j in uses[i]:
            budget[j] += low[i]
    for group in ranks(waiting, rank):
        got, rivals = divide(group, low, uses, room, earn)
        spare = room[:]
        packs = [pack(group, got, rivals, room, 2, 1)]  # many cars
        if rivals:
            packs.append(pack(group, got, rivals, spare, 1, 5))  # much current
        got, left = _settle(packs, on + chosen, low, cap, uses, budget, earn)
        if got is not packs[0]:
            room[:] = spare
        chosen += [i for i in got if i not in left]
        if left:
            for i in left:
                for j in uses[i]:
                    room[j] += low[i]
            alike = [(uses[i], earn[i]) for i in left]  # they would bring no more
            group = [i for i in group if i not in got and (uses[i], earn[i]) not in alike]
            got, rivals = divide(group, low, uses, room, earn)
            chosen += pack(group, got, rivals, room, 1, 2)
    return chosen


def _settle(packs, on, low, cap, uses, budget, earn) -> tuple:
    """Of several sets of cars the best, `on` being there; and those of it who had better wait.

    packs: sets that fit, the one with most cars first.
    """
    got = None
    total = 0
    for cars in packs:
        if cars == got:
            continue
        shares = _shares(on + cars, low, cap, uses, budget, earn)
        if got is None or (shares[0] - total) * _CAR > total * (len(got) - len(cars)):
            got = cars
            total = shares[0]
            best = shares
    stay = got[:]
    left = []
    most = len(got)
    for _ in range(_ROUNDS):
        if not stay:
            break
        total, out, bound = best
        everybody = on + stay
        worth = total * (len(everybody) + _MEAN) // (_WORTH * len(everybody))
        idle = _idle(stay, everybody, cap, uses, earn, out, bound, len(budget), worth)
        if not idle:
            break
        # the worse half at once, but one by one where that was too much
        idle = idle[: min(most, (len(idle) + 1) // 2)]
        fewer = [i for i in stay if i not in idle]
        shares = _shares(on + fewer, low, cap, uses, budget, earn)
        if shares[0] >= total + worth * len(idle):
            stay = fewer
            left += idle
            best = shares
        elif len(idle) > 1:
            most = 1
        else:
            break
    return got, left


def _shares(everybody, low, cap, uses, budget, earn):
    """Their fair shares: phase-current in all, mA of each, what binds each."""
    out = [0] * len(low)
    bound = out[:]
    if everybody:
        fill(everybody, low, cap, uses, budget, out, bound)
    return sum([earn[i] * out[i] for i in everybody]), out, bound


def _idle(stay, everybody, cap, uses, earn, out, bound, limits, worth):
    """Those without whom the others would draw more by `worth` at least, the worst first.

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
        return bind
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
    worth *= _PRICE
    idle = []
    for at in range(len(stay)):
        i = stay[at]
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
            idle.append((gain, at, i))
    idle.sort(reverse=True)
    return [i for _, _, i in idle]
