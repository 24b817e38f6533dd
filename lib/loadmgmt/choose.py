"""Who may start, when not everybody's minimum fits or not everybody is worth its share.

Candidates of a higher rank come first and strictly. Within a rank the one is taken next that
brings most for what it takes: a car counts as half of each phase that it feeds, and what it takes
is the part of the room left on each scarce limit (one on which not all candidates fit). So cars
spread over the phases and the tree, one of unknown rotation comes after one that feeds three
phases for the same room, and many small ones come before a big one. Ties go by the caller's order.

Where it is asked for, a car is left to wait, although its minimum fits, if all others together
then draw a fiftieth more, phases counted, than all with it: one of unknown rotation, for which
current stays unused on two phases, or one on a narrow phase that keeps three-phase cars down.
Which one, is estimated from the fair shares; that it pays, is checked with them.
"""

from heapq import heappop, heappush

from compat import const
from loadmgmt.fill import fill

_WHOLE = const(1 << 14)
_PRICE = const(64)  # the unit of prices: phase-amperes that an ampere of a limit brings
_WORTH = const(50)
_ROUNDS = const(12)


def choose(waiting, low, cap, uses, room, earn, rank, on=None) -> list:
    """Indices out of `waiting` (best first) that may start; takes their `low` out of `room` (mA).

    low, cap: minimum of a wallbox and what it asks for, in mA; uses[i]: the limits it counts in;
    room[j]: what limit j has left beside the minima of those who charge; earn[i]: how many phases
    an ampere of it feeds; rank[i]: higher ones first. on: those who charge and stay, when cars may
    be left to wait for the sake of the others; None: whoever fits is taken.
    """
    chosen = []
    budget = room[:]
    for i in on or ():
        for j in uses[i]:
            budget[j] += low[i]
    ranks = []
    for i in waiting:
        if rank[i] not in ranks:
            ranks.append(rank[i])
    ranks.sort()
    while ranks:
        best = ranks.pop()
        group = [i for i in waiting if rank[i] == best]
        got = _pack(group, low, uses, room, earn)
        if on is not None:
            left = _leave(got, on + chosen, low, cap, uses, budget, earn)
            if left:
                for i in left:
                    for j in uses[i]:
                        room[j] += low[i]
                group = [i for i in group if i not in got and i not in left]
                got = [i for i in got if i not in left]
                got += _pack(group, low, uses, room, earn)
        chosen += got
    return chosen


def _pack(group, low, uses, room, earn) -> list:
    """Take as many of one rank as fit, the best first, out of `room`."""
    kinds = {}
    for at in range(len(group)):
        i = group[at]
        key = (uses[i], low[i], earn[i])
        who = kinds.get(key)
        if who is None:
            kinds[key] = who = []
        who.append(at)
    need = [0] * len(room)
    for key in list(kinds):
        used, least, _ = key
        if min([room[j] for j in used]) < least:
            del kinds[key]
            continue
        least *= len(kinds[key])
        for j in used:
            need[j] += least
    got = []  # places in the group
    size = len(group)
    first = {}  # place in the group of the first of a kind: the kind
    order = []  # what it costs for what it brings * size + place; costs only grow
    for key, who in kinds.items():
        used, least, phases = key
        scarce = [j for j in used if need[j] > room[j]]
        if scarce:
            who.reverse()
            at = who.pop()
            first[at] = (used, scarce, least, 1 + 2 * phases, who)
            heappush(order, at)
        else:
            got += who
            least *= len(who)
            for j in used:
                room[j] -= least
    while order:
        at = heappop(order) % size
        used, scarce, least, value, who = kind = first[at]
        cost = 0
        for j in scarce:
            if room[j] < least:
                break
            cost += least * _WHOLE // room[j]
        else:
            cost = cost * 105 // value * size
            if order and cost + at > order[0]:
                heappush(order, cost + at)
                continue
            got.append(at)
            for j in used:
                room[j] -= least
            if who:
                at = who.pop()
                first[at] = kind
                heappush(order, cost + at)
    got.sort()
    return [group[at] for at in got]


def _leave(got, on, low, cap, uses, budget, earn) -> list:
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
