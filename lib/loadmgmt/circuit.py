"""One circuit of the site: its fuses, its meter, and the house load seen through it.

`limit_ma` is what the cars below may use at most (a static limit: the "supply" of the formula;
`why` says where it comes from, see limits.py);
`main_ma` is the fuse at a metered place, which the house shares with the cars. Lists of three mA,
or None. Signed meter currents: export is negative and is headroom.

A meter may renew its values less often than it is asked (a telegram of 10 s asked once a second):
what is bit for bit the same within `update_ms` is the old sample once more. It tells nothing new
about the cars and the house, only that the meter is alive.
"""

from array import array

from compat import const, ticks_add, ticks_diff

from loadmgmt.trust import GOOD, Trust

NONE_MA = const(0x0FFFFFFF)  # no limit; as a house load: no headroom at all
# one slot more than the time to hold: the oldest one is only partly within it
_SECONDS = const(11)  # R3: the headroom has held for 10 s
_TENS = const(7)  # R3: after a stop, for 60 s
_ROUND = const(770)  # seconds after which both rings are where they were
_EARLY_MS = const(250)  # an answer may come that much before its time and be a new one

DROPPED = 0  # what sample() makes of a value
REPEATED = 1
NEW = 2


class Circuit:
    """The record; `index`, `path` (itself up to the root) and `points` are set by the Site."""

    sources = None  # what limit_ma is made of: kept for limits.py
    imbalance_ma = None  # by how much its phases may differ
    is_preventive = False  # that without credit for a load that may vanish
    breaker = None  # "B", "C" or "gG": what its fuse carries for a while; None: nothing

    def __init__(self, name, parent=None, limit_ma=None, main_ma=None):
        self.name = name
        self.parent = parent  # index, or None at the root
        self.limit_ma = limit_ma
        self.main_ma = main_ma
        self.why = None  # codes of loadmgmt.reason: what each phase's limit_ma comes from
        self.metered = False
        self.includes = True
        self.largest_ma = 16000
        self.margin_pct = 0
        self.headroom_ma = (0, 0, 0)
        self.fallback_ma = (9999000, 9999000, 9999000)
        self.offline_ma = None
        self.settled_ms = 0  # of a root: when the last change below it will have settled
        self.seen_ms = 0  # when the meters above the wallboxes here had all been read
        self.is_seen = True
        self.index = 0
        self.path = ()
        self.points = []  # the wallboxes below it
        # the meter
        self.meter_name = None
        self.trust = None
        self.meter_ma = [0, 0, 0]
        self.sample_ms = 0
        self.update_ms = 0  # how often the meter renews its values
        self.samples = 0  # valid new ones since the start
        self.fresh = False  # a sample that no pass has seen yet
        self.target_ma = [NONE_MA, NONE_MA, NONE_MA]
        # the largest house load of the last 10 s (in seconds) and 60 s (in tens of seconds)
        self.house_hi = [NONE_MA, NONE_MA, NONE_MA]  # of the newest sample: at most
        self.house_lo = [NONE_MA, NONE_MA, NONE_MA]  # and at least: a ramp is no load to remember
        self._seconds = array("i", [NONE_MA] * (3 * _SECONDS))
        self._tens = array("i", [NONE_MA] * (3 * _TENS))
        self._clock_ms = 0
        self._second = 0

    def meter(self, now_ms, period_ms, includes, generation):
        """Give the circuit a meter (its `main_ma` is set), whose every answer is new."""
        self.metered = True
        self.update_ms = period_ms
        self.includes = includes
        self.trust = Trust(now_ms, period_ms, generation)
        self._clock_ms = now_ms
        for p in range(3):
            self.target_ma[p] = target_ma(
                self.main_ma[p], self.largest_ma, self.margin_pct, self.headroom_ma[p]
            )

    def believed(self) -> bool:
        return self.metered and self.trust.state == GOOD

    def sample(self, now_ms, l1, l2, l3, same=False) -> int:
        """Take a meter value (signed mA); same: bit-identical to the one before.

        DROPPED: out of range, the last one ages. REPEATED: it is the last one still, which keeps
        its time. NEW: to be judged.
        """
        main = self.main_ma
        if abs(l1) > 4 * main[0] or abs(l2) > 4 * main[1] or abs(l3) > 4 * main[2]:
            self.trust.dropped += 1
            return DROPPED
        if same and ticks_diff(now_ms, self.sample_ms) < self.update_ms - _EARLY_MS:
            self.trust.sample_ms = now_ms
            return REPEATED
        meter = self.meter_ma
        meter[0] = l1
        meter[1] = l2
        meter[2] = l3
        self.sample_ms = now_ms
        self.samples += 1
        self.fresh = True
        return NEW

    def remember_house(self, now_ms: int):
        """Let the newest sample's house load enter the holds. Call once a pass."""
        seconds = self._seconds
        tens = self._tens
        house = self.house_lo
        late = ticks_diff(now_ms, self._clock_ms)
        if late > 60000:
            self.forget_house(now_ms)
            return
        while late >= 1000:
            late -= 1000
            self._clock_ms = ticks_add(self._clock_ms, 1000)
            self._second = (self._second + 1) % _ROUND
            at = self._second % _SECONDS * 3
            ten = self._second // 10 % _TENS * 3
            for p in range(3):
                seconds[at + p] = house[p]
                if self._second % 10 == 0 or house[p] > tens[ten + p]:
                    tens[ten + p] = house[p]
        at = self._second % _SECONDS * 3
        ten = self._second // 10 % _TENS * 3
        for p in range(3):
            if house[p] > seconds[at + p]:
                seconds[at + p] = house[p]
            if house[p] > tens[ten + p]:
                tens[ten + p] = house[p]

    def forget_house(self, now_ms: int):
        """No headroom is known: the holds start anew."""
        for k in range(3 * _SECONDS):
            self._seconds[k] = NONE_MA
        for k in range(3 * _TENS):
            self._tens[k] = NONE_MA
        for p in range(3):
            self.house_hi[p] = self.house_lo[p] = NONE_MA
        self._clock_ms = now_ms

    def held_house_ma(self, phase: int, after_stop: bool) -> int:
        """The largest house load of the last 10 s (60 s for a car that was stopped)."""
        held = self.house_hi[phase]
        ring = self._tens if after_stop else self._seconds
        for k in range(phase, len(ring), 3):
            if ring[k] > held:
                held = ring[k]
        return held


def target_ma(main_ma: int, largest_ma: int, margin_pct: int, headroom_ma: int) -> int:
    """What the phase is steered to: a fuse carries 1.4 times its current for the time that the
    largest consumer's jump takes to be absorbed (design section 5; WARP's formula)."""
    return min(main_ma, main_ma * 14 // 10 - largest_ma) * (100 - margin_pct) // 100 - headroom_ma
