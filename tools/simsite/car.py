"""A car on a cable: how much it draws when its wallbox offers a current. Pure, in virtual time.

The model is the one the controller is designed against. On a cut it keeps the old draw for
`cut_hold_s` (3 s) and is at the new one `cut_done_s` (5 s; a slow car 11 s) after the cut. On a
raise it waits 2 s, then takes 1 A/s. It starts 10-40 s after an offer of 6 A or more, draws its
limit minus 0-0.5 A (fixed per car) and never above its own maximum, nothing below 6 A. A full
battery stops the charging from the car's side. One that `sleeps_after_s` without an offer does not
start any more until it is woken.
"""

import random
from dataclasses import dataclass

MINIMUM_MA = 6000
BREAK_S = 3.0  # a break of the pilot that a sleeping car notices


@dataclass
class CarConfig:
    """What is settable on a car. `None` for offset_ma draws it at random, a range for start_s
    each start. woken_by: "pause" = the second offer, "pilot" = a break of the pilot, "never".
    """

    phases: int = 3
    max_ma: int = 16000
    offset_ma: int | None = None
    step_ma: int = 0
    start_s: float | tuple[float, float] = (10.0, 40.0)
    slow: bool = False
    cut_hold_s: float = 3.0
    cut_done_s: float = 5.0
    raise_wait_s: float = 2.0
    raise_ma_per_s: int = 1000
    battery_wh: float = 50000.0
    power_factor: float = 0.99
    ignores_cuts: bool = False
    sleeps_after_s: float | None = None
    woken_by: str = "pause"


class _Cut:
    """A lower target on its way: nothing until `hold`, then a straight line until `done`."""

    def __init__(self, at: float, to_ma: float):
        self.at = at
        self.to_ma = to_ma
        self.from_ma = None


class Car:
    """One car; `step` moves its time on. `draw_ma` is what it takes on each of its phases."""

    def __init__(self, config: CarConfig | None = None, rng: random.Random | None = None):
        self.config = config or CarConfig()
        self._rng = rng or random.Random(0)
        offset = self.config.offset_ma
        self.offset_ma = self._rng.randint(0, 500) if offset is None else offset
        self.time_s = 0.0
        self.draw_ma = 0.0
        self.charging = False
        self.full = False
        self.asleep = False
        self.pilot_broken = False  # set by its wallbox
        self.energy_wh = 0.0
        self._target_ma = 0
        self._cuts: list[_Cut] = []
        self._offered_at = None
        self._start_after_s = 0.0
        self._raise_at = None
        self._broken_s = 0.0
        self._dark_s = 0.0  # without an offer
        self._in_vain = False  # it has slept through an offer

    @property
    def done_s(self) -> float:
        """Seconds from a cut until the draw has reached it."""
        return 11.0 if self.config.slow else self.config.cut_done_s

    def wanted_ma(self, offer_ma: int) -> int:
        """What the car settles at under this offer while it charges."""
        if offer_ma < MINIMUM_MA or self.full:
            return 0
        limit = min(offer_ma, self.config.max_ma)
        if self.config.step_ma:
            limit = max(MINIMUM_MA, limit - limit % self.config.step_ma)
        return min(limit, max(0, offer_ma - self.offset_ma))

    def step(self, dt_s: float, offer_ma: int, phases: int = 3) -> None:
        """Let dt_s seconds pass with this offer (0 = none) on a socket of so many phases."""
        begin = self.time_s
        self.time_s += dt_s
        self._doze(dt_s, offer_ma)
        self._start(begin, offer_ma)
        self._follow(begin, self.wanted_ma(offer_ma) if self.charging else 0)
        self._fall()
        self._rise(dt_s)
        if self.charging and self._target_ma == 0 and self.draw_ma <= 0:
            self.charging = False
            self._offered_at = None
        used = min(self.config.phases, phases)
        self.energy_wh += used * self.draw_ma / 1000 * 230 * dt_s / 3600
        if self.charging and self.energy_wh >= self.config.battery_wh:
            self.full = True

    def disconnect(self) -> None:
        """The contactor opened or the plug was pulled: nothing flows from this moment."""
        self.draw_ma = 0.0
        self.charging = False
        self._target_ma = 0
        self._cuts.clear()
        self._offered_at = None
        self._raise_at = None

    def drawn_ma(self, phases: int = 3) -> list[int]:
        """The draw on L1, L2, L3 of a socket of so many phases."""
        used = min(self.config.phases, phases)
        return [round(self.draw_ma) if p < used else 0 for p in range(3)]

    def _doze(self, dt_s: float, offer_ma: int) -> None:
        if self.pilot_broken:
            self._broken_s += dt_s
        else:
            if self._broken_s >= BREAK_S and self.config.woken_by == "pilot":
                self._wake()
            self._broken_s = 0.0
        if offer_ma >= MINIMUM_MA:
            self._in_vain = self.asleep
            self._dark_s = 0.0
            return
        if self._in_vain and self.config.woken_by == "pause":
            self._wake()
        self._dark_s += dt_s
        limit = self.config.sleeps_after_s
        if limit is not None and self._dark_s >= limit and not self.charging:
            self.asleep = True

    def _wake(self) -> None:
        self.asleep = self._in_vain = False
        self._dark_s = 0.0

    def _start(self, now: float, offer_ma: int) -> None:
        if self.charging:
            return
        if offer_ma < MINIMUM_MA or self.full or self.asleep:
            self._offered_at = None
            return
        if self._offered_at is None:
            self._offered_at = now
            wait = self.config.start_s
            self._start_after_s = (
                wait if isinstance(wait, (int, float)) else self._rng.uniform(*wait)
            )
        if now - self._offered_at >= self._start_after_s:
            self.charging = True
            self._raise_at = now - self.config.raise_wait_s

    def _follow(self, now: float, target_ma: int) -> None:
        if self.config.ignores_cuts and not self.full:
            target_ma = max(target_ma, self._target_ma)
        if target_ma < self._target_ma:
            self._cuts.append(_Cut(now, target_ma))
        elif target_ma > self._target_ma:
            for cut in self._cuts:
                cut.to_ma = max(cut.to_ma, target_ma)
        self._target_ma = target_ma
        if self.draw_ma >= target_ma:
            self._raise_at = None
        elif self._raise_at is None:
            self._raise_at = now

    def _fall(self) -> None:
        hold = self.config.cut_hold_s
        pending = []
        for cut in self._cuts:
            age = self.time_s - cut.at
            if age >= self.done_s:
                self.draw_ma = min(self.draw_ma, cut.to_ma)
                continue
            pending.append(cut)
            if age > hold:
                if cut.from_ma is None:
                    cut.from_ma = self.draw_ma
                done = (age - hold) / (self.done_s - hold)
                line = cut.from_ma + (cut.to_ma - cut.from_ma) * done
                self.draw_ma = min(self.draw_ma, max(line, cut.to_ma))
        self._cuts = pending

    def _rise(self, dt_s: float) -> None:
        if self._raise_at is None or self.draw_ma >= self._target_ma:
            return
        if self.time_s - self._raise_at >= self.config.raise_wait_s:
            step = self.config.raise_ma_per_s * dt_s
            self.draw_ma = min(self._target_ma, self.draw_ma + step)
