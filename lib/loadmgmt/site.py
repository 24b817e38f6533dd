"""The site: circuits, wallboxes, and the one pass that keeps them within their fuses.

Use: build `Site(circuits, points, now_ms)`, give metered circuits their meter with
`Circuit.meter(...)`, then
- `site.sample(...)` for each meter value, `point.report(...)` for each answer of a wallbox,
- `site.step(now_ms)` on every fresh sample and at least once a second; it decides all setpoints
and says what changed: the caller sends what was lowered at once.

The pass: let time pass (lost wallboxes, silent meters) > weigh what may be drawn against every
limit > cut what is too much, at once (R2) > share what is free, slowly (R3, R1).
"""

from compat import const, ticks_add, ticks_diff

from loadmgmt import cut, event, share, weigh
from loadmgmt.circuit import DROPPED, NEW
from loadmgmt.event import TOLD_AGAIN, TOLD_CUT, TOLD_DISOBEYS, TOLD_LOST, TOLD_STOPPED
from loadmgmt.point import (
    CHARGING,
    CONFIRM_BY_TIME_MS,
    LOST_MS,
    NOWHERE,
    SETTLE_BLIND_MS,
    SETTLE_MS,
    TOP,
    UNDECIDED,
    WAITING,
    tolerance_ma,
)
from on_demand import call

LOWERED = const(1)  # flags that step returns
RAISED = const(2)

_SHARE_MS = const(1000)  # the full solve runs at most once a second
_HOUR_MS = const(3600000)
_MINUTE_MS = const(60000)
_OPEN_MS = const(900000)
_SLOT_MS = const(900000)
_WAIT_MS = const(30000)  # longer than the slowest car and the loss of some answers


class Site:
    """All that the brain knows. One task owns it; others only read.

    What can be switched on lives in modules of its own (options.py); here is how all is off.
    """

    modules = ()  # their look(site, now_ms) is called at the beginning of each pass
    learner = None  # one of them: finds out the wiring
    balance = None  # between the phases: more limits
    breaker = None  # what a fuse carries, instead of a stop
    last_car = CHARGING  # FULL: cars that ended by themselves are offered what is left, too
    welcomes = False  # a car that has just come counts as if it had waited for a slot
    start_margin_ma = 0  # free beside its minimum when a car starts
    on_ms = 0  # how long a car charges at least, unless nothing else is legal
    off_ms = 0  # how long one that was stopped pauses at least
    leave_ms = 30000  # after which the phases that a car leaves alone are free, 0: never

    def __init__(self, circuits: list, points: list, now_ms: int):
        """circuits: parents before children. Raises ValueError where the tree is not one."""
        call("loadmgmt", "setup", "prepare", self, circuits, points, now_ms)

    def place(self, point):
        """Find out in which limits a wallbox counts: on its phases, or on all when not known."""
        call("loadmgmt", "place", "place", self, point)

    def tell(self, code, subject=0, value=0):
        if self.on_event:
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
        if ticks_diff(now_ms, self.aged_ms) >= _HOUR_MS:
            self.aged_ms = ticks_add(now_ms, _MINUTE_MS - _HOUR_MS)  # again soon if it fails
            call("loadmgmt", "setup", "keep_young", self, now_ms)
            self.aged_ms = now_ms
        enabled = self.enabled
        for circuit in self.circuits:
            if circuit.metered:
                was = circuit.trust.state
                circuit.trust.age(now_ms)
                self._trust_changed(circuit, was, now_ms)
        for module in self.modules:
            try:
                module.look(self, now_ms)
            except MemoryError:
                pass  # it looks again in the next pass
            except Exception as error:  # noqa: BLE001 - nothing optional ends the pass (R7)
                call("loadmgmt", "options", "drop", self, module, error)
        flags = 0
        last_car = self.last_car
        for p in self.points:
            silent_ms = ticks_diff(now_ms, p.reading_ms)
            if silent_ms > LOST_MS and silent_ms > p.lost_ms:
                was = p.lost
                if p.grow_old(now_ms):
                    self.tell(event.CHARGER_LOST, p.index, p.may_ma)
                    self.told[p.index] |= TOLD_LOST
                if p.lost != was and was:  # it has gone to its failsafe current by itself: its car
                    self._unsettle(p, now_ms)  # has to follow before that is handed on
            if p.seat is NOWHERE:
                self.place(p)
            # wants() written out: a call for each would be a tenth of a reduction's time
            goes_on = enabled and WAITING <= p.car <= last_car and p.supported_ma >= p.min_ma
            if p.setpoint_ma > 0 and (not goes_on or p.paused) and not p.lost:
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
        if flags & LOWERED and self.balance:
            self.balance.follow(self, now_ms)
        for circuit in self.circuits:
            if circuit.fresh:
                circuit.fresh = False
                if circuit.update_ms < _SHARE_MS and self.dynamic[circuit.index] == weigh.MEASURED:
                    from loadmgmt import peaks  # only where there is such a meter

                    peaks.see_peak(circuit, now_ms)
        return flags

    def _is_fresh(self):
        for circuit in self.circuits:
            if circuit.fresh:
                return True
        return False

    def change(self, point, setpoint_ma, now_ms):
        """Give a wallbox its new setpoint and wait for that to settle before the next raise."""
        if (point.setpoint_ma > 0) != (setpoint_ma > 0):
            was_ms = self.turn_ms[point.index]
            self.turn_ms[point.index] = now_ms
            if setpoint_ma > 0:
                self.tell(event.STARTED, point.index, setpoint_ma)
                self.told[point.index] &= ~(TOLD_CUT | TOLD_AGAIN)
                if ticks_diff(now_ms, was_ms) >= _SLOT_MS:  # R9: a stop of so long ago is none
                    self.told[point.index] &= ~TOLD_STOPPED
            else:
                self.told[point.index] |= TOLD_STOPPED
        if not point.measures and point.setpoint_ma > 0:
            from loadmgmt import blind

            blind.change(self, point, setpoint_ma)
        if setpoint_ma > point.may_ma:
            point.may_ma = setpoint_ma
        elif point.may_ma > point.peak_ma:
            point.peak_ma = point.may_ma
        if not setpoint_ma < point.setpoint_ma < point.may_ma:
            point.changed_ms = now_ms  # else it was told before: its time to follow runs on
        point.setpoint_ma = setpoint_ma
        point.applied_ok_ms = None
        self._unsettle(point, now_ms)

    def _unsettle(self, point, now_ms):
        settled_ms = ticks_add(now_ms, SETTLE_MS if point.measures else SETTLE_BLIND_MS)
        circuits = self.circuits
        root = circuits[circuits[point.circuit].path[-1]]
        if ticks_diff(settled_ms, root.settled_ms) > 0:
            root.settled_ms = settled_ms

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
                if told & TOLD_DISOBEYS:
                    over = p.drawn[TOP] > p.setpoint_ma + tolerance_ma(p.setpoint_ma)
                    if p.is_open or (over and ticks_diff(now_ms, p.changed_ms) >= _WAIT_MS):
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
