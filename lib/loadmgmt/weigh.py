"""What may be drawn against every limit: the formula of design section 5, for reductions.

For a metered circuit and phase, believed: over = meter + sum(expected - highest draw) - target.
With the house = meter - sum(highest draw) this is: cars' setpoints + house - target. While a
reading is older than the sample, or its setpoint changed a moment ago, the highest possible draw
counts, so that a ramp-up is no reason to cut.
A metered circuit that is not believed, and a static one: over = sum(expected) - what is allowed.
"""

from compat import const, ticks_diff

from loadmgmt.circuit import NONE_MA
from loadmgmt.point import (
    BEFORE,
    CHARGING,
    LEAST,
    MOST,
    NOWHERE,
    TOP,
    UNDECIDED,
    most_ma,
    settle_ms,
)
from loadmgmt.trust import GOOD, STARTING

NO_LIMIT = 0  # metered, but nothing has been measured yet since the start
MEASURED = 1
FALLBACK = 2

_TELL_MS = const(3000)  # from the end of a car's reaction until states have told of it
_READ_MS = const(2000)  # a car draws no more than what its wallbox applied that long ago
_STALE_MS = const(1500)  # each wallbox answers once a second
_LAG_MS = const(500)  # a meter's value is this much older than its answer


def own_draw(site, circuit, now_ms):
    """A new sample is here: what the wallboxes drew before it no longer explains the meter.

    Where meters of several circuits see a wallbox, the least that it drew is kept until all of
    them have been read since. Returns what those below surely draw per phase (mA), and for how
    long they are calm (ms).
    """
    circuits = site.circuits
    by_one = is_seen = site.meters == 1
    if not by_one:
        for leaf in circuits:
            leaf.is_seen = True
            for c in leaf.path:
                other = circuits[c]
                if other is not circuit and other.believed():
                    if ticks_diff(other.sample_ms, leaf.seen_ms) <= 0:
                        leaf.is_seen = False
            if leaf.is_seen and circuit.index in leaf.path:
                leaf.seen_ms = now_ms
    own = [0, 0, 0]
    calm_ms = 1 << 20
    for p in circuit.points:
        if p.may_ma < p.peak_ma and ticks_diff(now_ms, p.confirm_ms) >= _LAG_MS:
            p.peak_ma = p.may_ma
        phases = 0  # on which it surely draws what it says
        if p.heard:
            if calm_ms:
                quiet = ticks_diff(now_ms, p.changed_ms)
                if quiet < calm_ms:
                    calm_ms = quiet
                quiet = ticks_diff(now_ms, p.moved_ms)
                if quiet < calm_ms:
                    calm_ms = quiet
                if ticks_diff(now_ms, p.reading_ms) > _STALE_MS:
                    calm_ms = 0  # who says nothing may have lost its power: no doubt of the meter
            if p.seat is NOWHERE:
                calm_ms = 0  # it has just changed its phases
            elif p.measures and not (p.rotation is None and is_unplaced(p)):
                phases = p.phases_now
        drawn = p.drawn
        grid = p.seat.grid
        if not by_one:
            is_seen = circuits[p.circuit].is_seen
        for k in range(3):
            least = drawn[k]
            most = drawn[BEFORE + k]
            if least > most:
                most, least = least, most
            drawn[MOST + k] = most
            if is_seen or least < drawn[LEAST + k]:
                drawn[LEAST + k] = least
            if k < phases:
                own[grid[k]] += least
    return own, calm_ms


def is_stale(circuit, newest) -> bool:
    """True when this meter's last value has been acted on and another meter has been read since:
    what is known of the cars now belongs to that sample, and does not explain this one."""
    return not circuit.fresh and ticks_diff(newest, circuit.sample_ms) > 0


def newest_sample(site):
    """When the newest believed sample was taken, or None."""
    newest = None
    for circuit in site.circuits:
        if circuit.metered and circuit.samples:
            if newest is None or ticks_diff(circuit.sample_ms, newest) > 0:
                newest = circuit.sample_ms
    return newest


def expected_ma(p, now_ms) -> int:
    """What a wallbox will draw at most once its last change has settled."""
    setpoint = p.setpoint_ma
    may = p.may_ma
    if may > setpoint:
        if not p.heard:
            return may
        # that a cut was followed is known a reading later: until then nobody else is cut for it;
        # one that cannot measure has followed when it says so, the confirmation takes its time
        if not p.measures and p.applied_ok_ms is not None:
            return setpoint
        if ticks_diff(now_ms, p.changed_ms) >= settle_ms(p) + _TELL_MS:
            if p.measures:  # on its way down it counts with what it draws and applies by now
                return min(may, max(setpoint, p.applied_ma, p.drawn[TOP]))
            return may
    return setpoint


def is_unplaced(p) -> bool:
    """True for a draw that is on some phase, but nobody knows on which."""
    if p.rotation is not None:
        return False
    if p.phases_now < 3:
        return True
    drawn = p.drawn
    high = drawn[TOP]
    return high - min(drawn[0], drawn[1], drawn[2]) > 1000 + high // 10


def sees(site, c) -> bool:
    """True when a believed meter of circuit c measures its wallboxes with the house."""
    return site.dynamic[c] == MEASURED and site.circuits[c].includes


def highest_ma(p, newest) -> int:
    """The most it may have drawn when the newest sample was taken; -1: its reading holds."""
    if not p.heard:
        return p.may_ma
    if (
        ticks_diff(p.reading_ms, newest) < 0
        or ticks_diff(newest, p.changed_ms) < settle_ms(p)
        or p.peak_ma > p.may_ma
    ):
        high = p.may_ma
        if p.applied_ma < high and ticks_diff(newest, p.reading_ms) < _READ_MS:
            # a raise has not got there yet: the house must not hide behind it
            high = max(p.applied_ma, most_ma(p))
        elif p.drawn[TOP] > high:
            high = p.drawn[TOP]  # what it draws above its setpoint within its tolerance
        return high if high > p.peak_ma else p.peak_ma
    return -1


def weigh(site, now_ms):
    """Fill site.over: by how many mA each limit is exceeded (negative: free)."""
    circuits = site.circuits
    over = site.over
    dynamic = site.dynamic
    offset = 3 * len(circuits)
    newest = newest_sample(site)
    for circuit in circuits:
        c = circuit.index
        limit = circuit.limit_ma
        for k in range(3):
            over[3 * c + k] = -(NONE_MA if limit is None else limit[k])
        at = offset + 3 * c
        mode = NO_LIMIT
        if circuit.metered:
            state = circuit.trust.state
            if state == GOOD or (state == STARTING and circuit.samples):
                mode = MEASURED
                rest = NONE_MA if is_stale(circuit, newest) else 0
                for k in range(3):
                    over[at + k] = circuit.meter_ma[k] - circuit.target_ma[k] - rest
            elif state != STARTING:
                mode = FALLBACK
                for k in range(3):
                    over[at + k] = -fallback_ma(circuit, k)
        dynamic[c] = mode
        if mode == NO_LIMIT:
            for k in range(3):
                over[at + k] = -NONE_MA
    for p in site.points:
        if p.setpoint_ma == UNDECIDED or (p.may_ma == 0 and p.peak_ma == 0 and p.setpoint_ma <= 0):
            # not heard since the start: what it may draw keeps others from being raised, but a
            # charge that was within the limits before the restart goes on (R7)
            continue
        expected = expected_ma(p, now_ms)
        for j in p.seat.static:
            over[j] += expected
        first = -1  # the meter next to it is the one that tells what a blind one draws
        for c, limits in p.seat.dynamic:
            if dynamic[c] != MEASURED or not circuits[c].includes:
                for j in limits:
                    over[j] += expected
                continue
            if first < 0:
                first = c
                if not p.measures and p.car != CHARGING and ticks_diff(p.reading_ms, newest) >= 0:
                    from loadmgmt import blind

                    blind.start(p, circuits[c])
            highest = highest_ma(p, newest)
            if p.rotation is None and (p.measures or is_unplaced(p)):
                if highest < 0:
                    highest = most_ma(p)
                if expected < highest and is_unplaced(p):
                    continue  # its draw is in the house; a cut shows when the meter shows it
            if highest >= 0:
                net = expected - highest
                for j in limits:
                    over[j] += net
            elif not p.measures:
                from loadmgmt import blind  # only where there is such a wallbox

                blind.reckon(p, circuits[c], limits, expected, now_ms, over)
            else:
                # the most: what it lets go of its own accord is in the sample still
                drawn = p.drawn
                k = MOST  # limits are in the order of the wallbox's phases
                for j in limits:
                    over[j] += expected - drawn[k]
                    k += 1
    if site.balance:
        site.balance.weigh(site, now_ms)


def fallback_ma(circuit, phase: int) -> int:
    """What the cars may use on a phase while the circuit's meter is not believed."""
    allowed = circuit.target_ma[phase] - circuit.fallback_ma[phase]
    if circuit.offline_ma is not None and circuit.offline_ma[phase] < allowed:
        allowed = circuit.offline_ma[phase]
    return allowed if allowed > 0 else 0
