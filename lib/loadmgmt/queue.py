"""Who charges when not all can: the queue, its slots, and whose turn ends (rules R3, R9).

Who waits stands in the queue: a higher priority first, then who has waited for more whole slots,
then who has received less. Among equals the set is chosen well over the phases (choose.py); one
that is left to wait although its minimum fits waits for a slot at most. One who is not chosen
takes the place of cars whose slot is over (or of a lower priority). Where none is over, one that
has waited for a whole slot keeps the limits it lacks for itself: nobody behind it starts there,
and it is served when the running slots end. One that could not be served even then disturbs
nobody.
"""

from compat import const, ticks_diff

from loadmgmt import reason
from loadmgmt.ask import is_idle
from loadmgmt.choose import choose
from loadmgmt.event import TOLD_AGAIN, TOLD_CUT, TOLD_LEFT, TOLD_STOPPED
from loadmgmt.point import BEFORE, CHARGING, FULL, NO_CAR, TOP, USED
from loadmgmt.shrink import SLOT_MS
from loadmgmt.why import bind, note

_WEIGH_MS = const(60000)
_START_MS = const(60000)  # until then whom it was ended for has started
_MOST_SLOTS = const(998)
_CLASS = const(1000)
_LAST = const(-2000000)  # priorities go down to -1000
_MOST_SERVED = const(0x3FFFFFFF)
_UNUSED_MA = const(500)
_DRAWS_MA = const(4000)


def account(site, now_ms: int) -> None:
    """Note what each car receives, for the queue, in mA * s / 16 over all its phases."""
    passed_ms = ticks_diff(now_ms, site.accounted_ms)
    site.accounted_ms = now_ms
    served = site.served
    for p in site.points:
        if p.car == CHARGING:
            drawn = p.drawn
            total = drawn[0] + drawn[1] + drawn[2] if p.measures else p.setpoint_ma * p.phases_now
            if total > 0:
                total = served[p.index] + total * passed_ms // 16000
                served[p.index] = min(total, _MOST_SERVED)
            if p.measures and p.heard and p.phases_now > 1 and site.leave_ms:
                _leave_phases(site, p, passed_ms)
                continue
        elif p.car == NO_CAR and p.heard:
            served[p.index] = 0
            site.told[p.index] &= ~(TOLD_STOPPED | TOLD_CUT | TOLD_LEFT | TOLD_AGAIN)
        site.few[p.index] = 0


def _leave_phases(site, p, passed_ms):
    """Free the phases that its car leaves alone for 30 s: those behind the last one in use.
    ChargePoint.report takes them back with the first answer that shows a draw there."""
    drawn = p.drawn
    used = p.phases_now
    while used > 1 and max(drawn[used - 1], drawn[BEFORE + used - 1]) < _UNUSED_MA:
        used -= 1
    few = site.few  # for how long, times 4, and the most phases it used since
    i = p.index
    if used == p.phases_now or drawn[TOP] < _DRAWS_MA:
        few[i] = 0
        return
    used = max(used, few[i] & 3)
    passed_ms = passed_ms + (few[i] >> 2) if few[i] else 0  # since it was seen first
    few[i] = min(passed_ms, site.leave_ms) << 2 | used
    # nor may that make its setpoint too low (R4): it would stop, start on all, and so on
    if passed_ms >= site.leave_ms and not (p.minima and p.minima[used - 1] > p.setpoint_ma):
        few[i] = 0
        drawn[USED] = p.phases_now = used
        site.place(p)


def waited_ms(site, p, now_ms: int) -> int:
    """How long a wallbox has been without current although it wants some."""
    return min(ticks_diff(now_ms, p.since_ms), ticks_diff(now_ms, site.turn_ms[p.index]))


def line_up(site, on, waiting, room, after_stop, now_ms) -> list:
    """Let those who wait join `on`; return the indices of those whose turn ends.

    room: what the limits have left beside the minima of `on` and all that others may draw; what
    the joining ones need is taken from it, what the ended ones had is given back.
    """
    rank = site.rank
    low = site.low
    slot_ms = site.slot_ms
    queue = []
    for p in waiting:
        i = p.index
        if p.may_ma > 0:
            continue  # it has not let go of what it had: that is still to be handed on
        waited = waited_ms(site, p, now_ms)
        slots = min(waited // slot_ms, _MOST_SLOTS) if slot_ms else 0
        if waited >= _START_MS or not site.told[i] & TOLD_STOPPED:
            slots += 1  # one that was ended just now is not to take its place again
        if site.welcomes and not site.served[i]:
            slots += 1
        # after all others comes a car that had ended by itself
        rank[i] = _LAST if p.car == FULL else p.priority * _CLASS + slots
        low[i] = p.min_ma
        queue.append((-rank[i], site.served[i], -waited, p.name, i))
    queue.sort()
    free = room[:]
    joined = []
    ended = []
    full = over = None
    kept = [0] * len(room)  # of what is free, for those who wait for the turns of others to end
    priority = None
    is_due = ticks_diff(now_ms, site.weighed_ms) >= _WEIGH_MS
    if is_due:
        site.weighed_ms = now_ms
    at = 0
    while at < len(queue):
        first = queue[at][0]
        group = []
        while at < len(queue) and queue[at][0] == first:
            group.append(queue[at][4])
            at += 1
        is_new = slot_ms and rank[group[0]] % _CLASS <= 1
        candidates = []
        for i in group:
            if _may_start(site, i, free, after_stop, now_ms):
                if is_new and site.told[i] & TOLD_LEFT and not is_due:
                    continue
                candidates.append(i)
        stay = on + joined if is_new else None
        got = choose(candidates, low, site.cap, site.uses, free, site.earn, rank, stay)
        for i in got[::-1]:
            limit = _held_at(site, i, free, after_stop)
            if limit >= 0:  # it does beside the others
                got.remove(i)
                _add(free, site.uses[i], low[i])
                bind(site, site.points[i], limit, reason.HOLD, low[i])
        joined += got
        if len(got) < len(group) and site.points[group[0]].priority != priority:
            priority = site.points[group[0]].priority
            full, over = _endable(site, on, joined, free, priority, now_ms)
        for i in group:
            if i in got:
                site.told[i] &= ~TOLD_LEFT
            elif is_new and site.points[i].reason == reason.WAITS_TURN and _fits(site, i, free):
                site.told[i] |= TOLD_LEFT
                _add(free, site.uses[i], -low[i])  # nobody of lower rank takes its place
                _add(kept, site.uses[i], low[i])
            elif site.points[i].reason not in (reason.HOLD, reason.PAUSES):
                _claim(site, i, free, kept, full, over, joined, ended, after_stop)
    joined = [entry[4] for entry in queue if entry[4] in joined]  # where room is short, in order
    for i in joined:
        p = site.points[i]
        for j in p.seat.places:
            room[j] -= low[i]
        on.append(i)
    for i in ended:
        on.remove(i)
        _add(room, site.uses[i], low[i])
    return ended


def _held_at(site, i, free, after_stop, low=0):
    """The limit whose headroom has not held long enough for one that was stopped, or -1."""
    if site.told[i] & TOLD_CUT:
        for j in site.uses[i]:
            if free[j] - low < after_stop[j]:
                return j
    return -1


def _fits(site, i, free):
    for j in site.uses[i]:
        if free[j] < site.low[i]:
            return False
    return True


def _may_start(site, i, free, after_stop, now_ms):
    """True when its minimum fits by itself; else the reason is noted."""
    p = site.points[i]
    low = site.low[i]
    off_ms = ticks_diff(now_ms, site.turn_ms[i])
    told = site.told[i]
    if off_ms < (SLOT_MS if told & TOLD_AGAIN else site.off_ms) and told & TOLD_STOPPED:
        note(site, p, reason.PAUSES, -1, p.min_ma)
        return False
    for j in p.seat.places:
        if free[j] < low + site.start_margin_ma:
            bind(site, p, j, reason.NO_ROOM, p.min_ma)
            return False
    at = _held_at(site, i, free, after_stop, low)
    if at >= 0:
        bind(site, p, at, reason.HOLD, p.min_ma)
        return False
    note(site, p, reason.WAITS_TURN, -1, 0)
    return True


def _endable(site, on, joined, free, priority, now_ms):
    """What the limits would have left if nobody charged whose turn will end for this priority, and
    whose turn may end now, in that order."""
    full = free[:]
    over = []
    for k in on + joined:
        v = site.points[k]
        rank = _LAST if v.car == FULL else v.priority
        if rank <= priority:
            _add(full, v.seat.places, site.low[k])
            if k not in joined and _is_over(site, v, priority, now_ms):
                turn_ms = ticks_diff(now_ms, site.turn_ms[k])
                over.append((rank, v.car == CHARGING, -turn_ms, v.name, k))
    over.sort()
    return full, [victim[4] for victim in over]


def _claim(site, i, free, kept, full, over, joined, ended, after_stop):
    """Take the place of those whose slot is over, if that is enough; else keep the limits."""
    p = site.points[i]
    low = site.low
    least = low[i]
    need = least + site.start_margin_ma
    places = p.seat.places
    held = after_stop if site.told[i] & TOLD_CUT else bytes(len(free))
    gone = []
    short = [j for j in places if free[j] - held[j] < need]
    is_ended = site.rank[i] % _CLASS == 0  # just now: it ends only what was left for full cars
    if p.car != FULL and [j for j in short if free[j] + kept[j] - held[j] < need]:
        for k in over:
            if is_ended and site.points[k].car != FULL:
                break
            if k not in ended and _shares(site.uses[k], short):
                gone.append(k)
                _add(free, site.uses[k], low[k])
                short = [j for j in places if free[j] - held[j] < need]
                if not short:
                    break
    # else it lacks only what is kept for those before it: nobody is ended for that
    if short:
        for k in gone:
            _add(free, site.uses[k], -low[k])
        for j in places:
            if full[j] < need:  # not even when all turns have ended
                bind(site, p, j, reason.NO_ROOM, least)
                return
        if site.slot_ms:
            note(site, p, reason.WAITS_TURN, short[0] % (3 * len(site.circuits)), least)
            if site.rank[i] % _CLASS > 1:
                _add(free, places, -least)
                _add(kept, places, least)
        return
    for k in gone[:]:  # of several, not all may be needed
        _add(free, site.uses[k], -low[k])
        if [j for j in places if free[j] - held[j] < need]:
            _add(free, site.uses[k], low[k])
        else:
            gone.remove(k)
    if held is after_stop:  # beside what would stop it again they have no room either
        for k in gone:
            site.told[k] |= TOLD_CUT
    ended += gone
    joined.append(i)
    _add(free, places, -least)


def _is_over(site, v, priority, now_ms):
    """True when wallbox v may be ended for one of this priority: its slot is over, it does not
    use it, or it has less priority; never twice within a slot."""
    turn_ms = ticks_diff(now_ms, site.turn_ms[v.index])
    if v.car == FULL:
        return True  # it was only offered what was left
    if site.slot_ms:
        if turn_ms >= max(site.slot_ms, site.on_ms) or is_idle(site, v, now_ms):
            return True
    if turn_ms < site.on_ms:
        return False
    return v.priority < priority and not site.told[v.index] & TOLD_STOPPED


def _shares(places, short):
    for j in short:
        if j in places:
            return True
    return False


def _add(free, places, current_ma):
    for j in places:
        free[j] += current_ma
