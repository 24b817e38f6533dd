"""Who may start when not everybody's minimum fits.

Candidates of a higher rank come first and strictly. Within a rank the one is taken next that
brings most for what it takes: a car counts as much as one phase that it feeds, and what it takes
is the part of the room left on each scarce limit (one on which not all candidates fit). So cars
spread over the phases and the tree, one of unknown rotation comes after one that feeds three
phases for the same room, and many small ones come before a big one. Ties go by the caller's order.
"""

from compat import const

_WHOLE = const(1 << 16)


def choose(waiting, low, cap, uses, room, earn, rank) -> list:
    """Indices out of `waiting` (best first) that may start; takes their `low` out of `room` (mA).

    low: minimum in mA per wallbox; uses[i]: the limits it counts in; room[j]: what limit j has
    left; earn[i]: how many phases an ampere of it feeds; rank[i]: higher ones first, strictly.
    """
    chosen = []
    ranks = []
    for i in waiting:
        if rank[i] not in ranks:
            ranks.append(rank[i])
    ranks.sort()
    while ranks:
        best = ranks.pop()
        left = []
        for i in waiting:
            if rank[i] == best:
                for j in uses[i]:
                    if room[j] < low[i]:
                        break
                else:
                    left.append(i)
        _choose_alike(left, low, uses, room, earn, chosen)
    return chosen


def _choose_alike(left, low, uses, room, earn, chosen):
    """Choose among candidates of one rank, each of which fits alone."""
    need = {}
    for i in left:
        for j in uses[i]:
            need[j] = need.get(j, 0) + low[i]
    scarce = [j for j in need if need[j] > room[j]]
    kinds = {}  # (scarce limits, low, earn): candidates, last one first
    for i in left:
        at = tuple([j for j in scarce if j in uses[i]])
        if at:
            kinds.setdefault((at, low[i], earn[i]), []).append(i)
        else:
            _take(i, low, uses, room, chosen)
    place = {}
    for k in range(len(left)):
        place[left[k]] = k
    while kinds:
        best = None
        gone = []
        for kind, who in kinds.items():
            at, least, phases = kind
            cost = 0
            for j in at:
                if room[j] < least:
                    gone.append(kind)
                    break
                cost += least * _WHOLE // room[j] + 1
            else:
                score = (1 + phases) * _WHOLE // cost
                if best is None or (score, -place[who[0]]) > best:
                    best = (score, -place[who[0]])
                    take = kind
        for kind in gone:
            del kinds[kind]
        if best is not None:
            _take(kinds[take].pop(0), low, uses, room, chosen)
            if not kinds[take]:
                del kinds[take]


def _take(i, low, uses, room, chosen):
    chosen.append(i)
    for j in uses[i]:
        room[j] -= low[i]
