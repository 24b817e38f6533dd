"""Cars that have ended by themselves: they are offered what nobody else can make use of. Loaded
where that is switched on."""

from compat import ticks_diff

from loadmgmt.event import TOLD_STOPPED
from loadmgmt.point import FULL
from loadmgmt.shrink import SLOT_MS


def give_way(site, on: list, waiting: list, room: list, now_ms: int) -> list:
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
            i = p.index
            # one whose offer ended waits for a slot: contactors do not follow the house's noise
            is_early = ticks_diff(now_ms, site.turn_ms[i]) < SLOT_MS
            is_early = is_early and site.told[i] & TOLD_STOPPED
            if is_early or min([spare[j] for j in p.seat.places] or (low[i],)) < low[i]:
                waiting.remove(p)
            else:
                _take(spare, p, low[i])
    return ended


def _take(room, p, current_ma):
    for j in p.seat.places:
        room[j] -= current_ma
