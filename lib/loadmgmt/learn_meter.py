"""What one meter tells of the wiring: windows between two of its samples, and their evidence.

In a window a wallbox's own phase k changed by something in an interval (its readings around both
samples: neither they nor the meter's values are of an exact moment), and what the others may have
changed on a meter's phase is an interval, too: nothing for who is known to be elsewhere, all or
nothing for who may be there. Evidence is how much better the meter's change fits with a
hypothesis than without it. It is bounded, so one step of the house weighs no more than one
window; what the others may have done explains the meter both ways and is no evidence at all.
"""

from array import array

from compat import const, ticks_diff

from loadmgmt.learn_weigh import CAP, MOST_SEEN, weigh_window
from loadmgmt.learn_wiring import NEGATIVE_S
from loadmgmt.point import BEFORE, LEAST, MOST

_LEAST_MA = const(1500)  # a change that tells something
_MOVED_MA = const(300)
_EXACT_MA = const(250)
_LOOSE_MA = const(1000)
_WAIT_MS = const(16000)
_TOLD_MS = const(4500)  # then whoever has not answered is not waited for
_LONG_MS = const(40000)  # a window that tells nothing ends
_LATE_MS = const(12000)  # by which a reading may lag behind the meter, or the meter behind it
_NEGATIVE_MA = const(-1000)
_NOT_HEARD = const(65535)


class Ear:
    """The windows of one metered circuit."""

    def __init__(self, circuit):
        n = 3 * len(circuit.points)
        self.circuit = circuit
        self.low = array("H", bytes(2 * n))  # mA at the noted sample, per wallbox and own phase
        self.high = array("H", bytes(2 * n))
        self.low0 = array("H", bytes(2 * n))  # and at the window's beginning
        self.high0 = array("H", bytes(2 * n))
        self.meter = [0, 0, 0]
        self.meter0 = [0, 0, 0]
        self.change = [0, 0, 0]
        self.at_ms = self.at0_ms = circuit.sample_ms
        self.samples = circuit.samples
        self.has_base = self.is_noted = False
        self.spread = [450, 450, 450]  # mA: three times the deviation of the meter's changes
        self.negative = bytearray(3)  # seconds for which a phase has been negative
        self.reversed = [0, 0, 0]  # evidence for a reversed clamp
        self.seen = 0  # that the wallboxes are in the meter's values
        self.missed_ms = None  # a change was not seen, the meter may yet show it
        self.odd_ms = None  # the meter moved and no wallbox had
        self.missed = self.odd = 0  # by how much
        self.codes = bytearray(3)

    def listen(self, learner, now_ms) -> bool:
        """Note a new sample; weigh it when the wallboxes have told what they drew by then. True:
        there is something new."""
        circuit = self.circuit
        if not self.is_noted:
            if circuit.samples != self.samples:
                self._note()
            return False
        if circuit.fresh:
            return False
        late = ticks_diff(now_ms, self.at_ms) >= _TOLD_MS
        for p in circuit.points:
            if p.heard and ticks_diff(p.reading_ms, self.at_ms) <= 0:
                if late:  # it may have moved unheard: this sample is of no use
                    self.is_noted = False
                    self.samples = circuit.samples
                return False
        self.is_noted = False
        self.samples = circuit.samples
        self._tell_levels(now_ms)
        if not self.has_base or self._is_over(now_ms, learner):
            self.has_base = True
            self.low, self.low0 = self.low0, self.low
            self.high, self.high0 = self.high0, self.high
            self.meter0[:] = self.meter
            self.at0_ms = self.at_ms
        return True

    def _note(self):
        circuit = self.circuit
        self.samples = circuit.samples
        was_ms = self.at_ms
        self.at_ms = circuit.sample_ms
        self.meter[:] = circuit.meter_ma
        self.is_noted = True
        if circuit.trust.follower is None:  # no generation on site
            seconds = min(10, (ticks_diff(self.at_ms, was_ms) + 500) // 1000)
            for p in range(3):
                if self.meter[p] < _NEGATIVE_MA:
                    self.negative[p] = min(NEGATIVE_S, self.negative[p] + seconds)
                else:
                    self.negative[p] = max(0, self.negative[p] - seconds)
        at = 0
        for p in circuit.points:
            for k in range(3):
                self.low[at] = min(_NOT_HEARD, p.drawn[LEAST + k])
                self.high[at] = min(_NOT_HEARD, p.drawn[MOST + k])
                at += 1

    def _tell_levels(self, now_ms):
        """The wallboxes' newer readings belong to the interval, too."""
        low = self.low
        high = self.high
        at = 0
        for p in self.circuit.points:
            drawn = p.drawn
            if not p.heard:
                low[at] = _NOT_HEARD
            elif not p.measures:
                from loadmgmt.learn_blind import note_level  # only where there is such a one

                note_level(p, low, self.low0, at, now_ms)
            else:
                for k in range(3):
                    low[at + k] = min(low[at + k], drawn[k], drawn[BEFORE + k])
                    high[at + k] = min(_NOT_HEARD, max(high[at + k], drawn[k], drawn[BEFORE + k]))
            at += 3

    def _changes(self, j):
        """What wallbox j of the circuit changed by since the window began: least and most per own
        phase; None: nobody knows."""
        at = 3 * j
        low = self.low
        low0 = self.low0
        if low[at] == _NOT_HEARD or low0[at] == _NOT_HEARD:
            return (0, 0, 0, 0, 0, 0) if low[at] == low0[at] else None
        if not self.circuit.points[j].measures:
            from loadmgmt.learn_blind import change_of

            return change_of(low, low0, at)
        least = [0] * 6
        for k in range(3):
            a = low[at + k] - self.high0[at + k]
            b = self.high[at + k] - low0[at + k]
            slack = (abs(a + b) >> 6) + (20 if b else 0)  # two meters agree within 3 %
            least[k] = a - slack
            least[3 + k] = b + slack
        return least

    def _is_over(self, now_ms, learner):
        """Weigh the window if it tells something. True: the next one begins."""
        points = self.circuit.points
        need = max(_LEAST_MA, max(self.spread))
        is_calm = True
        moved = False
        loose = 0  # by how much it is uncertain where they are now
        changes = []
        for j in range(len(points)):
            c = self._changes(j)
            if c is None:
                return True
            changes.append(c)
            if points[j].measures:
                at = 3 * j
                for k in range(3):
                    loose += max(0, self.high[at + k] - self.low[at + k] - _EXACT_MA)
            for k in range(3):
                if abs(c[k] + c[3 + k]) > 2 * _MOVED_MA or c[3 + k] - c[k] > 4 * _MOVED_MA:
                    is_calm = False
                if c[k] >= need or c[3 + k] <= -need:
                    moved = True
            at = 3 * j
            if not points[j].measures and self.low[at] != self.low0[at] and not self.low[at + 1]:
                moved = True
        long_ms = ticks_diff(self.at_ms, self.at0_ms)
        if not moved and not is_calm:
            return long_ms > _LONG_MS
        if loose > _LOOSE_MA and long_ms < _WAIT_MS and self.circuit.update_ms < 5000:
            return False  # soon they will have arrived
        change = self.change
        for p in range(3):
            change[p] = self.meter[p] - self.meter0[p]
        if is_calm and not moved:
            for p in points:
                learner.moves(p.index, self.circuit.index, 0)
            self._learn_spread(now_ms)
        else:
            weigh_window(self, learner, changes, need, now_ms)
        return True

    def _learn_spread(self, now_ms):
        """Nobody moved: the meter's own unrest, as three times its deviation (4.5 medians)."""
        for p in range(3):
            off = abs(self.change[p])
            spread = self.spread[p]
            if off > 2000:
                self.is_odd(self.change[p], now_ms)
            if off * 9 > spread * 2:
                self.spread[p] = min(20000, spread + (spread >> 5) + 1)
            elif spread > 300:
                self.spread[p] = spread - (spread >> 5)
        self._count_missed(now_ms)

    # --- a change that is not seen now may be seen a little later, or was before

    def is_odd(self, rest: int, now_ms: int) -> None:
        """The meter moved by that much and no wallbox had."""
        if self.missed_ms is not None and _alike(rest, self.missed):
            self.missed_ms = None
        elif self.odd_ms is None or abs(rest) > abs(self.odd):
            self.odd = rest
            self.odd_ms = now_ms

    def is_missed(self, change: int, now_ms: int) -> None:
        """A wallbox changed by that much and the meter had not."""
        self._count_missed(now_ms)
        if self.odd_ms is not None and _alike(change, self.odd):
            self.odd_ms = None
        elif self.missed_ms is None:
            self.missed = change
            self.missed_ms = now_ms

    def _count_missed(self, now_ms):
        if self.missed_ms is not None and ticks_diff(now_ms, self.missed_ms) > _LATE_MS:
            self.missed_ms = None
            self.seen = max(-MOST_SEEN, self.seen - CAP)
        if self.odd_ms is not None and ticks_diff(now_ms, self.odd_ms) > _LATE_MS:
            self.odd_ms = None


def _alike(a: int, b: int) -> bool:
    return abs(a - b) < 1000 + abs(b) // 4
