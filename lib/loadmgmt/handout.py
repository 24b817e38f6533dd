"""What of the fair shares may be done now (rules R1 and R3).

A raise takes only what is free although everybody draws all that it still may (R1). Who has more
than its share is lowered when somebody lacks it; the current is handed on in a later pass, when
the cut has been confirmed.
"""

from compat import const, ticks_diff

from loadmgmt import event, reason
from loadmgmt.fill import fill
from loadmgmt.weigh import MEASURED
from loadmgmt.why import note

STEP_MA = const(500)  # smaller raises wait, unless they complete what is asked
_LAST_STEP_MA = const(100)
_LOWERED = const(1)
_RAISED = const(2)


def settled(site, now_ms) -> bytearray:
    """Mark the circuits of those trees whose last change has settled, and all of whose meters are
    believed and have seen that (R3). Independent groups do not wait for each other."""
    circuits = site.circuits
    marks = bytearray(len(circuits))
    for circuit in circuits:
        root = circuit.path[-1]
        settled_ms = circuits[root].settled_ms
        c = circuit.index
        if c == root:
            marks[c] = ticks_diff(now_ms, settled_ms) >= 0
        if site.dynamic[c] == MEASURED:
            if not circuit.believed() or ticks_diff(circuit.sample_ms, settled_ms) < 0:
                marks[root] = 0
    for circuit in circuits:
        marks[circuit.index] = marks[circuit.path[-1]]
    return marks


def hand_out(site, on, ended, total, is_settled, now_ms) -> int:
    """Change setpoints towards site.out, the fair shares of the wallboxes `on`.

    ended: those whose turn is over; total: what
    all together may have per limit; is_settled: see settled(). Returns 1 when something was
    lowered, 2 raised, or both.
    """
    points = site.points
    low = site.low
    cap = site.cap
    target = site.out[:]
    room = total
    for p in points:
        may = p.may_ma
        if may and not p.name_error:
            for j in p.seat.places:
                room[j] -= may
    raising = []
    on = [i for i in on if is_settled[points[i].circuit]]
    for i in on:
        p = points[i]
        setpoint = p.setpoint_ma
        gain = target[i] - setpoint
        step = _LAST_STEP_MA if target[i] == cap[i] else STEP_MA
        if gain < step or p.may_ma > max(setpoint, 0):
            continue  # enough, or its last cut is not confirmed yet
        if setpoint < p.min_ma:  # it joins, or its car has changed to more phases
            fits = True
            for j in p.seat.places:
                if room[j] < p.min_ma - setpoint:
                    fits = False
            if not fits:
                note(site, p, reason.SETTLING, -1, 0)
                if setpoint > 0:  # that is no legal setpoint any more (R4)
                    ended = ended + [i]
                continue
            low[i] = p.min_ma
        else:
            low[i] = setpoint
        cap[i] = target[i]
        raising.append(i)
        for j in p.seat.places:
            room[j] -= low[i] - setpoint
    flags = 0
    for i in ended:
        p = points[i]
        if not is_settled[p.circuit]:
            continue
        site.change(p, 0, now_ms)
        note(site, p, reason.WAITS_TURN, -1, 0)
        site.tell(event.TURN_ENDED, i)
        flags = _LOWERED
    if raising and not (flags and site.balance):  # else what ends was part of its balance
        for i in raising:
            for j in points[i].seat.places:
                room[j] += low[i]
        fill(raising, low, cap, site.uses, room, site.out, site.bound)
        for i in raising:
            p = points[i]
            new = max(site.out[i] - site.out[i] % p.step_ma, p.min_ma)
            gain = new - p.setpoint_ma
            if gain >= STEP_MA or (gain >= _LAST_STEP_MA and site.bound[i] < 0):
                site.change(p, new, now_ms)
                flags |= _RAISED
    for i in on:
        if target[i] - points[i].setpoint_ma >= STEP_MA:
            break  # somebody lacks its share
    else:
        return flags
    for i in on:
        p = points[i]
        # a little more than needed: it must not fail for a few mA of noise in the house load
        new = max(target[i] - target[i] % max(_LAST_STEP_MA, p.step_ma), p.min_ma)
        # not while a cut is unconfirmed, nor one that was raised just now
        if new < p.setpoint_ma and p.may_ma <= p.setpoint_ma and p.changed_ms != now_ms:
            site.change(p, new, now_ms)
            flags |= _LOWERED
    return flags
