"""The fair shares (design section 5): who charges, and how much each would get.

Once a second at most. Everyone who charges keeps its minimum, who waits joins as the queue says
(queue.py), then water filling: max-min fair by weight, a higher priority before a lower one. What
of the shares may be given now is the business of handout.py.
"""

from compat import const

from loadmgmt import reason
from loadmgmt.ask import asked_ma
from loadmgmt.event import TOLD_DISOBEYS
from loadmgmt.fill import fill
from loadmgmt.handout import STEP_MA, hand_out, settled
from loadmgmt.headroom import capacity, see_house
from loadmgmt.point import BEFORE, BLOCKED, CHARGING, FAULT, FULL, LEAST, NO_CAR, UNDECIDED, wants
from loadmgmt.queue import account, line_up
from loadmgmt.weigh import is_unplaced, sees
from loadmgmt.why import behind, note

_HOLD_MA = const(1000)


def share(site, now_ms: int) -> int:
    """Raise who may be raised. Returns 1 when a share was lowered, 2 raised, or both."""
    see_house(site, now_ms)
    account(site, now_ms)
    learned = site.learned()
    total, after_stop = capacity(site)
    on, ended = plan(site, now_ms, total, after_stop)
    explain(site, on, reason.SETTLING if learned else reason.STARTING)
    if (on or ended) and learned:
        is_settled = settled(site, now_ms)
        if max(is_settled):
            return hand_out(site, on, ended, total, is_settled, now_ms)
    return 0


def plan(site, now_ms: int, total: list, after_stop: list) -> tuple:
    """Find out who is to charge, and the fair shares in site.out.

    total: what all cars together may have per limit; a draw that stands in the house load is added
    to it. after_stop: how much less there is for a car that was stopped. Returns (indices of those
    who are to charge, of those whose turn ends).
    """
    room = total[:]
    on = []
    waiting = []
    low = site.low
    cap = site.cap
    uses = site.uses
    same = True  # all have one priority and one weight
    for p in site.points:
        i = p.index
        uses[i] = p.seat.places
        if p.name_error:
            continue
        if p.heard and site.enabled and wants(site, p):
            same = same and p.weight == 1 and p.priority == site.points[0].priority
            low[i] = p.min_ma
            cap[i] = asked_ma(site, p, now_ms)
            if p.setpoint_ma > 0:
                if p.rotation is None and is_unplaced(p):
                    # what it draws on its unknown phase stands in the house term already
                    held = min(max(p.drawn[LEAST:BEFORE]), p.setpoint_ma)
                    for c, limits in p.seat.dynamic:
                        if sees(site, c):
                            for j in limits:
                                total[j] += held
                                room[j] += held
                on.append(i)
                for j in p.seat.places:
                    room[j] -= low[i]
                continue
            waiting.append(p)
        for j in p.seat.places:
            room[j] -= p.may_ma
    ended = []
    if site.last_car == FULL:
        from loadmgmt import leftover

        ended = leftover.give_way(site, on, waiting, room, now_ms)
    if waiting:
        ended += line_up(site, on, waiting, room, after_stop, now_ms)
    if on:
        for i in on:
            a = low[i]
            for j in uses[i]:
                room[j] += a
        if same:
            fill(on, low, cap, uses, room, site.out, site.bound)
        else:
            from loadmgmt import classes  # only where they are not all alike

            classes.fill_classes(site, on, room)
    return on, ended


def explain(site, on, rises):
    """Give every wallbox its reason (R10) for the share it has in site.out; `rises` is the one for
    who is still to get more, -1: that does not count."""
    points = site.points
    out = site.out
    bound = site.bound
    n = 3 * len(site.circuits)
    known = shared = -1  # limits come in runs: most of the wallboxes are bound by one
    for i in on:
        p = points[i]
        place = -1
        value = out[i]
        limit = bound[i]
        if site.told[i] & TOLD_DISOBEYS:
            code = reason.DISOBEYS
            value = p.may_ma
        elif rises >= 0 and value - p.setpoint_ma >= STEP_MA:
            code = rises
        elif limit < 0:
            code = reason.ASKED if site.asked[i] else reason.OWN_MAXIMUM
        else:
            if limit != known:
                known = limit
                shared = _code_of(site, limit)
            code = shared
            place = limit % n
        p.reason = code
        p.reason_at = place
        site.reason_ma[i] = value
    for p in points:
        if p.heard and p.setpoint_ma > 0 and p.car == CHARGING:
            continue
        code = -1
        if p.lost:
            code = reason.LOST
        elif p.setpoint_ma == UNDECIDED:
            code = reason.UNHEARD
        elif not site.enabled:
            code = reason.SWITCHED_OFF
        elif p.paused:  # its pilot may be broken for a moment, too
            code = reason.PAUSED
        elif p.is_open:
            code = reason.OPENED
        elif p.car == NO_CAR:
            code = reason.NO_CAR
        elif p.car == FAULT:
            code = reason.FAULT
        elif p.car == FULL:
            code = reason.FULL
        elif p.car == BLOCKED or not wants(site, p):
            code = reason.BLOCKED_BY_BOX
        if code >= 0:  # else it waits: noted where it was tried
            note(site, p, code, -1, p.may_ma if code == reason.LOST else 0)


def _code_of(site, limit):
    """What binds: a house load of the last seconds is told apart from the present one."""
    code = behind(site, limit, reason.LIMIT)
    place = limit - 3 * len(site.circuits)
    if code == reason.LIMIT and place >= 0:
        circuit = site.circuits[place // 3]
        if circuit.held_house_ma(place % 3, False) - circuit.house_hi[place % 3] >= _HOLD_MA:
            return reason.HOLD
    return code
