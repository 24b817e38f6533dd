"""Cuts wallboxes to the level that all limits carry; stops those for whom there is none (R9)."""

from compat import const, ticks_diff

from loadmgmt import event, reason
from loadmgmt.circuit import NONE_MA
from loadmgmt.event import TOLD_AGAIN, TOLD_CUT, TOLD_STOPPED
from loadmgmt.fill import fill
from loadmgmt.point import CONFIRM_BY_TIME_MS, FULL, TOP
from loadmgmt.weigh import expected_ma
from loadmgmt.why import behind, bind, note

GRAIN_MA = const(100)  # cuts are rounded to this, so that noise does not cause one per sample
_IDLE_MA = const(500)
SLOT_MS = const(900000)  # R9: not stopped twice within it


def shrink(site, now_ms, on, uses, budget, where):
    """Cut the wallboxes `on` from cap towards low so that all budgets hold; stop who cannot."""
    points = site.points
    low = site.low
    cap = site.cap
    n = 3 * len(site.circuits)
    lowered = False
    stopped = []
    relieved = []
    while True:
        need, at = _worst_need(on, low, uses, budget)
        if need <= 0:
            break
        if _cut_unplaced(site, on, uses, budget, at, need):
            continue
        victim = -1
        for i in on:
            if at in uses[i] and (
                victim < 0 or _stops_before(site, points[i], points[victim], now_ms)
            ):
                victim = i
        if at not in relieved:
            relieved.append(at)
            limit = at if where < 0 else where + n
            awaited = _awaited_ma(site, limit, now_ms)
            if site.breaker:
                awaited += site.breaker.carried_ma(site, limit, where >= 0, now_ms)
            if awaited > 0:
                budget[at] += min(need, awaited)
                continue
        on.remove(victim)
        stopped.append((victim, at))
    while stopped:
        victim, at = stopped.pop()
        on.append(victim)
        if _worst_need(on, low, uses, budget)[0] <= 0:
            continue  # since others were stopped, it can go on
        on.pop()
        p = points[victim]
        again = _is_again(site, p, now_ms)
        site.change(p, 0, now_ms)
        site.told[victim] |= TOLD_CUT | TOLD_AGAIN if again else TOLD_CUT
        if where < 0:
            bind(site, p, at, reason.NO_ROOM, p.min_ma)
        else:
            note(site, p, reason.NO_ROOM, where, p.min_ma)
        site.tell(event.STOPPED, victim, p.reason_at)
        lowered = True
    if not on:
        return lowered
    out = site.out
    bound = site.bound
    fill(on, low, cap, uses, budget, out, bound)
    known = -1
    code = reason.LIMIT
    place = where
    reason_ma = site.reason_ma
    for i in on:  # calls of min and max would be a tenth of a reduction's time
        p = points[i]
        new = out[i]
        if new < cap[i] or cap[i] < min(p.setpoint_ma, site.floor[i]):
            grain = p.step_ma
            new -= new % (grain if grain > GRAIN_MA else GRAIN_MA)
            if new < p.min_ma:
                new = p.min_ma
            if new < p.setpoint_ma:
                site.change(p, new, now_ms)
                limit = bound[i]
                if where < 0 and limit != known:
                    known = limit
                    code = behind(site, limit, reason.LIMIT)
                    place = limit % n
                p.reason = code
                p.reason_at = place
                reason_ma[i] = new
                lowered = True
    return lowered


def _awaited_ma(site, limit, now_ms):
    """What wallboxes on this limit count with above their setpoints, since they have not followed
    a cut in time, although a slow car may yet. For that the others are cut, but nobody is stopped
    (R9)."""
    awaited = 0
    for p in site.points:
        if p.measures and p.heard and ticks_diff(now_ms, p.changed_ms) < CONFIRM_BY_TIME_MS:
            if limit in p.seat.places:
                awaited += expected_ma(p, now_ms) - max(p.setpoint_ma, 0)
    return awaited


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


def _stops_before(site, p, other, now_ms):
    """Who is stopped first: low priority, one that draws nothing, who charged longest. One that
    has been stopped and is on again for less than a slot comes last (R9)."""
    if (p.car == FULL) != (other.car == FULL):
        return p.car == FULL  # it was only offered what was left
    if p.priority != other.priority:
        return p.priority < other.priority
    again = _is_again(site, p, now_ms)
    if again != _is_again(site, other, now_ms):
        return not again
    idle = p.drawn[TOP] < _IDLE_MA
    if idle != (other.drawn[TOP] < _IDLE_MA):
        return idle
    longer = ticks_diff(other.since_ms, p.since_ms)
    if longer:
        return longer > 0
    return p.name < other.name


def _is_again(site, p, now_ms):
    turn_ms = ticks_diff(now_ms, site.turn_ms[p.index])
    return turn_ms < SLOT_MS and bool(site.told[p.index] & TOLD_STOPPED)
