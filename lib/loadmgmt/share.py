"""Raises (rules R1, R3): what is free is shared max-min fairly, slowly and surely.

Once a second at most. First the fair shares that the limits would allow: everyone who charges
keeps its minimum, who waits joins in the order of priority and waiting time while minima fit, then
water filling. Then what of it may be done now: a raise takes only what is free although everybody
draws all that it still may (R1); who has more than its share is cut when somebody lacks it, and
the current is handed on in a later pass, when the cut has been confirmed.
"""

from compat import const, ticks_diff

from loadmgmt import reason
from loadmgmt.circuit import NONE_MA
from loadmgmt.fill import fill
from loadmgmt.point import (
    BLOCKED,
    CHARGING,
    FAULT,
    FULL,
    NO_CAR,
    UNDECIDED,
    settle_ms,
    wants,
)
from loadmgmt.weigh import FALLBACK, MEASURED, fallback_ma, is_unplaced, sees

_STEP_MA = const(500)  # smaller raises wait, unless they complete what is asked
_LAST_STEP_MA = const(100)
_LOWERED = const(1)
_RAISED = const(2)


def share(site, now_ms: int) -> int:
    """Raise who may be raised. Returns 1 when a share was lowered, 2 raised, or both."""
    _see_house(site, now_ms)
    learned = site.learned()
    total, after_stop = _capacity(site)
    room = total[:]
    on = []
    waiting = []
    low = site.low
    cap = site.cap
    uses = site.uses
    for p in site.points:
        i = p.index
        uses[i] = p.places
        if p.name_error:
            continue
        if p.heard and site.enabled and wants(p):
            if p.setpoint_ma > 0:
                low[i] = p.min_ma
                cap[i] = max(p.ask_ma(), p.min_ma)
                if is_unplaced(p):
                    # what it draws on its unknown phase stands in the house term already
                    held = min(max(p.drawn_hi[3:]), p.setpoint_ma)
                    for c, limits in p.dynamic:
                        if sees(site, c):
                            low[i] = max(low[i], min(held, cap[i]))
                            for j in limits:
                                total[j] += held
                                room[j] += held
                on.append(i)
                for j in p.places:
                    room[j] -= low[i]
                continue
            waiting.append(p)
        for j in p.places:
            room[j] -= p.may_ma
    waiting.sort(key=lambda p: (-p.priority, ticks_diff(p.since_ms, now_ms), p.name))
    joined = []
    for p in waiting:
        if _fits(site, p, room, after_stop if p.stopped else None):
            i = p.index
            low[i] = p.min_ma
            cap[i] = max(p.ask_ma(), p.min_ma)
            on.append(i)
            joined.append(i)
            for j in p.places:
                # what it may still draw from before it was stopped counts no longer once it is on
                room[j] += p.may_ma - p.min_ma
    flags = 0
    if on:
        for i in on:
            for j in uses[i]:
                room[j] += low[i]
        fill(on, low, cap, uses, room, site.out, site.bound)
    _explain(site, set(on), learned)
    if on and learned and _settled(site, now_ms):
        flags = _hand_out(site, on, joined, total, now_ms)
    return flags


def _see_house(site, now_ms):
    """The largest house load that the newest sample allows (the cars' lowest draw); and the
    smallest, for the holds: while a car ramps, the largest is its own draw for a moment."""
    for circuit in site.circuits:
        if site.dynamic[circuit.index] != MEASURED:
            continue
        house = circuit.house_hi
        least = circuit.house_lo
        for k in range(3):
            house[k] = least[k] = circuit.meter_ma[k]
        guessed = False
        if circuit.includes:
            for p in circuit.points:
                if not p.heard or is_unplaced(p):
                    continue
                if not p.measures:
                    if p.car == CHARGING and p.estimated:
                        guessed = not circuit.trust.generation
                        for k in range(p.phases_now):
                            at = p.grid[k]
                            drawn = min(p.estimate[at], p.setpoint_ma)
                            house[at] -= drawn
                            least[at] -= drawn
                    continue
                grid = p.grid
                high = p.drawn_hi
                recent = ticks_diff(circuit.sample_ms, p.changed_ms) < settle_ms(p)
                for k in range(p.phases_now):
                    low = high[3 + k]
                    if recent and low > p.setpoint_ma:
                        low = p.setpoint_ma
                    house[grid[k]] -= low
                    least[grid[k]] -= high[k]
        if guessed:  # of two that started at once, each may be taken for the whole rise
            for k in range(3):
                house[k] = max(0, house[k])
        circuit.remember_house(now_ms)


def _capacity(site):
    """What all cars together may have per limit now, and how much less after a stop."""
    n = 3 * len(site.circuits)
    total = [NONE_MA] * (2 * n)
    after_stop = [0] * (2 * n)
    for circuit in site.circuits:
        at = 3 * circuit.index
        mode = site.dynamic[circuit.index]
        for k in range(3):
            total[at + k] = site.supply_ma(circuit, k)
            if mode == MEASURED:
                held = circuit.held_house_ma(k, False)
                total[n + at + k] = circuit.target_ma[k] - held
                after_stop[n + at + k] = circuit.held_house_ma(k, True) - held
            elif mode == FALLBACK:
                total[n + at + k] = fallback_ma(circuit, k)
            elif circuit.metered:
                total[n + at + k] = 0
    return total, after_stop


def _fits(site, p, room, after_stop):
    """True when its minimum fits beside the others' minima; else the reason is noted."""
    for j in p.places:
        spare = room[j] + p.may_ma - p.min_ma
        if spare < 0:
            _bound_by(site, p, j, reason.NO_ROOM)
            return False
        if after_stop is not None and spare < after_stop[j]:
            _bound_by(site, p, j, reason.HOLD)
            return False
    return True


def _settled(site, now_ms):
    """True when the last change has settled and every believed meter has seen that (R3)."""
    if ticks_diff(now_ms, site.settled_ms) < 0:
        return False
    for circuit in site.circuits:
        if site.dynamic[circuit.index] == MEASURED:
            if not circuit.believed() or ticks_diff(circuit.sample_ms, site.settled_ms) < 0:
                return False
    return True


def _hand_out(site, on, joined, total, now_ms):
    points = site.points
    low = site.low
    cap = site.cap
    target = site.out[:]
    room = total
    for p in points:
        may = p.may_ma
        if may and not p.name_error:
            for j in p.places:
                room[j] -= may
    raising = []
    for i in on:
        p = points[i]
        setpoint = p.setpoint_ma
        gain = target[i] - setpoint
        step = _LAST_STEP_MA if target[i] == cap[i] else _STEP_MA
        if gain < step or p.may_ma > max(setpoint, 0):
            continue  # enough, or its last cut is not confirmed yet
        if i in joined:
            fits = True
            for j in p.places:
                if room[j] < p.min_ma:
                    fits = False
            if not fits:
                p.reason = reason.SETTLING
                continue
            low[i] = p.min_ma
        else:
            low[i] = setpoint
        cap[i] = target[i]
        raising.append(i)
        for j in p.places:
            room[j] -= low[i] - setpoint
    flags = 0
    if raising:
        for i in raising:
            for j in points[i].places:
                room[j] += low[i]
        fill(raising, low, cap, site.uses, room, site.out, site.bound)
        for i in raising:
            p = points[i]
            new = site.out[i] - site.out[i] % p.step_ma
            gain = new - p.setpoint_ma
            if gain >= _STEP_MA or (gain >= _LAST_STEP_MA and new == p.ask_ma()):
                site.change(p, new, now_ms)
                flags = _RAISED
    for i in on:
        if target[i] - points[i].setpoint_ma >= _STEP_MA:
            break  # somebody lacks its share
    else:
        return flags
    for i in on:
        p = points[i]
        # a little more than needed: it must not fail for a few mA of noise in the house load
        new = max(target[i] - target[i] % max(_LAST_STEP_MA, p.step_ma), p.min_ma)
        if new < p.setpoint_ma and p.may_ma <= p.setpoint_ma:  # not while a cut is unconfirmed
            site.change(p, new, now_ms)
            flags |= _LOWERED
    return flags


def _explain(site, on, learned):
    """Give every wallbox its reason (R10) for the share it has in site.out."""
    for p in site.points:
        at = -1
        if p.lost:
            code = reason.LOST
        elif p.setpoint_ma == UNDECIDED:
            code = reason.UNHEARD
        elif not site.enabled:
            code = reason.SWITCHED_OFF
        elif p.car == NO_CAR:
            code = reason.NO_CAR
        elif p.car == FAULT:
            code = reason.FAULT
        elif p.car == FULL:
            code = reason.FULL
        elif p.car == BLOCKED or not wants(p):
            code = reason.BLOCKED_BY_BOX
        elif site.disobeys(p):
            code = reason.DISOBEYS
        elif p.index not in on:
            continue  # no room: noted where its minimum was tried
        else:
            i = p.index
            if site.out[i] - p.setpoint_ma >= _STEP_MA:
                code = reason.SETTLING if learned else reason.STARTING
            elif site.bound[i] < 0:
                code = reason.OWN_MAXIMUM
            else:
                _bound_by(site, p, site.bound[i], reason.LIMIT)
                continue
        p.reason = code
        p.reason_at = at


def _bound_by(site, p, limit, code):
    """Note which limit binds a wallbox, in the words that fit how the limit came about."""
    n = 3 * len(site.circuits)
    place = limit % n
    circuit = site.circuits[place // 3]
    if limit < n:
        if code == reason.LIMIT and site.is_external(place):
            code = reason.EXTERNAL
    elif site.dynamic[place // 3] == FALLBACK:
        code = reason.FALLBACK
    elif site.dynamic[place // 3] != MEASURED:
        code = reason.STARTING
    elif circuit.held_house_ma(place % 3, False) - circuit.house_hi[place % 3] >= 1000:
        code = reason.HOLD
    p.reason = code
    p.reason_at = place
