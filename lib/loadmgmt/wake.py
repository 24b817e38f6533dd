"""Wakes cars that fell asleep ("Allow EV Wakeup"): by a pause, then by a break of their pilot.

A car is asleep that has been offered its minimum or more for two minutes (one starts 10-40 s after
an offer, design section 5), has not charged since the offer began, and is no longer expected to:
the offer itself was the first attempt. Then it is offered nothing for ten seconds, and again. If
that does not help and its driver can do it (`breaks_pilot`), the control pilot is interrupted for
five of these seconds, which to the car is as if it was plugged in anew.

That is done `attempts` times, and again only when the car has charged for five minutes or was
unplugged. One that has charged and ended by itself is left alone.
"""

from compat import const, ticks_add, ticks_diff

from loadmgmt.ask import is_idle
from loadmgmt.event import TOLD_STOPPED, WOKEN
from loadmgmt.point import CHARGING, NO_CAR, READY, WAITING, WAKING, wants
from loadmgmt.reason import WAITS_TURN

# stages, one byte a wallbox
_CHARGED = const(1)  # its car has charged since the present offer began
_PAUSES = const(2)
_HALTS = const(3)  # pauses until its pilot may be interrupted
_BROKEN = const(4)
_MENDED = const(5)  # pauses still
_AFTER = const(6)  # is offered again; that no car was seen may be the break's doing

_PAUSE_MS = const(10000)
_HALT_MS = const(3000)
_LATEST_MS = const(6000)  # a break ends before a wallbox is judged to disobey (12 s)
_BREAK_MS = const(5000)
_MEND_MS = const(2000)
_AFTER_MS = const(20000)
_ENOUGH_MS = const(300000)  # a full car that is woken charges for a moment
_OPEN_MS = const(900000)  # then Site._notice ends what it takes for the opening of a contactor


class Waker:
    """The attempts of a site; see the module's docstring. One of Site.modules."""

    def __init__(self, site, now_ms: int, attempts: int):
        n = len(site.points)
        self.attempts = attempts
        self.tries = bytearray(n)  # made since the car came or last charged
        self.stage = bytearray(n)
        self._since_ms = [now_ms] * n  # when the stage began
        self._told = bytearray(n)  # TOLD_STOPPED if it had been stopped before the pause

    def look(self, site, now_ms: int) -> None:
        """Begin and end what is due."""
        stages = self.stage
        tries = self.tries
        for p in site.points:
            i = p.index
            stage = stages[i]
            car = p.car
            if self._told[i] and p.setpoint_ma > 0 and not p.paused:
                site.told[i] |= TOLD_STOPPED
                self._told[i] = 0
            if stage > _CHARGED:
                self._go_on(site, p, stage, now_ms)
            elif car == CHARGING:
                if ticks_diff(p.since_ms, site.turn_ms[i]) >= 0:
                    stages[i] = _CHARGED
                if tries[i] and ticks_diff(now_ms, p.since_ms) >= _ENOUGH_MS:
                    tries[i] = 0
            elif p.setpoint_ma <= 0:
                stages[i] = 0
                if car == NO_CAR and p.heard:
                    tries[i] = self._told[i] = 0
            elif car == READY and not stage and tries[i] < self.attempts:
                if is_idle(site, p, now_ms) and _may_pause(site, p):
                    self._begin(site, p, now_ms)

    def _begin(self, site, p, now_ms):
        i = p.index
        self._told[i] = site.told[i] & TOLD_STOPPED
        self.stage[i] = _HALTS if self.tries[i] and getattr(p, "breaks_pilot", False) else _PAUSES
        self._since_ms[i] = now_ms
        self.tries[i] += 1
        p.paused = WAKING
        site.tell(WOKEN, i, self.tries[i])

    def _go_on(self, site, p, stage, now_ms):
        i = p.index
        passed_ms = ticks_diff(now_ms, self._since_ms[i])
        car = p.car
        if stage == _AFTER:
            if passed_ms >= _AFTER_MS or car == CHARGING:
                self.stage[i] = 0
            return
        # while its pilot is interrupted, a wallbox may see no car
        is_there = WAITING <= car <= READY or (car == NO_CAR and stage >= _BROKEN)
        if not (is_there and p.heard and site.enabled):
            self._release(site, p)
            self.stage[i] = 0
        elif stage == _PAUSES:
            if passed_ms >= _PAUSE_MS:
                self._release(site, p)
                self.stage[i] = 0
        elif stage == _HALTS:
            if passed_ms >= _LATEST_MS:
                self.stage[i] = _PAUSES  # it has not confirmed 0 A in time
            elif passed_ms >= _HALT_MS and p.may_ma == 0 and not p.is_open:
                p.is_open = True
                # new settings may come without a Waker: then the site itself ends it
                p.opened_ms = ticks_add(now_ms, _BREAK_MS + 1000 - _OPEN_MS)
                self._enter(i, _BROKEN, now_ms)
        elif stage == _BROKEN:
            if passed_ms >= _BREAK_MS:
                p.is_open = False
                self._enter(i, _MENDED, now_ms)
        elif passed_ms >= _MEND_MS:
            self._release(site, p)
            self._enter(i, _AFTER, now_ms)

    def _enter(self, i, stage, now_ms):
        self.stage[i] = stage
        self._since_ms[i] = now_ms

    def _release(self, site, p):
        """It may be offered current again."""
        i = p.index
        if self.stage[i] == _BROKEN:
            p.is_open = False
        if p.paused == WAKING:
            p.paused = 0
        site.told[i] &= ~TOLD_STOPPED  # that was no stop; one before it counts again later

    def take_over(self, was, successors: list, now_ms: int) -> None:
        """Go on counting. What the former one had begun ends here: new points are not paused."""
        for i in range(len(successors)):
            p = successors[i]
            if p is None:
                continue
            self.tries[p.index] = was.tries[i]
            stage = was.stage[i]
            if stage == _BROKEN:
                p.is_open = False
            if stage >= _BROKEN:
                self._enter(p.index, _AFTER, now_ms)
            elif stage == _CHARGED:
                self.stage[p.index] = stage


def _may_pause(site, p):
    """True when nothing speaks against 0 A for a moment, and nobody waits whom the queue will
    give its place."""
    if not (p.heard and site.enabled and wants(site, p)) or p.is_open:
        return False
    if p.applied_ma < p.min_ma or site.disobeys(p):
        return False  # its wallbox does not offer what it is told to
    for other in site.points:
        if other.reason == WAITS_TURN and other.setpoint_ma <= 0 and wants(site, other):
            if other.heard and other.priority >= p.priority:
                for j in other.seat.places:
                    if j in p.seat.places:
                        return False
    return True
