"""Reductions (rule R2): when a limit is exceeded, the whole excess is taken back in this pass.

Two looks at the same sample: against the target, with ramp-ups excused (weigh.py), and, whenever
the meter itself is above the fuse, against the fuse with what the cars really drew. In both, what
was already taken back and does not show yet counts as taken back, so no overload is cut twice.

Cars are cut to one common level first, to their minimum at most; only when no legal setpoint is
left is a car stopped (R9). A car on an unknown phase cannot be credited to any: when a phase has
too little known load, each that may be on it is cut by what is missing.
"""

from compat import const, ticks_diff

from loadmgmt import event
from loadmgmt.circuit import NONE_MA
from loadmgmt.point import TOP
from loadmgmt.fuse import above_fuse, against_fuse, stop_ramps
from loadmgmt.shrink import shrink
from loadmgmt.weigh import (
    FALLBACK,
    MEASURED,
    expected_ma,
    fallback_ma,
    highest_ma,
    is_stale,
    is_unplaced,
    newest_sample,
    sees,
    weigh,
)

_TELL_MS = const(10000)
_TELL_MA = const(1000)
_HALF = const(0x07FFFFFF)  # half of NONE_MA: below it there is no such limit


def cut(site, now_ms: int) -> bool:
    """Lower setpoints until no limit is exceeded. True: something was lowered."""
    lowered = False
    worst = max(site.over)
    if worst > 0:
        _tell_overload(site, worst, now_ms)
        for p in site.points:
            if p.rotation is None and p.setpoint_ma > 0 and is_unplaced(p) and _in_house(site, p):
                # where no meter sees the draw, each ampere that is cut counts
                lowered = against_limits(site, now_ms, True)
                weigh(site, now_ms)
                break
        lowered = against_limits(site, now_ms, False) or lowered
    for circuit in site.circuits:
        if site.dynamic[circuit.index] == MEASURED and not is_stale(circuit, newest_sample(site)):
            if stop_ramps(site, circuit, now_ms):
                lowered = True
            above = above_fuse(circuit, now_ms)
            for phase in range(3):
                if above[phase] > 0 and against_fuse(site, circuit, phase, now_ms):
                    lowered = True
    return lowered


def _tell_overload(site, worst, now_ms):
    if worst < _TELL_MA or ticks_diff(now_ms, site.told_ms) < _TELL_MS:
        return
    site.told_ms = now_ms
    site.tell(event.OVERLOAD, site.over.index(worst) % (3 * len(site.circuits)), worst)


def against_limits(site, now_ms, is_static):
    """is_static: heed only the limits of no meter that sees the wallboxes' draw."""
    low = site.low
    cap = site.cap
    floor = site.floor
    newest = newest_sample(site)
    budget = [-over if over > -_HALF else NONE_MA for over in site.over]
    lowered = False
    on = []
    uses = site.uses
    for p in site.points:
        setpoint = p.setpoint_ma
        if setpoint <= 0 or not p.heard:
            continue
        if p.may_ma > setpoint and expected_ma(p, now_ms) != setpoint:
            if not is_static and _tell_less(site, p, now_ms):
                lowered = True
            continue
        i = p.index
        on.append(i)
        uses[i] = p.seat.places
        cap[i] = setpoint
        low[i] = min(setpoint, p.min_ma)
        floor[i] = 0
        if p.rotation is None and not is_static and is_unplaced(p) and _in_house(site, p):
            drawn = highest_ma(p, newest)
            drawn = p.drawn[TOP] if drawn < 0 else drawn
            # its draw stands in the house: in the share below it holds at least that
            low[i] = min(setpoint, max(low[i], drawn))
            floor[i] = drawn
        for j in p.seat.places:
            budget[j] += setpoint
    if is_static:
        n = 3 * len(site.circuits)
        for j in range(n, len(budget)):
            if sees(site, j % n // 3):
                budget[j] = NONE_MA
    return shrink(site, now_ms, on, uses, budget, -1) or lowered


def _tell_less(site, p, now_ms):
    """One that does not obey is told its minimum, or 0 A where the cars may have less than that,
    when one of its limits is exceeded. That counts for nothing: until it obeys, the others are cut
    for what it draws."""
    n = 3 * len(site.circuits)
    new = p.setpoint_ma
    for j in p.seat.places:
        if site.over[j] > 0:
            circuit = site.circuits[j % n // 3]
            allowed = NONE_MA
            if j < n:
                allowed = circuit.limit_ma[j % 3]
            elif j < 2 * n and site.dynamic[circuit.index] == FALLBACK:
                allowed = fallback_ma(circuit, j % 3)
            new = min(new, p.min_ma if allowed >= p.min_ma else 0)
    if new >= p.setpoint_ma:
        return False
    site.change(p, new, now_ms)
    return True


def _in_house(site, p):
    """True when a meter that includes the wallbox sees its draw."""
    for c, _ in p.seat.dynamic:
        if sees(site, c):
            return True
    return False
