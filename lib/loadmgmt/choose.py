"""Who may start, when not everybody's minimum fits or not everybody is worth its share.

Candidates of a higher rank come first and strictly. Within a rank the one is taken next that
brings most for what it takes: a car counts as half of each phase that it feeds, and what it takes
is the part of the room left on each scarce limit (one on which not all candidates fit). So cars
spread over the phases and the tree, one of unknown rotation comes after one that feeds three
phases for the same room, and many small ones come before a big one. Ties go by the caller's order.
Those who cannot start at all change nothing for the others.

On request the fair shares are looked ahead to, which decide between a set with many cars and one
with much current, and who had better wait for its turn: worth.py.
"""

from heapq import heappop, heappush


from compat import const
from on_demand import call

_WHOLE = const(1 << 14)
_MANY = const(6)  # at a home all charge who can


def choose(waiting, low, cap, uses, room, earn, rank, on=None) -> list:
    """Indices out of `waiting` (best first) that may start; takes their `low` out of `room` (mA).

    low, cap: minimum of a wallbox and what it asks for, in mA; uses[i]: the limits it counts in;
    room[j]: what limit j has left beside the minima of those who charge; earn[i]: how many phases
    an ampere of it feeds; rank[i]: higher ones first. on: those who charge and stay, when cars may
    be left to wait for the sake of the others, which happens where not all fit anyway and among
    many; None: whoever fits is taken.
    """
    chosen = []
    for group in ranks(waiting, rank):
        group = [i for i in group if not uses[i] or min([room[j] for j in uses[i]]) >= low[i]]
        before = room[:]
        got, rivals = divide(group, low, uses, room, earn)
        got = pack(group, got, rivals, room, 1, 2)
        if on is not None and (len(group) + len(on) >= _MANY or 0 < len(got) < len(group)):
            got = _patiently(group, got, on + chosen, low, cap, uses, before, room, earn, rank)
        chosen += got
    return chosen


def _patiently(group, got, on, low, cap, uses, before, room, earn, rank):
    """Those of one rank who start when some may be left to wait; `got` where that cannot be found
    out for want of memory."""
    try:
        got = call("loadmgmt", "worth", "choose", group, low, cap, uses, before, earn, rank, on)
        room[:] = before
    except MemoryError:
        pass
    return got


def ranks(waiting, rank) -> list:
    """The candidates of each rank, the highest first."""
    order = [-rank[i] for i in waiting]
    return [[i for i in waiting if -rank[i] == r] for r in sorted(set(order))]


def divide(group, low, uses, room, earn) -> tuple:
    """Of one rank: places in the group of those who fit in any case, which are taken from `room`;
    and the kinds that compete for scarce limits, as (limits, scarce ones of them, low, phases fed,
    places in the group, last first)."""
    kinds = {}
    for at in range(len(group)):
        i = group[at]
        key = (uses[i], low[i], earn[i])
        who = kinds.get(key)
        if who is None:
            kinds[key] = [at]
        else:
            who.append(at)
    need = [0] * len(room)
    able = []
    for key, who in kinds.items():
        used, least, _ = key
        if not used or min([room[j] for j in used]) >= least:
            able.append((key, who))
            least *= len(who)
            for j in used:
                need[j] += least
    got = []
    rivals = []
    tight = [need[j] > room[j] for j in range(len(room))]  # before anything is taken from it
    for (used, least, phases), who in able:
        scarce = [j for j in used if tight[j]]
        if scarce and least:
            who.reverse()
            rivals.append((used, scarce, least, phases, who))
        else:
            got += who
    for j in range(len(room)):
        room[j] -= need[j]
    for used, _, least, _, who in rivals:
        least *= len(who)
        for j in used:
            room[j] += least
    return got, rivals


def pack(group, got, rivals, room, car, phase) -> list:
    """`got` and as many of the rivals as fit, the best first; takes theirs out of `room`.

    car: how much a car counts; phase: how much each phase that it feeds.
    """
    got = got[:]
    size = len(group)
    first = {}  # place of the first of a kind: the kind
    order = []  # what it costs for what it brings * size + place; costs only grow
    for used, scarce, least, phases, who in rivals:
        who = who[:]
        at = who.pop()
        first[at] = (used, scarce, least, car + phase * phases, who)
        heappush(order, at)
    while order:
        at = heappop(order) % size
        used, scarce, least, value, who = kind = first[at]
        cost = 0
        for j in scarce:
            if room[j] < least:
                break
            cost += least * _WHOLE // room[j]
        else:
            cost = cost * 128 // value * size
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
