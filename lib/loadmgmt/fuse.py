"""The second look of a reduction: a phase whose meter is above the fuse itself, with what the cars
really drew. What was taken back and does not show yet counts as taken back.
"""

from compat import const, ticks_diff

from loadmgmt import reason
from loadmgmt.point import CHARGING, MOST, SETTLE_MS, most_ma
from loadmgmt.shrink import GRAIN_MA, shrink
from loadmgmt.weigh import expected_ma, is_unplaced
from loadmgmt.why import note

_IDLE_MA = const(500)
_RAMP_MA = const(1000)  # a car stays at most 0.5 A below its setpoint when it has followed it
_SINGLE = (0,)


def stop_ramps(site, circuit, now_ms):
    """On a phase above the fuse nobody is to take more: what others let go would be eaten up by
    cars that are still on their way up to an older setpoint."""
    meter = circuit.meter_ma
    main = circuit.main_ma
    if meter[0] <= main[0] and meter[1] <= main[1] and meter[2] <= main[2]:
        return False
    stopped = False
    for p in circuit.points:
        setpoint = p.setpoint_ma
        if setpoint <= p.min_ma or not p.heard or not p.measures:
            continue
        drawn = p.drawn
        least = setpoint - _RAMP_MA
        if drawn[MOST] > least or drawn[MOST + 1] > least or drawn[MOST + 2] > least:
            continue  # it is there
        if p.rotation is None and is_unplaced(p):
            continue
        new = most_ma(p) + _IDLE_MA
        for k in range(p.phases_now):
            at = p.seat.grid[k]
            if meter[at] > main[at]:
                site.change(p, max(new - new % max(GRAIN_MA, p.step_ma), p.min_ma), now_ms)
                note(site, p, reason.LIMIT, 3 * circuit.index + at, p.setpoint_ma)
                stopped = True
                break
    return stopped


def above_fuse(circuit, now_ms):
    """By how much the meter is above the fuses, less the cuts that do not show yet."""
    meter = circuit.meter_ma
    main = circuit.main_ma
    above = [meter[k] - main[k] for k in range(3)]
    if max(above) > 0:
        for p in circuit.points:
            if not p.heard or (p.rotation is None and is_unplaced(p)):
                continue
            setpoint = p.setpoint_ma
            first = MOST  # a change of this very pass is younger than all readings
            if p.changed_ms != now_ms:
                first = _first(p, circuit.sample_ms)
                if p.may_ma > setpoint:
                    setpoint = expected_ma(p, now_ms)
            grid = p.seat.grid
            drawn = p.drawn
            blind = -1 if p.measures else _blind_ma(p, now_ms)
            for k in range(p.phases_now):
                over = (drawn[first + k] if blind < 0 else blind) - setpoint
                if over > 0:
                    above[grid[k]] -= over
    return above


def _first(p, sample_ms):
    """Which part of its readings the meter has seen: of one that had had its time to follow the
    last change, what it says now; else the most of the time around the sample."""
    if ticks_diff(p.reading_ms, p.changed_ms) < SETTLE_MS:
        return MOST
    return 0 if ticks_diff(sample_ms, p.changed_ms) >= SETTLE_MS else MOST


def _blind_ma(p, now_ms):
    """What the meter has seen of a wallbox that cannot measure: it draws its setpoint while it
    charges, and until the car has followed a cut what it had before."""
    drawn = p.setpoint_ma if p.car == CHARGING else 0
    if p.may_ma > p.setpoint_ma and ticks_diff(now_ms, p.changed_ms) < SETTLE_MS:
        drawn = p.may_ma
    return drawn


def against_fuse(site, circuit, phase, now_ms):
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
        blind = -1 if p.measures else _blind_ma(p, now_ms)
        if p.rotation is None and is_unplaced(p):
            drawn = most_ma(p) if blind < 0 else blind
            floor[i] = drawn
            if setpoint == 0 or drawn == 0:
                continue
            low[i] = cap[i] = min(setpoint, drawn)
        else:
            drawn = 0
            for k in range(p.phases_now):
                if p.seat.grid[k] == phase:
                    drawn = p.drawn[_first(p, circuit.sample_ms) + k] if blind < 0 else blind
            expected = expected_ma(p, now_ms)
            if expected > setpoint:  # does not obey: no use in cutting it again
                if drawn > expected:
                    excess -= drawn - expected
                continue
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
    return shrink(site, now_ms, on, uses, [drawing - excess], 3 * circuit.index + phase)
