"""Whether a meter is believed (rule R6), and why not.

A sample is judged against what the wallboxes below the meter say they draw; that needs a meter
that includes them. One sample out of range is dropped and the last one ages.
"""

from compat import const, ticks_diff

STARTING = 0  # nothing believed yet, no time-out yet
GOOD = 1
SILENT = 2  # no new sample in time
FROZEN = 3  # bit-identical while the wallboxes moved
LOW = 4  # a phase reads less than what its wallboxes draw
NOT_FOLLOWING = 5  # a phase does not follow its wallboxes
RECOVERING = 6  # good samples again, not yet enough of them

NAMES = ("starting", "good", "silent", "frozen", "low", "not_following", "recovering")

_SILENT_MS = const(10000)
_FROZEN_MS = const(30000)
_MOVED_MA = const(1000)
_CALM_MS = const(2000)  # a sample counts against the meter this long after the last change
_LOW_SAMPLES = const(3)
_STEP_MA = const(3000)
_STEADY_MA = const(250)  # between two samples
_MISSED_STEPS = const(3)
_GOOD_SAMPLES = const(3)


class Trust:
    """The judgement of one meter. `state` is one of the constants above."""

    def __init__(self, now_ms: int, period_ms: int, generation: bool):
        self.state = STARTING
        self.generation = generation
        self.silent_ms = max(_SILENT_MS, period_ms * 5 // 2)
        self.sample_ms = now_ms
        self.good = 0  # samples in a row that nothing speaks against
        self.low = [0, 0, 0]  # samples in a row that read too low
        self.missed = [0, 0, 0]  # changes in a row that the meter did not follow
        self.step_own = [0, 0, 0]
        self.step_meter = None  # of the last calm sample
        self.step_ms = now_ms
        self.drift = [0, 0, 0]  # how much the house moved by itself before it
        self.step = [0, 0, 0]  # 1: it followed a change, -1: it did not
        self.same_ms = now_ms  # since when samples are bit-identical
        self.same_own = [0, 0, 0]
        self.moved = False
        self.dropped = 0

    def believed(self) -> bool:
        return self.state == GOOD

    def age(self, now_ms: int):
        """Let time pass without a sample."""
        if self.state != SILENT and ticks_diff(now_ms, self.sample_ms) > self.silent_ms:
            self._lose(SILENT)

    def _lose(self, state):
        self.state = state
        self.good = 0
        self.step_meter = None
        for p in range(3):
            self.low[p] = self.missed[p] = 0

    def judge(self, now_ms, meter, own, same: bool, includes: bool, calm_ms: int):
        """Take a sample: meter and own are mA per phase, own what the wallboxes below surely draw.

        same: the meter's answer was bit-identical to the one before. calm_ms: how long ago a
        wallbox below last changed its setpoint or its draw.
        """
        self.sample_ms = now_ms
        doubt = 0
        if not same:
            self.same_ms = now_ms
            self.moved = False
            self.same_own[:] = own
        elif includes:
            for p in range(3):
                if abs(own[p] - self.same_own[p]) > _MOVED_MA:
                    self.moved = True
            if self.moved and ticks_diff(now_ms, self.same_ms) >= _FROZEN_MS:
                doubt = FROZEN
        if includes and calm_ms >= _CALM_MS:
            if self.generation:
                wrong = self._follows(now_ms, meter, own)
            else:
                wrong = self._low(meter, own)
            if wrong:
                doubt = wrong
        if doubt:
            if self.state != doubt:
                self._lose(doubt)
            return
        if self.state == GOOD:
            return
        if self.state in (LOW, NOT_FOLLOWING) and calm_ms < _CALM_MS:
            return  # nothing could be said against it now, nor for it
        if self.state == FROZEN and same:
            return
        self.good += 1
        if self.state != STARTING:
            self.state = RECOVERING
        if self.good >= _GOOD_SAMPLES:
            self.state = GOOD

    def _low(self, meter, own):
        doubt = 0
        for p in range(3):
            if meter[p] < own[p] - 1000 - own[p] // 20:
                self.low[p] += 1
                if self.low[p] >= _LOW_SAMPLES or self.state == LOW:
                    doubt = LOW
            else:
                self.low[p] = 0
        return doubt

    def _follows(self, now_ms, meter, own):
        """Compare with the last calm sample. The cars are given what the house leaves: while that
        moves by itself, the meter stands still just because it is right. So a change counts only
        when it is quick and the house is steady before and after it."""
        doubt = 0
        if self.step_meter is None:
            self.step_meter = list(meter)
            self.step_own[:] = own
        soon = ticks_diff(now_ms, self.step_ms) <= self.silent_ms
        self.step_ms = now_ms
        for p in range(3):
            change = own[p] - self.step_own[p]
            seen = meter[p] - self.step_meter[p]
            if abs(change) < _STEP_MA:
                moved = abs(seen - change)
                if self.step[p] and moved <= _STEADY_MA:
                    self.missed[p] = self.missed[p] + 1 if self.step[p] < 0 else 0
                    if self.missed[p] >= _MISSED_STEPS:
                        doubt = NOT_FOLLOWING
                self.step[p] = 0
                self.drift[p] = moved
            elif soon and self.drift[p] <= _STEADY_MA:
                # half the change in the right direction will do
                self.step[p] = 1 if (seen if change > 0 else -seen) * 2 >= abs(change) else -1
            self.step_own[p] = own[p]
            self.step_meter[p] = meter[p]
        return doubt
