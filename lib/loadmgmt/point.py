"""One wallbox connector as the brain sees it, and what it may draw (rules R1 and R5).

The driver calls `report` for every valid answer and sets `sent_ms` with every command; the brain
decides `setpoint_ma`. All currents in mA, all times in ticks (ms).

`may_ma` is rule R1's "may draw": the larger of the setpoint and what the wallbox last confirmed.
A lower setpoint is confirmed by a state that was received after the command, reports the lower
limit as applied and a draw of at most setpoint + max(0.5 A, 3 %). A wallbox that cannot measure
confirms by time, 12 s after it reported the limit as applied.
"""

from array import array

from compat import const, ticks_diff

NO_CAR = 0
BLOCKED = 1  # a car, but something else than the manager forbids charging
WAITING = 2  # wants to charge, not released
READY = 3  # released, the car does not draw yet
CHARGING = 4
FULL = 5  # the car ended charging by itself
FAULT = 6

BY_PERSON = 1  # in ChargePoint.paused, a sum
WAKING = 2  # for a moment, see wake.py
INACTIVE = 4  # it, or a circuit above it, is deactivated

UNDECIDED = -1  # setpoint_ma before the first decision

LOST_MS = const(5000)  # design R5
CONFIRM_BY_TIME_MS = const(12000)  # R1, no own measurement
SETTLE_MS = const(5000)  # IEC 61851-1: a car follows its pilot within 5 s
SETTLE_BLIND_MS = const(12000)
DEAD_MAN_GRACE_MS = const(2000)  # R5
GIVEN_UP = 2  # a value of `lost`: its own time-out has passed, too
_MOVED_MA = const(500)  # between two readings: less than an ordinary ramp of 1 A/s
_READING_GAP_MS = const(700)  # two states closer than this count as one reading

# where the parts of ChargePoint.drawn begin
MOST = const(3)
LEAST = const(6)
BEFORE = const(9)
TOP = const(12)
USED = const(13)  # phases that its car uses, from the first on: 1..3
_IN_USE_MA = const(1000)
_NO_DRAW = bytes(52) + b"\x03\x00\x00\x00"

_ROTATIONS = ("L123", "L132", "L231", "L213", "L321", "L312")


def order_of(rotation: str | None) -> tuple | None:
    """Grid phase index behind the wallbox's L1, L2, L3, e.g. "L231" -> (1, 2, 0); None: unknown.

    Raises ValueError for anything else.
    """
    if rotation is None:
        return None
    if rotation not in _ROTATIONS:
        raise ValueError("rotation")
    return tuple([int(letter) - 1 for letter in rotation[1:]])


def tolerance_ma(setpoint_ma: int) -> int:
    """How much a wallbox may draw above its setpoint and still obey it (R1)."""
    return max(500, setpoint_ma * 3 // 100)


# functions, since methods take three times as long to call


def settle_ms(p) -> int:
    """How long after a change of the setpoint a wallbox's draw is uncertain."""
    return SETTLE_MS if p.measures else SETTLE_BLIND_MS


def most_ma(p) -> int:
    """The most it drew on a phase around the last meter sample and since then."""
    drawn = p.drawn
    return max(drawn[MOST], drawn[MOST + 1], drawn[MOST + 2])


def wants(site, p) -> bool:
    """True while the car wants current and nothing in the wallbox forbids it."""
    return WAITING <= p.car <= site.last_car and p.supported_ma >= p.min_ma and not p.paused


class Seat:
    """Where a wallbox counts; those at the same place share one.

    static, dynamic, places: the limits, as indices into Site.over: those without a meter, pairs
    of (circuit index, limits in the order of the wallbox's phases) with one, and all of them.
    grid: the grid phase behind each of its phases.
    """

    def __init__(self, static, dynamic, places, grid):
        self.static = static
        self.dynamic = dynamic
        self.places = places
        self.grid = grid


NOWHERE = Seat((), (), (), (0, 1, 2))  # to be found out by Site.place


class ChargePoint:
    """The record; see the module's docstring.

    What few wallboxes need lives in the class until it is set: each attribute of 64 costs the chip
    memory, and the dict of an instance has room for 29.
    """

    # how the device behaves when it hears nothing: the driver knows
    dead_man_ms = None  # its own time-out without a command, None: it has none
    failsafe_ma = 0  # what it falls back to then
    boot_ma = 0  # what it may offer by itself after power-up
    step_ma = 1
    lost_ms = LOST_MS  # without a valid answer; a driver may set more (R5)
    priority = 0  # the higher is served first
    minima = None  # min_ma on one, two and three phases, where that is not the same
    weight = 1  # of its share, at least 1
    is_open = False  # it does not obey: its driver opens the contactor, if the device can
    opened_ms = 0
    paused = 0  # it is to have nothing for now: who wants that, see above
    host = None  # only where that is no address
    name_error = False  # then it is never asked
    # one that cannot measure: what the meter showed before it drew (more), and the rise
    start_meter = None
    estimate = (0, 0, 0)
    estimated = False

    def __init__(self, name, circuit=0, phases=3, rotation=None, min_ma=6000, max_ma=32000):
        """circuit: index; phases: 1 or 3; rotation: "L123".., None: not known. ValueError."""
        self.name = name
        self.circuit = circuit
        self.phases = phases
        self.rotation = rotation
        self.min_ma = min_ma
        self.max_ma = max_ma
        # what it reported
        self.reading_ms = 0
        self.applied_ma = 0
        self.supported_ma = max_ma
        self.car = NO_CAR
        self.measures = False
        # mA in the wallbox's own phase order: now, the most and the least that it reported around
        # the last meter sample and since then, the reading before, now on the highest phase, and
        # how many phases its car uses
        self.drawn = array("i", _NO_DRAW)
        self.before_ms = 0
        self.moved_ms = 0  # when its draw last changed
        self.phases_now = phases
        self.since_ms = 0  # since when its car charges, or wants to
        self.heard = False  # it is answering: not lost, not unknown yet
        self.lost = False  # no valid answer for 5 s (R5)
        # what the brain decided
        self.setpoint_ma = UNDECIDED
        self.changed_ms = 0
        self.sent_ms = 0
        self.may_ma = max_ma  # until it is heard it may draw all it can
        self.peak_ma = max_ma  # the most it may have drawn when the last sample was taken
        self.confirm_ms = 0
        self.applied_ok_ms = None  # since when it applies the setpoint
        self.reason = 0
        self.reason_at = -1  # circuit * 3 + phase, or -1
        self.index = 0
        self.seat = NOWHERE

    def report(self, now_ms, applied_ma, drawn_l1, drawn_l2, drawn_l3, car, supported_ma, phases):
        """Take a valid answer. drawn: mA in the wallbox's own phase order, -1: cannot measure.

        supported_ma: what other limits inside the wallbox allow. phases: in use now, 0 unknown.
        """
        self.measures = drawn_l1 >= 0
        if not self.measures:
            drawn_l1 = drawn_l2 = drawn_l3 = 0
        drawn = self.drawn
        if (
            abs(drawn_l1 - drawn[0]) > _MOVED_MA
            or abs(drawn_l2 - drawn[1]) > _MOVED_MA
            or abs(drawn_l3 - drawn[2]) > _MOVED_MA
        ):
            self.moved_ms = now_ms
        is_next = ticks_diff(now_ms, self.before_ms) >= _READING_GAP_MS or not self.heard
        if is_next:
            self.before_ms = now_ms
        used = 3 if car != CHARGING else drawn[USED]
        k = 0
        for current in (drawn_l1, drawn_l2, drawn_l3):
            if k >= used and current >= _IN_USE_MA:
                used = 3  # it takes back what it had left alone
            if is_next:
                drawn[BEFORE + k] = drawn[k]
            drawn[k] = current
            if current > drawn[MOST + k]:
                drawn[MOST + k] = current
            if current < drawn[LEAST + k]:
                drawn[LEAST + k] = current
            k += 1
        drawn[TOP] = max(drawn_l1, drawn_l2, drawn_l3)
        drawn[USED] = used
        if car != self.car:
            charges = car == CHARGING
            if charges or self.car == CHARGING or not WAITING <= self.car <= CHARGING:
                self.since_ms = now_ms
            if charges and not self.measures:
                self.estimate = [0, 0, 0]
        self.car = car
        self.applied_ma = applied_ma
        self.supported_ma = supported_ma
        phases = min(self.phases, used, phases if phases > 0 else 3)
        if phases != self.phases_now:
            self.phases_now = phases
            self.seat = NOWHERE
        self.reading_ms = now_ms
        if not self.heard:
            self.heard = True
            self._adopt(now_ms)
        self.lost = False
        self._confirm(now_ms)

    def _adopt(self, now_ms):
        """Take over what it reports as applied: a running charge goes on (R7)."""
        if self.setpoint_ma == UNDECIDED:
            setpoint = min(self.applied_ma, self.max_ma)
            self.setpoint_ma = setpoint if setpoint >= self.min_ma else 0
            self.may_ma = self.peak_ma = self.applied_ma
            self.changed_ms = self.confirm_ms = now_ms

    def _confirm(self, now_ms):
        setpoint = self.setpoint_ma
        drawn = self.drawn[TOP]
        over = drawn > setpoint + tolerance_ma(setpoint)
        if self.applied_ma > setpoint:
            self.applied_ok_ms = None
            if self.applied_ma > self.may_ma:
                self.may_ma = self.applied_ma
            elif (
                ticks_diff(now_ms, self.changed_ms) >= CONFIRM_BY_TIME_MS
                and ticks_diff(self.sent_ms, self.changed_ms) >= 0
            ):
                self.may_ma = max(self.applied_ma, drawn)  # nothing higher is on its way to it
        elif ticks_diff(self.sent_ms, self.changed_ms) >= 0 or setpoint >= self.may_ma:
            # a command with this setpoint went out before this state came in
            if self.applied_ok_ms is None:
                self.applied_ok_ms = now_ms
            old_enough = ticks_diff(now_ms, self.applied_ok_ms) >= CONFIRM_BY_TIME_MS
            if not over and (self.measures or old_enough):
                if self.may_ma > setpoint:
                    self.may_ma = setpoint
                    self.confirm_ms = now_ms
            elif over and old_enough:
                self.may_ma = max(setpoint, drawn)  # a slow or disobedient one: what it draws
        if over and drawn > self.may_ma:
            self.may_ma = drawn

    def is_disobeying(self) -> bool:
        """True when it applies or draws more than its setpoint."""
        setpoint = self.setpoint_ma
        return self.applied_ma > setpoint or self.drawn[TOP] > setpoint + tolerance_ma(setpoint)

    def grow_old(self, now_ms: int) -> bool:
        """It is silent: lost, reserved until its own time-out (R5). True: just lost."""
        if self.name_error:
            return False
        just_lost = not self.lost
        if just_lost:
            self.heard = False
            self.lost = True
            if self.setpoint_ma > self.may_ma:
                self.may_ma = self.setpoint_ma
            # it may be at its failsafe current before our time for that has passed: its own runs
            # from the last command that it received
            fallback = max(self.boot_ma, self.failsafe_ma)
            if fallback > self.may_ma:
                self.may_ma = fallback
            if self.dead_man_ms is None:
                self._use_all()
        if self.is_silent():
            if ticks_diff(now_ms, self.sent_ms) > self.dead_man_ms + DEAD_MAN_GRACE_MS:
                self.may_ma = self.peak_ma = max(self.failsafe_ma, self.boot_ma)
                self.setpoint_ma = 0
                self.changed_ms = now_ms
                self.car = NO_CAR
                self.lost = GIVEN_UP
                self._use_all()
        return just_lost

    def _use_all(self):
        """Nobody knows what car is there by now."""
        self.drawn[USED] = 3
        if self.phases_now != self.phases:
            self.phases_now = self.phases
            self.seat = NOWHERE

    # no property: MicroPython then looks for it at every assignment to an attribute
    def is_silent(self) -> bool:
        """True when it is to be sent nothing: lost, and it may draw now or later (R5). Once its
        own time-out has passed it is looked for again with 0 A, which is always safe; its failsafe
        current stays reserved."""
        if self.lost is not True or self.dead_man_ms is None:
            return False
        return self.may_ma > 0 or self.setpoint_ma != 0 or self.failsafe_ma > 0
