"""A current that moves in straight pieces, with the fuse that carries it.

Overload is integrated exactly: A*s above the limit, the peak, the longest time above, the time
above 1.13 and 1.45 times the limit. The fuse is a first-order thermal model of a circuit-breaker
(IEC 60898-1): it never trips at 1.13 x, within the hour at 1.45 x, within 60 s at 2.55 x from
cold; above 5 x (characteristic B) at once.
"""

import math

TIMES = (1.13, 1.45)
_TAU_MS = 200000
_TRIP_HEAT = 1.66  # between 1.13^2 and 1.45^2
_AT_ONCE = 5
_HAIR_MA = 0.5  # rounding is no overload


class Line:
    """A sum of currents, signed, in mA. `limit_ma` None: only summed."""

    __slots__ = (
        "at_ms",
        "heat",
        "limit_ma",
        "longest_ms",
        "over_mas",
        "over_ms",
        "peak_ma",
        "run_ms",
        "slope",
        "times_ms",
        "total_over_ms",
        "tripped_ms",
        "value",
    )

    def __init__(self, limit_ma=None):
        self.at_ms = 0
        self.value = 0.0
        self.slope = 0.0  # mA per ms
        self.limit_ma = limit_ma
        self.heat = 0.0
        self.over_mas = 0.0  # mA * ms
        self.peak_ma = 0.0
        self.run_ms = 0.0  # of the present overload
        self.longest_ms = 0.0
        self.total_over_ms = 0.0
        self.times_ms = [0.0] * len(TIMES)
        self.tripped_ms = None

    def now(self, t):
        """The value at t, not before the last change."""
        return self.value + self.slope * (t - self.at_ms)

    def move(self, t, value, slope):
        """From t on it is that much more."""
        if t != self.at_ms:
            self.advance(t)
        self.value += value
        self.slope += slope

    def advance(self, t):
        """Let the time come to t."""
        span = t - self.at_ms
        if span <= 0:
            return
        first = self.value
        last = first + self.slope * span
        if self.limit_ma is not None:
            self._carry(first, last, span)
        self.value = last
        self.at_ms = t

    def _carry(self, first, last, span):
        limit = self.limit_ma
        most = max(first, last)
        if most > self.peak_ma:
            self.peak_ma = most
        if limit > 0:
            square = (first * first + first * last + last * last) / (3.0 * limit * limit)
            if square != self.heat:
                self.heat = square + (self.heat - square) * math.exp(-span / _TAU_MS)
            if self.tripped_ms is None and (self.heat > _TRIP_HEAT or most > _AT_ONCE * limit):
                self.tripped_ms = self.at_ms + span
        bar = limit + _HAIR_MA
        if most <= bar:
            self.run_ms = 0.0
            return
        area, above = _above(first, last, span, limit)
        self.over_mas += area
        above = _above(first, last, span, bar)[1]
        self.total_over_ms += above
        self.run_ms = self.run_ms + above if first > bar else above
        if self.run_ms > self.longest_ms:
            self.longest_ms = self.run_ms
        if last <= bar:
            self.run_ms = 0.0
        for k, times in enumerate(TIMES):
            if most > limit * times:
                self.times_ms[k] += _above(first, last, span, limit * times)[1]


def _above(first, last, span, limit):
    """Area above a limit and time above it of a straight piece."""
    a = first - limit
    b = last - limit
    if a <= 0 and b <= 0:
        return 0.0, 0.0
    if a >= 0 and b >= 0:
        return (a + b) / 2 * span, span
    part = span * max(a, b) / abs(b - a)
    return max(a, b) / 2 * part, part
