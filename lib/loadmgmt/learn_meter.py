"""What one meter tells of the wiring: windows of some seconds between two of its values.

In a window each wallbox's phases changed by so much, give or take what its readings around both
values leave open: neither they nor the meter's values are of an exact moment. A car on one phase,
or on two, has an odd own phase, the one that changed otherwise than the two others; where that is
on the grid is what the meter tells (learn_place.py). The sum over the phases has to fit wherever
the cars are: if it does not, the house has stepped, and the window is no evidence. So only a step
that hides the car on one phase and shows it on another one in the same window says something
wrong, and one window is never enough.

Changes are in 32 mA here, variances in the square of that.
"""

from array import array

from compat import const, ticks_diff

from loadmgmt.learn_place import expect, odd_phase, place
from loadmgmt.learn_wiring import NEGATIVE_S, count
from loadmgmt.point import BEFORE, LEAST, MOST

_WINDOW_MS = const(4500)
_LONG_MS = const(8000)  # the longest while cars are on their way
_LOOSE_MA = const(1500)
_OLD_MS = const(180000)  # in a longer window the house does too much
_TOLD_MS = const(4500)  # who has not answered by then is not waited for
_STILL_MA = const(300)
_FIT = const(25)  # squared: the sum over the phases fits within 5 deviations
_NEGATIVE_MA = const(-1000)
_UNKNOWN = const(65535)
_LEAST_SPREAD_MA = const(350)
_MOST_SPREAD_MA = const(6000)


class Ear:
    """The windows of one metered circuit."""

    def __init__(self, circuit):
        n = 3 * len(circuit.points)
        self.circuit = circuit
        # mA per wallbox and own phase, at least and at most: at the noted value, and at the one
        # with which the window began
        self.low = array("H", bytes(2 * n))
        self.high = array("H", bytes(2 * n))
        self.low0 = array("H", bytes(2 * n))
        self.high0 = array("H", bytes(2 * n))
        self.meter = [0, 0, 0]
        self.meter0 = [0, 0, 0]
        self.at_ms = self.at0_ms = circuit.sample_ms
        self.samples = circuit.samples
        self.has_base = self.is_noted = False
        self.spread = [500, 500, 500]  # mA: deviation of the meter's changes while nobody moves
        self.negative = bytearray(3)  # seconds for which a phase has been negative
        self.reversed = [0, 0, 0]  # evidence for a reversed clamp
        self.seen = 0  # that the wallboxes are in the meter's values
        self.codes = bytearray(3)
        self.blind = {}  # those that cannot measure, see learn_blind.py

    def listen(self, learner, now_ms: int) -> bool:
        """Note a new value; weigh it when the wallboxes have told what they drew by then. True:
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
                if late:  # it may have moved unheard: this value is of no use
                    self.is_noted = False
                    self.samples = circuit.samples
                return False
        self.is_noted = False
        self.samples = circuit.samples
        length_ms = ticks_diff(self.at_ms, self.at0_ms)
        if not 0 <= length_ms <= _OLD_MS:  # less than 0: that long ago that ticks have wrapped
            self.has_base = False
            self.blind.clear()
        if self.has_base and length_ms < _WINDOW_MS:
            return False
        loose = self._tell_levels(now_ms)
        if self.has_base:
            if loose > _LOOSE_MA and length_ms < _LONG_MS:
                if circuit.update_ms < _WINDOW_MS:
                    return False  # soon they will have arrived
            self._weigh(learner)
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
            seconds = max(0, min(10, (ticks_diff(self.at_ms, was_ms) + 500) // 1000))
            for p in range(3):
                if self.meter[p] < _NEGATIVE_MA:
                    self.negative[p] = min(NEGATIVE_S, self.negative[p] + seconds)
                else:
                    self.negative[p] = max(0, self.negative[p] - seconds)
        at = 0
        for p in circuit.points:
            for k in range(3):
                self.low[at] = _level(p.drawn[LEAST + k])
                self.high[at] = _level(p.drawn[MOST + k])
                at += 1

    def _tell_levels(self, now_ms):
        """The wallboxes' newer readings belong to the interval, too. Returns by how much the most
        uncertain one is open."""
        low = self.low
        high = self.high
        loose = 0
        at = 0
        for p in self.circuit.points:
            drawn = p.drawn
            if not p.heard:
                low[at] = _UNKNOWN
            elif not p.measures:
                from loadmgmt import learn_blind  # only where there is such a one

                learn_blind.note_level(p, low, high, at, now_ms)
            else:
                for k in range(3):
                    low[at + k] = min(low[at + k], _level(drawn[k]), _level(drawn[BEFORE + k]))
                    high[at + k] = max(high[at + k], _level(drawn[k]), _level(drawn[BEFORE + k]))
                    loose = max(loose, high[at + k] - low[at + k])
            at += 3
        return loose

    def _weigh(self, learner):
        """The window between the two values."""
        low = self.low
        high = self.high
        low0 = self.low0
        high0 = self.high0
        change = [(self.meter[p] - self.meter0[p]) >> 5 for p in range(3)]
        common = 0  # what all phases changed by
        loose = 0  # its variance
        unseen = 0  # variance for those who cannot measure
        wild = 0  # the square of all that they may have changed by
        movers = []
        blind = []
        at = 0
        for point in self.circuit.points:
            i = point.index
            known = low[at] != _UNKNOWN
            if known != (low0[at] != _UNKNOWN) or (
                known and (low[at + 1] == _UNKNOWN) != (low0[at + 1] == _UNKNOWN)
            ):
                self.blind.clear()
                return  # came, went or began to measure: by how much it changed nobody knows
            if not known:
                at += 3
                continue
            if not point.measures:
                from loadmgmt import learn_blind

                blind.append((point, at))
                width = learn_blind.unrest(self, at) >> 5
                wild += width * width
                unseen += (width >> 4) * (width >> 4)
                at += 3
                continue
            d = []
            width = 0
            for k in range(at, at + 3):
                d.append((low[k] + high[k] - low0[k] - high0[k]) >> 1)
                width = max(width, high[k] - low[k] + high0[k] - low0[k])
            at += 3
            width >>= 2
            up = max(d)
            down = -min(d)
            is_home = learner.home[i] == self.circuit.index
            if up < _STILL_MA and down < _STILL_MA and width < _STILL_MA:
                if is_home:
                    learner.moves(i, 0)
                continue
            if is_home:
                learner.moves(i, 1 if up > down else 2)
            k = odd_phase(d)
            alike = (d[k - 1] + d[k - 2]) >> 6
            width >>= 5
            common += alike
            if abs(alike) * 32 > _STILL_MA:
                loose += width * width
            movers.append((i, k, (d[k] >> 5) - alike, width, learner.belief(i, k), is_home))
        if not movers and not unseen:
            self._learn_spread(change)
        left = [change[p] - common for p in range(3)]
        variance = [(spread >> 5) * (spread >> 5) + loose for spread in self.spread]
        if blind:
            expected, around = expect(movers, variance)
            rest = [left[p] - expected[p] for p in range(3)]
            for point, at in blind:
                learn_blind.follow(self, learner, point, at, rest, around, wild)
        if not movers:
            return
        variance = [v + unseen for v in variance]
        total = 0
        off = variance[0] + variance[1] + variance[2]
        for _, _, odd, width, _, _ in movers:
            total += odd
            off += width * width
        if not unseen:
            count(self, change, common, movers, variance, total, off)
        miss = left[0] + left[1] + left[2] - total
        if miss * miss <= _FIT * off and self.circuit.includes:
            place(learner, movers, left, variance)

    def _learn_spread(self, change):
        """Nobody moved: the meter's own unrest, as 1.5 times the median."""
        for p in range(3):
            spread = self.spread[p]
            if abs(change[p]) * 48 > spread:
                self.spread[p] = min(_MOST_SPREAD_MA, spread + (spread >> 5))
            else:
                self.spread[p] = max(_LEAST_SPREAD_MA, spread - (spread >> 5))


def _level(drawn_ma: int) -> int:
    """A current as the arrays hold it."""
    return 0 if drawn_ma < 0 else min(drawn_ma, _UNKNOWN - 1)
