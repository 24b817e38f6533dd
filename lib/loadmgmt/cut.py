"""Reductions (rule R2): when a limit is exceeded, the whole excess is taken back in this pass.

Two looks at the same sample: against the target, with ramp-ups excused (weigh.py), and, whenever
the meter itself is above the fuse, against the fuse with what the cars really drew. In both, what
was already taken back and does not show yet counts as taken back, so no overload is cut twice.

Cars are cut to one common level first, to their minimum at most; only when no legal setpoint is
left is a car stopped (R9). A car on an unknown phase cannot be credited to any: when a phase has
too little known load, each that may be on it is cut by what is missing.
"""

from compat import const, ticks_diff

from loadmgmt import event, reason
from loadmgmt.circuit import NONE_MA
from loadmgmt.fill import fill
from loadmgmt.point import CHARGING, SETTLE_MS
from loadmgmt.weigh import (
    MEASURED,
    expected_ma,
    highest_ma,
    is_unplaced,
    newest_sample,
    sees,
    weigh,
)
from loadmgmt.why import bind, note

_GRAIN_MA = const(100)  # cuts are rounded to this, so that noise does not cause one per sample
_TELL_MS = const(10000)
_TELL_MA = const(1000)
_IDLE_MA = const(500)
_RAMP_MA = const(1000)  # a car stays at most 0.5 A below its setpoint when it has followed it
_HALF = const(0x07FFFFFF)  # half of NONE_MA: below it there is no such limit
_SINGLE = (0,)


def cut(site, now_ms: int) -> bool:
    """Lower setpoints until no limit is exceeded. True: something was lowered."""
    lowered = False
    worst = max(site.over)
    if worst > 0:
        _tell_overload(site, worst, now_ms)
        for p in site.points:
            if p.setpoint_ma > 0 and is_unplaced(p) and _in_house(site, p):
                # where no meter sees the draw, each ampere that is cut counts
                lowered = _against_limits(site, now_ms, True)
                weigh(site, now_ms)
                break
        lowered = _against_limits(site, now_ms, False) or lowered
    for circuit in site.circuits:
        if site.dynamic[circuit.index] == MEASURED:
            if _stop_ramps(site, circuit, now_ms):
                lowered = True
            above = _above_fuse(circuit, now_ms)
            for phase in range(3):
                if above[phase] > 0 and _against_fuse(site, circuit, phase, now_ms):
                    lowered = True
    return lowered


def _tell_overload(site, worst, now_ms):
    if worst < _TELL_MA or ticks_diff(now_ms, site.told_ms) < _TELL_MS:
        return
    site.told_ms = now_ms
    site.tell(event.OVERLOAD, site.over.index(worst) % (3 * len(site.circuits)), worst)


def _against_limits(site, now_ms, is_static):
    """is_static: heed only the limits of no meter that sees the wallboxes' draw."""
    low = site.low
    cap = site.cap
    floor = site.floor
    newest = newest_sample(site)
    budget = [-over if over > -_HALF else NONE_MA for over in site.over]
    on = []
    uses = site.uses
    for p in site.points:
        setpoint = p.setpoint_ma
        if setpoint <= 0 or not p.heard or expected_ma(p, now_ms) != setpoint:
            continue
        i = p.index
        on.append(i)
        uses[i] = p.places
        cap[i] = setpoint
        low[i] = min(setpoint, p.min_ma)
        floor[i] = 0
        if not is_static and is_unplaced(p) and _in_house(site, p):
            drawn = highest_ma(p, newest)
            drawn = max(p.drawn) if drawn < 0 else drawn
            # its draw stands in the house: in the share below it holds at least that
            low[i] = min(setpoint, max(low[i], drawn))
            floor[i] = drawn
        for j in p.places:
            budget[j] += setpoint
    if is_static:
        n = 3 * len(site.circuits)
        for j in range(n, 2 * n):
            if sees(site, (j - n) // 3):
                budget[j] = NONE_MA
    return _shrink(site, now_ms, on, uses, budget, -1)


def _stop_ramps(site, circuit, now_ms):
    """On a phase above the fuse nobody is to take more: what others let go would be eaten up by
    cars that are still on their way up to an older setpoint."""
    meter = circuit.meter_ma
    main = circuit.main_ma
    if meter[0] <= main[0] and meter[1] <= main[1] and meter[2] <= main[2]:
        return False
    stopped = False
    for p in circuit.points:
        if not p.heard or not p.measures or p.setpoint_ma <= p.min_ma or is_unplaced(p):
            continue
        new = max(p.drawn_hi) + _IDLE_MA
        if p.setpoint_ma - new < _RAMP_MA - _IDLE_MA:
            continue
        for k in range(p.phases_now):
            at = p.grid[k]
            if meter[at] > main[at]:
                site.change(p, max(new - new % max(_GRAIN_MA, p.step_ma), p.min_ma), now_ms)
                _explain(site, p, reason.LIMIT, -1, 3 * circuit.index + at)
                stopped = True
                break
    return stopped


def _above_fuse(circuit, now_ms):
    """By how much the meter is above the fuses, less the cuts that do not show yet."""
    meter = circuit.meter_ma
    main = circuit.main_ma
    above = [meter[k] - main[k] for k in range(3)]
    if max(above) > 0:
        for p in circuit.points:
            high = _seen(p, now_ms)
            setpoint = p.setpoint_ma
            if 0 <= setpoint < max(high) and expected_ma(p, now_ms) == setpoint:
                if not p.heard or (p.rotation is None and is_unplaced(p)):
                    continue
                for k in range(p.phases_now):
                    if high[k] > setpoint:
                        above[p.grid[k]] -= high[k] - setpoint
    return above


def _seen(p, now_ms):
    """What the meter has seen of a wallbox, in its own phase order. One that cannot measure draws
    its setpoint while it charges, and until the car has followed a cut what it had before."""
    if p.measures:
        return p.drawn_hi
    drawn = p.setpoint_ma if p.car == CHARGING else 0
    if p.may_ma > p.setpoint_ma and ticks_diff(now_ms, p.changed_ms) < SETTLE_MS:
        drawn = p.may_ma
    return (drawn, drawn, drawn)


def _against_fuse(site, circuit, phase, now_ms):
    """The meter is above the fuse on a phase: take the excess from what the cars really drew."""
    low = site.low
    cap = site.cap
    floor = site.floor
    uses = site.uses
    excess = circuit.meter_ma[phase] - circuit.main_ma[phase]
    drawing = 0
    on = []
    for p in circuit.points:
        if not p.heard:
            continue
        i = p.index
        setpoint = p.setpoint_ma
        floor[i] = 0
        high = _seen(p, now_ms)
        if p.rotation is None and is_unplaced(p):
            drawn = max(high)
            floor[i] = drawn
            if setpoint == 0 or drawn == 0:
                continue
            low[i] = cap[i] = min(setpoint, drawn)
        else:
            drawn = 0
            for k in range(p.phases_now):
                if p.grid[k] == phase:
                    drawn = high[k]
            if expected_ma(p, now_ms) > setpoint:
                continue  # does not obey: no credit, and no use in cutting it again
            if drawn > setpoint:
                excess -= drawn - setpoint  # a cut that does not show yet
            cap[i] = min(setpoint, drawn)
            if cap[i] == 0:
                continue
            low[i] = min(cap[i], p.min_ma)
        on.append(i)
        uses[i] = _SINGLE
        drawing += cap[i]
    if excess <= 0 or not on:
        return False
    return _shrink(site, now_ms, on, uses, [drawing - excess], 3 * circuit.index + phase)


def _in_house(site, p):
    """True when a meter that includes the wallbox sees its draw."""
    for c, _ in p.dynamic:
        if sees(site, c):
            return True
    return False


def _shrink(site, now_ms, on, uses, budget, where):
    """Cut the wallboxes `on` from cap towards low so that all budgets hold; stop who cannot."""
    points = site.points
    low = site.low
    cap = site.cap
    lowered = False
    stopped = []
    while True:
        need, at = _worst_need(on, low, uses, budget)
        if need <= 0:
            break
        if _cut_unplaced(site, on, uses, budget, at, need):
            continue
        victim = -1
        for i in on:
            if at in uses[i] and (victim < 0 or _stops_before(points[i], points[victim], now_ms)):
                victim = i
        if victim < 0:
            break
        on.remove(victim)
        stopped.append((victim, at))
    while stopped:
        victim, at = stopped.pop()
        on.append(victim)
        if _worst_need(on, low, uses, budget)[0] <= 0:
            continue  # since others were stopped, it can go on
        on.pop()
        p = points[victim]
        site.change(p, 0, now_ms)
        p.stopped = True
        _explain(site, p, reason.NO_ROOM, at, where)
        site.tell(event.STOPPED, victim, p.reason_at)
        lowered = True
    out = site.out
    fill(on, low, cap, uses, budget, out, site.bound)
    for i in on:
        p = points[i]
        new = out[i]
        if new < cap[i] or cap[i] < min(p.setpoint_ma, site.floor[i]):
            new = max(new - new % max(_GRAIN_MA, p.step_ma), p.min_ma)
            if new < p.setpoint_ma:
                site.change(p, new, now_ms)
                _explain(site, p, reason.LIMIT, site.bound[i], where)
                lowered = True
    return lowered


def _worst_need(on, low, uses, budget):
    """The limit that the lows exceed most: (mA, limit)."""
    if sum([low[i] for i in on]) <= min(budget):
        return 0, -1
    need = [-b for b in budget]
    for i in on:
        a = low[i]
        for j in uses[i]:
            need[j] += a
    worst = 0
    at = -1
    for j in range(len(need)):
        if need[j] > worst and budget[j] < NONE_MA:
            for i in on:
                if j in uses[i]:
                    worst = need[j]
                    at = j
                    break
    return worst, at


def _cut_unplaced(site, on, uses, budget, at, need):
    """Cut everyone who may be on the phase by what is missing. True: that is enough."""
    low = site.low
    cap = site.cap
    enough = False
    for i in on:
        drawn = site.floor[i]
        if not drawn or at not in uses[i]:
            continue
        new = max(drawn - need, site.points[i].min_ma)
        if new < cap[i]:
            for j in uses[i]:
                budget[j] -= low[i] - new  # credited on no phase
            low[i] = cap[i] = new
        if drawn - cap[i] >= need:
            enough = True
    if enough:
        budget[at] += need
    return enough


def _stops_before(p, other, now_ms):
    """Who is stopped first: low priority, one that draws nothing, who charged longest."""
    if p.priority != other.priority:
        return p.priority < other.priority
    idle = max(p.drawn) < _IDLE_MA
    if idle != (max(other.drawn) < _IDLE_MA):
        return idle
    longer = ticks_diff(other.since_ms, p.since_ms)
    if longer:
        return longer > 0
    return p.name < other.name


def _explain(site, p, code, limit, where):
    """Note the reason and its place: `where`, or that of the limit."""
    if where < 0:
        bind(site, p, limit, code)
    else:
        note(site, p, code, where, max(p.setpoint_ma, 0))
