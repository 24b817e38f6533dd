"""A model of WARP's control law, for comparison: power manager, 1 s round robin, no push.

From the facts in the reference (Tinkerforge esp32-firmware, 2026-08): every 0.5 s the loop
compares the target with a filter over the last 20 meter values and moves a limit per phase, which
an allocator run uses that comes every 10 s, or is forced (at most every 5 s) while the filter is
above 120 % of the target. One limit node: the first metered circuit, else the first one.
`warp_stages.py` is the allocator. Not modelled: PV, charge modes, wake-up, phase switching.
"""

from collections import deque

from .answer import CHARGING, NO_CAR, READY, WAITING
from .warp_stages import Allocator, Charger

_ALLOCATION_MS = 10000
_FORCED_MS = 5000
_STALE_MS = 65000
_LOST_MS = 32000
_SAMPLES = 20
_BOOT_MS = 30000
_WINDOW_MS = 10000  # the minimum filters work in such pieces


class WarpLaw:
    """The manager; the interface is that of FusekeeperLaw."""

    tick_ms = 500
    pushes = False

    def __init__(self, scenario, now, events):
        self.events = events
        self.chargers = [Charger(i, config) for i, config in enumerate(scenario.chargers)]
        self.node = 0
        for c, circuit in enumerate(scenario.circuits):
            if circuit.meter:
                self.node = c
                break
        self.config = scenario.circuits[self.node]
        self.metered = self.config.meter is not None
        self.available_ma = scenario.available_ma
        self.raw = [0] * 3
        self.low = [0] * 3
        self.spread = [0] * 3
        self._minutes = [deque(maxlen=24) for _ in range(3)]
        self._hours = [deque(maxlen=60) for _ in range(3)]
        self._recent = [deque(maxlen=_SAMPLES) for _ in range(3)]
        self._meter = None
        self._sampled_ms = None
        self._own = [0] * 3
        self._own_ms = None
        self._loop_ms = now - self.tick_ms
        self._ran_ms = now - _ALLOCATION_MS
        self._forced_ms = now - _FORCED_MS  # the last forced run
        self._forced = False  # a plug came or went
        self._overload = False  # in this turn of the loop
        self._begun_ms = None
        self._start_ms = now
        self._window_ms = now
        self.allocator = Allocator(self.chargers, now)

    # --- what comes in

    def set_available(self, ma):
        """available_current is written."""
        self.available_ma = ma

    def set_limit(self, c, limit_ma):
        """Another limit."""
        if c == self.node:
            self.config.limit_ma = limit_ma

    def sample(self, c, now, values, same):
        """A reading of the meter."""
        if c == self.node:
            self._meter = values
            self._sampled_ms = now

    def report(self, i, now, applied, drawn, state, supported, phases):
        """A wallbox has answered."""
        one = self.chargers[i]
        if one.seen_ms is None:
            one.current_ma = applied
            one.active = applied > 0
        elif one.state == NO_CAR and state in (WAITING, READY, CHARGING):
            one.just_plugged_ms = now
            self._forced = True
        if state == NO_CAR:
            one.plugged_ms = one.just_plugged_ms = None
            one.energy = 0.0
        elif one.plugged_ms is None:
            one.plugged_ms = now
        if (state == CHARGING) != (one.state == CHARGING) or one.seen_ms is None:
            one.charging_ms = now if state == CHARGING else None
        one.state = state
        one.reported_ma = applied
        one.supported_ma = supported
        one.drawn_ma = max(drawn)
        one.seen_ms = now

    # --- the loop

    def run(self, now):
        """The loop of the power manager, and an allocator run when one is due."""
        if now - self._loop_ms >= self.tick_ms:
            self._loop_ms = now
            if self._own_ms is None or now - self._own_ms >= 1000:
                self._own_ms = now
                self._count_own(now)
            self._limit(now)
        if not self._is_begun(now):
            return False
        forced = (self._forced or self._overload) and now - self._forced_ms >= _FORCED_MS
        if now - self._ran_ms < _ALLOCATION_MS and not forced:
            return False
        if forced:
            self._forced_ms = now
        self._forced = False
        self._ran_ms = now
        return self.allocator.run(self, now)

    def _is_begun(self, now):
        if self._begun_ms is None:
            unseen = [one for one in self.chargers if one.seen_ms is None]
            if not unseen or now - self._start_ms > _BOOT_MS:
                self._begun_ms = now
        return self._begun_ms is not None and now - self._begun_ms >= 1000

    def _count_own(self, now):
        self._own = [0] * 3
        for one in self.chargers:
            if one.state == CHARGING and now - one.seen_ms < _LOST_MS:
                for k in one.on:
                    self._own[k] += one.reported_ma

    def _most_ma(self, phase):
        most = self.config.limit_ma[phase] if self.config.limit_ma else 1000000
        return most if self.available_ma is None else min(most, self.available_ma)

    def target_ma(self, c, phase):
        """T of the reference, per phase of the node."""
        config = self.config
        if config.main_ma is None:
            return 1000000
        limit = config.main_ma[phase]
        target = min(limit * 14 // 10 - config.largest_consumer_ma, limit)
        return target * (100 - config.safety_margin_pct) // 100

    def _limit(self, now):
        if not self.metered:
            for k in range(3):
                self.raw[k] = self.low[k] = self.spread[k] = self._most_ma(k)
            return
        if self._meter is None or now - self._sampled_ms > _STALE_MS:
            self.raw = [0] * 3
            self.low = [0] * 3
            self.spread = [0] * 3
            return
        self._overload = False
        for k in range(3):
            target = self.target_ma(self.node, k)
            self.raw[k] = self._move(k, target)
            self._filter(k, now)
        if now - self._window_ms >= _WINDOW_MS:
            self._window_ms += _WINDOW_MS

    def _move(self, k, target):
        meter = self._meter[k]
        recent = self._recent[k]
        recent.append(meter)
        mean = sum(recent) / len(recent)
        high = (max(recent) + mean) / 2
        if meter < 1.1 * target:
            filtered = mean
        elif meter > 1.2 * target:
            filtered = high
            self._overload = True
        else:
            part = (meter / target - 1.1) / 0.1
            filtered = mean + (high - mean) * part
        error = target - filtered
        own = self._own[k]
        if own == 0:
            step = error
        elif error < 0:
            step = error * 15 / 16
        else:
            step = min(error / 2, target / 2)
        return int(min(own + step, self._most_ma(k)))

    def _filter(self, k, now):
        raw = self.raw[k]
        tens = self._minutes[k]
        hours = self._hours[k]
        if not tens or now - self._window_ms >= _WINDOW_MS:
            tens.append(raw)
            if len(tens) == 1 or now // 60000 != (now - self.tick_ms) // 60000:
                hours.append(raw)
        tens[-1] = min(tens[-1], raw)
        hours[-1] = min(hours[-1], raw)
        self.low[k] = min(tens)
        self.spread[k] = min(hours)

    # --- what goes out

    def setpoint_ma(self, i):
        """What the round robin sends it."""
        if self._begun_ms is None or self.chargers[i].seen_ms is None:
            return -1
        return self.chargers[i].current_ma

    def decided_ma(self, i):
        """Its allocation."""
        return self.chargers[i].current_ma

    def sent(self, i, now):
        """Nothing to note."""

    def believes(self, c):
        """It believes every meter."""
        return True

    def hears(self, i):
        """Whether it takes the wallbox for present."""
        return self.chargers[i].seen_ms is not None

    def reason(self, i):
        """Its explanations are not modelled."""
        return ""

    def trust_name(self, c):
        """It does not judge meters."""
        return "good"
