"""Wallboxes that cannot measure, below a meter that includes them (design section 5).

Such a one draws nothing until it charges. After 12 s of that at one setpoint it draws what the
meter rose by when it started, less what the others say that they rose by, and at most its
setpoint; of several that started together each has its part of the rise. When its setpoint is
raised, a rise of about that size is its own. Loaded when there is one.
"""

from compat import const, ticks_diff

from loadmgmt.circuit import NONE_MA
from loadmgmt.point import CHARGING, CONFIRM_BY_TIME_MS, LEAST, MOST
from loadmgmt.weigh import is_unplaced, sees

_GROUP_MS = const(36000)


def _rest(circuit, part) -> list:
    """What the meter shows beside the wallboxes that measure (MOST or LEAST of what they drew)."""
    rest = list(circuit.meter_ma)
    for p in circuit.points:
        if p.heard and p.measures and not is_unplaced(p):
            for k in range(p.phases_now):
                rest[p.seat.grid[k]] -= p.drawn[part + k]
    return rest


def start(p, circuit, raise_ma: int = NONE_MA) -> None:
    """Note what the meter shows before it may draw (more): the estimate is to be small."""
    p.start_meter = _rest(circuit, LEAST) + [raise_ma, circuit.index]
    p.estimated = False
    if type(p.estimate) is tuple:
        p.estimate = [0, 0, 0]


def change(site, p, setpoint_ma: int) -> None:
    """Its setpoint changes: it follows a lower one; what follows a higher one is looked for."""
    if setpoint_ma < p.setpoint_ma:
        p.estimate = [min(estimate, setpoint_ma) for estimate in p.estimate]
        return
    for c, _ in p.seat.dynamic:
        if sees(site, c):
            start(p, site.circuits[c], setpoint_ma - p.setpoint_ma)
            break


def reckon(p, circuit, limits, expected: int, now_ms: int, over: list) -> None:
    """Add to `over` what it will draw beside what the meter shows of it. Until the 12 s are over
    a rise may be its own, no reason to cut."""
    charging = p.car == CHARGING
    if charging and ticks_diff(now_ms, p.since_ms) < CONFIRM_BY_TIME_MS:
        return
    noted = p.start_meter
    if charging and not p.estimated and noted is not None and noted[4] == circuit.index:
        if noted[3] != NONE_MA:
            p.estimated = True
            rest = _rest(circuit, MOST)
            for k in range(3):
                rise = rest[k] - noted[k]
                if p.estimate[k] and rise * 2 >= noted[3]:  # not noise, nor the house elsewhere
                    p.estimate[k] += min(rise, noted[3])
        elif not _learn(p, circuit, now_ms):
            return
    elif charging and not p.estimated and noted is not None and noted[3] == NONE_MA:
        if ticks_diff(now_ms, p.since_ms) < _GROUP_MS:
            return  # the meter next to it, which tells, still waits for another one
    for j in limits:
        drawn = min(p.estimate[j % 3], expected) if charging and not is_unplaced(p) else 0
        over[j] += expected - drawn


def _learn(p, circuit, now_ms) -> bool:
    """Share the rise since the first of those that started about the same time among them. False:
    another one has just started, too; it is waited for."""
    group = []
    first = p
    for q in circuit.points:
        noted = q.start_meter
        if q.measures or q.car != CHARGING or q.estimated or noted is None:
            continue
        if noted[3] == NONE_MA and noted[4] == circuit.index:
            if ticks_diff(now_ms, q.since_ms) < CONFIRM_BY_TIME_MS:
                if ticks_diff(now_ms, p.since_ms) < _GROUP_MS:
                    return False
                continue
            group.append(q)
            if ticks_diff(first.since_ms, q.since_ms) > 0:
                first = q
    rest = _rest(circuit, MOST)
    for k in range(3):
        on = [q for q in group if q.rotation is None or k in q.seat.grid[: q.phases_now]]
        for q in on:
            q.estimate[k] = max(0, rest[k] - first.start_meter[k]) // len(on)
    for q in group:
        q.estimated = True
    return True
