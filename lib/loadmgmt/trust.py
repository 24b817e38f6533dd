"""Whether a meter is believed (rule R6), and why not.

A sample is judged against what the wallboxes below the meter say they draw; that needs a meter
that includes them. One sample out of range is dropped and the last one ages.

LOW and NOT_FOLLOWING stay until the wallboxes have put the meter to the same test again and it has
passed: that they have stopped drawing proves nothing. Where they may not draw while the meter is
not believed, they are let try a quarter of an hour later.
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
_TOLD_MS = const(1500)  # each wallbox answers once a second
_AGAINST = const(3)  # low samples or missed changes
_TEST_MA = const(5000)  # what a car draws at least; a meter that shows that is not low
_TRIAL_MS = const(900000)
_GOOD_SAMPLES = const(3)


class Trust:
    """The judgement of one meter. `state` is one of the constants above."""

    grain_ma = 0  # the resolution of its currents, where that is more than noise

    def __init__(self, now_ms: int, period_ms: int, generation: bool):
        self.state = STARTING
        self.silent_ms = max(_SILENT_MS, period_ms * 5 // 2)
        self.sample_ms = now_ms
        self.good = 0  # samples in a row that nothing speaks against
        # per phase: samples in a row that read too low, or changes that the meter did not follow;
        # negative for ever: a phase that it does not measure
        self.against = [0, 0, 0]
        self.tested_ms = now_ms  # when the last of them was counted
        self.judged_ms = now_ms
        self.follower = None
        if generation:  # else its code is not needed
            from loadmgmt.follow import Follower

            self.follower = Follower(now_ms)
        self.same_ms = now_ms  # since when samples are bit-identical
        self.same_own = [0, 0, 0]
        self.moved = None  # since then; None: not yet to be said
        self.dropped = 0

    def age(self, now_ms: int):
        """Let time pass without a sample."""
        if self.state != SILENT and ticks_diff(now_ms, self.sample_ms) > self.silent_ms:
            self._lose(SILENT)

    def _lose(self, state):
        self.state = state
        self.good = 0
        if self.follower:
            self.follower.meter = None

    def judge(self, now_ms, meter, own, same: bool, includes: bool, calm_ms: int):
        """Take a sample: meter and own are mA per phase, own what the wallboxes below surely draw.

        same: the meter's answer was bit-identical to the one before. calm_ms: how long ago a
        wallbox below last changed its setpoint or its draw.
        """
        self.sample_ms = now_ms
        doubt = 0
        if not same:
            self.same_ms = now_ms
            self.moved = None
        if self.moved is None:
            # what moved just before this value is told by the wallboxes only now
            self.same_own[:] = own
            if same and ticks_diff(now_ms, self.same_ms) >= _TOLD_MS:
                self.moved = False
        elif includes:
            for p in range(3):
                if abs(own[p] - self.same_own[p]) > _MOVED_MA and self.against[p] >= 0:
                    self.moved = True
            if self.moved and ticks_diff(now_ms, self.same_ms) >= _FROZEN_MS:
                doubt = FROZEN
        wrong = False
        if includes and calm_ms >= _CALM_MS:
            follower = self.follower
            wrong = follower.test(self, now_ms, meter, own) if follower else self._low(meter, own)
        self.judged_ms = now_ms
        if wrong:
            self.tested_ms = now_ms
        if max(self.against) >= _AGAINST:
            doubt = NOT_FOLLOWING if self.follower else LOW
            if ticks_diff(now_ms, self.tested_ms) > _TRIAL_MS:
                self.against = [0, 0, 0]
        if doubt:
            if self.state != doubt:
                self._lose(doubt)
        elif wrong or (same and self.state == FROZEN):
            self.good = 0
        elif self.state != GOOD:
            self.good += 1
            if self.state != STARTING:
                self.state = RECOVERING
            if self.good >= _GOOD_SAMPLES:
                self.state = GOOD

    def _low(self, meter, own):
        """True: a phase reads less than what the wallboxes draw."""
        against = self.against
        wrong = False
        for p in range(3):
            if meter[p] < own[p] - 1000 - own[p] // 20:
                against[p] += 1
                wrong = wrong or against[p] > 0
            elif own[p] >= _TEST_MA or 0 < against[p] < _AGAINST:
                against[p] = 0
        return wrong
