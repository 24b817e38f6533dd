"""Cars that have ended by themselves: they are offered what nobody else can make use of. Loaded
where that is switched on."""

from loadmgmt.point import FULL


def give_way(site, on: list, waiting: list, room: list) -> list:
    """Take those out of `on` and `waiting` for whom nothing is left; returns whose offer ends.

    room: what the limits have beside the minima of `on`; those of the ended ones are given back.
    """
    low = site.low
    cap = site.cap
    points = site.points
    spare = room[:]
    for i in on:
        if points[i].car != FULL:
            _take(spare, points[i], cap[i] - low[i])
    for p in waiting:
        if p.car != FULL:
            _take(spare, p, cap[p.index])
    ended = []
    for i in on[::-1]:
        p = points[i]
        if p.car == FULL and min([spare[j] for j in p.seat.places] or (0,)) < 0:
            ended.append(i)
            on.remove(i)
            _take(spare, p, -low[i])
            _take(room, p, -low[i])
    for p in waiting[:]:
        if p.car == FULL:
            if min([spare[j] for j in p.seat.places] or (low[p.index],)) < low[p.index]:
                waiting.remove(p)
            else:
                _take(spare, p, low[p.index])
    return ended


def _take(room, p, current_ma):
    for j in p.seat.places:
        room[j] -= current_ma
