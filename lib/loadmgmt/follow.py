"""The test of a meter where there is generation on site (R6): it may read less than the wallboxes
draw, but has to follow their changes. Loaded for such sites only.
"""

from compat import const, ticks_diff

_STEP_MA = const(3000)
_STEADY_MA = const(250)  # between two samples


class Follower:
    """What was seen at the last calm sample."""

    def __init__(self, now_ms: int):
        self.own = [0, 0, 0]
        self.meter = None
        self.taken_ms = now_ms
        self.drift = [0, 0, 0]  # how much the house moved by itself before it
        self.step = [0, 0, 0]  # 1: it followed a change, -1: it did not

    def test(self, trust, now_ms, meter, own) -> bool:
        """Compare with the last calm sample; True: a phase has not followed a change. The cars are
        given what the house leaves: while that moves by itself, the meter stands still just
        because it is right. So a change counts only when it is quick and the house is steady
        before and after it."""
        against = trust.against
        wrong = False
        if self.meter is None:
            self.meter = list(meter)
            self.own[:] = own
        # a slow meter's next sample but one is soon enough, too
        soon_ms = max(trust.silent_ms, ticks_diff(now_ms, trust.judged_ms) * 5 // 2)
        soon = ticks_diff(now_ms, self.taken_ms) <= soon_ms
        self.taken_ms = now_ms
        for p in range(3):
            change = own[p] - self.own[p]
            seen = meter[p] - self.meter[p]
            if abs(change) < _STEP_MA:
                moved = abs(seen - change)
                if self.step[p] and moved <= _STEADY_MA:
                    against[p] = against[p] + 1 if self.step[p] < 0 else 0
                    wrong = wrong or self.step[p] < 0
                self.step[p] = 0
                self.drift[p] = moved
            elif soon and self.drift[p] <= _STEADY_MA and against[p] >= 0:
                # half the change in the right direction will do
                self.step[p] = 1 if (seen if change > 0 else -seen) * 2 >= abs(change) else -1
            self.own[p] = own[p]
            self.meter[p] = meter[p]
        return wrong
