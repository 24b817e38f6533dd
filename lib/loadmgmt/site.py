"""The site: circuits, wallboxes, and the one pass that keeps them within their fuses.

Use: build `Site(circuits, points, now_ms)`, give metered circuits their meter with
`Circuit.meter(...)`, then
- `site.sample(...)` for each meter value, `point.report(...)` for each answer of a wallbox,
- `site.step(now_ms)` on every fresh sample and at least once a second; it decides all setpoints
and says what changed: the caller sends what was lowered at once.

The pass: let time pass (lost wallboxes, silent meters) > weigh what may be drawn against every
limit > cut what is too much, at once (R2) > share what is free, slowly (R3, R1).
"""

from array import array

from compat import const, ticks_add, ticks_diff

from loadmgmt import cut, event, headroom, share, weigh
from loadmgmt.circuit import DROPPED, NEW
from loadmgmt.event import TOLD_CUT, TOLD_DISOBEYS, TOLD_LOST, TOLD_STOPPED
from loadmgmt.point import (
    NOWHERE,
    TOP,
    Seat,
    CHARGING,
    CONFIRM_BY_TIME_MS,
    LOST_MS,
    UNDECIDED,
    WAITING,
    order_of,
    settle_ms,
)
from loadmgmt.shrink import SLOT_MS

LOWERED = const(1)  # flags that step returns
RAISED = const(2)

_SHARE_MS = const(1000)  # the full solve runs at most once a second
_HOUR_MS = const(3600000)
_OLD_MS = const(172800000)
_POINT_STAMPS = (
    "reading_ms",
    "before_ms",
    "moved_ms",
    "since_ms",
    "changed_ms",
    "sent_ms",
    "confirm_ms",
)
_OPEN_MS = const(900000)
_MAX_POINTS = const(64)
_MAX_CIRCUITS = const(16)
_MAX_DEPTH = const(4)


def _limit(record, stamps, now_ms):
    for stamp in stamps:
        then_ms = getattr(record, stamp)
        if then_ms is not None and ticks_diff(now_ms, then_ms) > _OLD_MS:
            setattr(record, stamp, ticks_add(now_ms, -_OLD_MS))


class Site:
    """All that the brain knows. One task owns it; others only read."""

    def __init__(self, circuits: list, points: list, now_ms: int):
        """circuits: parents before children. Raises ValueError where the tree is not one."""
        if len(points) > _MAX_POINTS or not 0 < len(circuits) <= _MAX_CIRCUITS:
            raise ValueError("size")
        self.circuits = circuits
        self.points = points
        self.enabled = True
        self.on_event = None  # called with (code, subject, value)
        self.shared_ms = now_ms
        self.passes = 0
        self.aged_ms = now_ms
        n = len(points)
        m = 6 * len(circuits)  # limits: 3c+p the static ones, 3C+3c+p the metered ones
        self.over = [0] * m  # mA that too much may be drawn, per limit
        self.low = [0] * n  # working space of cut and share, one entry a wallbox
        self.cap = [0] * n
        self.out = [0] * n
        self.bound = [-1] * n
        self.floor = [0] * n
        self.uses = [()] * n
        self.told_ms = now_ms
        self.told = bytearray(n)  # what has been reported of each wallbox
        # the queue and the cars' requests, one entry a wallbox
        self.slot_ms = SLOT_MS  # that or more; 0: no turns
        self.turn_ms = [now_ms] * n  # since when it charges, or waits for its turn
        self.rank = [0] * n
        self.accounted_ms = now_ms
        self.weighed_ms = now_ms
        self.served = array("I", bytes(4 * n))  # what its car has received: mA * s / 16
        self.asked_after_ms = 60000
        self.asked_margin_ma = 3000
        self.asked = array("i", bytes(4 * n))  # mA that its car asks for, 0: not learnt
        self.less_ms = [now_ms] * n  # since when it draws clearly less than it may
        self.weight = [1] * n
        self.earn = bytearray(n)  # phases that an ampere of it feeds
        self.reason_ma = array("i", bytes(4 * n))
        self.meters = len([circuit for circuit in circuits if circuit.metered])
        self._seats = {}
        self.dynamic = [0] * len(circuits)  # weigh.NO_LIMIT, MEASURED or FALLBACK
        for index, circuit in enumerate(circuits):
            circuit.index = index
            if circuit.parent is None:
                circuit.path = (index,)
            else:
                if not 0 <= circuit.parent < index:
                    raise ValueError("parent")
                circuit.path = (index,) + circuits[circuit.parent].path
            circuit.settled_ms = now_ms
            if len(circuit.path) > _MAX_DEPTH:
                raise ValueError("depth")
        for index, point in enumerate(points):
            point.index = index
            for stamp in _POINT_STAMPS:
                setattr(point, stamp, now_ms)
            for c in circuits[point.circuit].path:
                circuits[c].points.append(point)
            if point.name_error:
                point.may_ma = point.peak_ma = 0
            self.place(point)

    def place(self, point):
        """Find out in which limits a wallbox counts: on its phases, or on all when not known."""
        order = order_of(point.rotation)
        phases = point.phases_now
        counted = (0, 1, 2) if order is None else order[:phases]
        static = ()
        dynamic = ()
        for c in self.circuits[point.circuit].path:
            circuit = self.circuits[c]
            if circuit.limit_ma is not None:
                static += tuple([3 * c + p for p in counted])
            if circuit.metered:
                at = 3 * (len(self.circuits) + c)
                dynamic += ((c, tuple([at + p for p in counted])),)
        places = static
        for _, limits in dynamic:
            places += limits
        places = tuple(sorted(places))
        key = (static, dynamic)
        seat = self._seats.get(key)
        if seat is None:
            places = self._seats.setdefault(places, places)  # of any rotation
            seat = self._seats[key] = Seat(static, dynamic, places, order or (0, 1, 2))
        point.seat = seat
        self.earn[point.index] = phases
        if point.minima:
            point.min_ma = point.minima[phases - 1]

    def tell(self, code, subject=0, value=0):
        if self.on_event is not None:
            self.on_event(code, subject, value)

    def sample(self, index: int, now_ms: int, l1: int, l2: int, l3: int, same: bool) -> bool:
        """Take a meter value of circuit `index`: signed mA per phase, export negative.

        same: the meter's answer was bit-identical to the one before. False: dropped, out of range.
        """
        circuit = self.circuits[index]
        taken = circuit.sample(now_ms, l1, l2, l3, same)
        if taken < NEW:
            return taken > DROPPED
        own, calm_ms = weigh.own_draw(self, circuit, now_ms)
        was = circuit.trust.state
        circuit.trust.judge(now_ms, circuit.meter_ma, own, same, circuit.includes, calm_ms)
        self._trust_changed(circuit, was, now_ms)
        return True

    def _trust_changed(self, circuit, was, now_ms):
        now = circuit.trust.state
        if now == was:
            return
        if circuit.believed():
            circuit.forget_house(now_ms)
            if was:
                self.tell(event.METER_BACK, circuit.index)
        elif was <= 1:
            self.tell(event.METER_LOST, circuit.index, now)

    def step(self, now_ms: int) -> int:
        """One pass. Returns LOWERED and RAISED flags; the setpoints stand in the points."""
        self.passes += 1
        if ticks_diff(now_ms, self.aged_ms) >= _HOUR_MS:
            self._keep_young(now_ms)
        enabled = self.enabled
        for circuit in self.circuits:
            if circuit.metered:
                was = circuit.trust.state
                circuit.trust.age(now_ms)
                self._trust_changed(circuit, was, now_ms)
        flags = 0
        for p in self.points:
            if ticks_diff(now_ms, p.reading_ms) > LOST_MS and p.grow_old(now_ms):
                self.tell(event.CHARGER_LOST, p.index, p.may_ma)
                self.told[p.index] |= TOLD_LOST
            if p.seat is NOWHERE:
                self.place(p)
            # wants() written out: a call for each would be a tenth of a reduction's time
            goes_on = enabled and WAITING <= p.car <= CHARGING and p.supported_ma >= p.min_ma
            if p.setpoint_ma > 0 and not goes_on and not p.lost:
                self.change(p, 0, now_ms)
                flags = LOWERED
        weigh.weigh(self, now_ms)
        if cut.cut(self, now_ms):
            flags |= LOWERED
        # on a fresh sample the wallboxes' readings are older than it: sharing can wait for them
        due_ms = ticks_diff(now_ms, self.shared_ms)
        if due_ms >= 2 * _SHARE_MS or (due_ms >= _SHARE_MS and not self._is_fresh()):
            self.shared_ms = now_ms
            self._notice(now_ms)
            flags |= share.share(self, now_ms)
        for circuit in self.circuits:
            if circuit.fresh:
                circuit.fresh = False
                if circuit.update_ms < _SHARE_MS and self.dynamic[circuit.index] == weigh.MEASURED:
                    headroom.see_peak(circuit, now_ms)
        return flags

    def _is_fresh(self):
        for circuit in self.circuits:
            if circuit.fresh:
                return True
        return False

    def change(self, point, setpoint_ma, now_ms):
        """Give a wallbox its new setpoint and wait for that to settle before the next raise."""
        if (point.setpoint_ma > 0) != (setpoint_ma > 0):
            self.turn_ms[point.index] = now_ms
            if setpoint_ma > 0:
                self.tell(event.STARTED, point.index, setpoint_ma)
                self.told[point.index] &= ~TOLD_CUT
            else:
                self.told[point.index] |= TOLD_STOPPED
        if not point.measures and point.setpoint_ma > 0:
            weigh.change_of_blind(self, point, setpoint_ma)
        if setpoint_ma > point.may_ma:
            point.may_ma = setpoint_ma
        elif point.may_ma > point.peak_ma:
            point.peak_ma = point.may_ma
        if not setpoint_ma < point.setpoint_ma < point.may_ma:
            point.changed_ms = now_ms  # else it was told before: its time to follow runs on
        point.setpoint_ma = setpoint_ma
        point.applied_ok_ms = None
        settled_ms = ticks_add(now_ms, settle_ms(point))
        root = self.circuits[self.circuits[point.circuit].path[-1]]
        if ticks_diff(settled_ms, root.settled_ms) > 0:
            root.settled_ms = settled_ms

    def _keep_young(self, now_ms):
        """Make times of long ago two days old: ticks_diff is right for 6.2 days only."""
        self.aged_ms = now_ms
        _limit(self, ("told_ms", "weighed_ms"), now_ms)
        for p in self.points:
            _limit(p, _POINT_STAMPS, now_ms)
            _limit(p, ("applied_ok_ms", "opened_ms") if p.is_open else ("applied_ok_ms",), now_ms)
        for stamps in (self.turn_ms, self.less_ms):
            for i in range(len(stamps)):
                if ticks_diff(now_ms, stamps[i]) > _OLD_MS:
                    stamps[i] = ticks_add(now_ms, -_OLD_MS)
        for circuit in self.circuits:
            _limit(circuit, ("settled_ms", "sample_ms", "seen_ms"), now_ms)
            if circuit.metered:
                _limit(circuit.trust, ("sample_ms", "same_ms"), now_ms)

    def _notice(self, now_ms):
        """Report wallboxes that came back, disobey or obey again."""
        for p in self.points:
            told = self.told[p.index]
            if told & TOLD_LOST and not p.lost:
                told &= ~TOLD_LOST
                self.tell(event.CHARGER_BACK, p.index, p.applied_ma)
            # it has had time to follow its setpoint
            if p.heard and ticks_diff(now_ms, p.changed_ms) >= CONFIRM_BY_TIME_MS:
                if p.is_disobeying() != bool(told & TOLD_DISOBEYS):
                    told ^= TOLD_DISOBEYS
                    disobeys = told & TOLD_DISOBEYS
                    self.tell(event.DISOBEYS if disobeys else event.OBEYS, p.index, p.may_ma)
                    if disobeys and p.drawn[TOP] > p.setpoint_ma:
                        # more than its setpoint flows, so its contactor has to open
                        p.is_open = True
                        p.opened_ms = now_ms
                elif p.is_open and ticks_diff(now_ms, p.opened_ms) >= _OPEN_MS:
                    p.is_open = False
            self.told[p.index] = told

    def disobeys(self, point) -> bool:
        """True for a wallbox that draws or applies more than its setpoint, and goes on to."""
        return bool(self.told[point.index] & TOLD_DISOBEYS)

    def learned(self) -> bool:
        """True when every wallbox has been heard or declared lost (R7): raising may begin."""
        for p in self.points:
            if p.setpoint_ma == UNDECIDED and not p.lost and not p.name_error:
                return False
        return True
