"""A wallbox in virtual time: obeys, answers, falls back by itself, fails as the scenario says.

It answers `answer_s` after each command, else 2.5 s after its last answer (WARP); or, with
`report_s`, by its own period (a polled device).
"""

import random

from .answer import Answer
from .car import Car

_IDLE_MS = 2500


class Box(Answer):
    """One wallbox. The run gives `answered(box, is_urgent)` and the lines its car is to move."""

    def __init__(self, index, config, clock, seed, answered):
        self.index = index
        self.config = config
        self.clock = clock
        self.answered = answered
        self.dice = random.Random(f"box {seed} {index}")
        self.wiring = [int(digit) - 1 for digit in config.wiring[1:]]
        self.lines = []  # per own phase: the lines on its way up; set by the run
        self.car = None
        self.applied_ma = config.applied_ma
        self.wanted_ma = config.applied_ma
        self.reported_ma = config.applied_ma
        self.coming = []  # commands on their way
        self.faults = set()
        self.measured_ma = 0.0
        self.pilot_broken = False
        self._booting = False
        self._applied_ms = -1000000
        self._heard_ms = clock.now
        self._told_ms = clock.now
        self._first_of_hold = 0
        if config.dead_man_ms is not None:
            clock.at(clock.now + config.dead_man_ms + 1, self._dead_man)
        if config.report_ms is not None:
            clock.at(clock.now + self.dice.randint(0, config.report_ms), self._report)
        else:
            clock.at(clock.now + _IDLE_MS, self._idle)
        if config.measured_every_ms:
            clock.at(clock.now + self.dice.randint(0, config.measured_every_ms), self._measure)

    # --- what flows

    def used(self):
        """The grid phases its car uses; without a car, all it has."""
        phases = self.car.phases if self.car else self.config.phases
        return self.wiring[:phases]

    def potential_ma(self):
        """What it may draw on each phase in use; of one that lies, what its car draws."""
        most = 0 if "lying" in self.faults else max(self.applied_ma, self.wanted_ma)
        most = max(most, *self.coming, 0)
        if self.car:
            drawn = self.car.drawn_ma()
            if drawn > most + max(500, most * 0.03):  # else it has followed (R1)
                most = drawn
        if "vanish" in self.faults or "deaf" in self.faults:
            most = max(most, self.config.failsafe_ma)
        return most

    def _moved(self, value, slope, new, new_slope):
        now = self.clock.now
        for k in range(self.car.phases):
            for line in self.lines[k]:
                line.move(now, new - value, new_slope - slope)

    # --- people

    def plug(self, config):
        """A car comes."""
        car = self.car = Car(config, self.clock, self.dice, self._moved)
        car.phases = min(config.phases, self.config.phases)
        for after_ms, phases in config.phases_later:
            phases = min(phases, self.config.phases)
            self.clock.at(self.clock.now + after_ms, car.switch, phases)
        if config.drawn_ma:
            car.begin(min(self.applied_ma, self.config.max_ma), config.drawn_ma)
            self.measured_ma = car.drawn_ma()
        self._offer()
        self._answer(True)

    def unplug(self):
        """It goes; the manager's limit is cleared until the next command, as WARP does."""
        car = self.car
        car.plugged = False
        car.cut_off()
        self.car = None
        self.measured_ma = 0.0
        self.applied_ma = self.wanted_ma = self.reported_ma = 0
        self._answer(True)

    def fail(self, fault, on):
        """Switch a fault; "reboot" and the end of "off" boot it."""
        if fault == "reboot":
            self._darken()
            self._boot()
            return
        if on:
            self.faults.add(fault)
        else:
            self.faults.discard(fault)
        if fault == "off":
            if on:
                self._darken()
            else:
                self._boot()
        elif fault in ("ignore_cuts", "lying") and not on:
            self._hold()
        self._offer()

    def _darken(self):
        if self.car:
            self.car.cut_off()
        self.measured_ma = 0.0
        self.applied_ma = self.wanted_ma = self.reported_ma = 0
        self.coming.clear()

    def _boot(self):
        self._booting = True
        self.clock.at(self.clock.now + self.config.boot_ms, self._booted)

    def _booted(self):
        self._booting = False
        if "off" not in self.faults:
            self._heard_ms = self.clock.now
            self._apply(self.config.boot_ma)
            self.wanted_ma = self.reported_ma = self.config.boot_ma

    # --- commands

    def send(self, ma, breaks_pilot=False):
        """A command leaves the manager: mA, or -1 for "go on as you are"."""
        config = self.config
        if config.loss_pct and self.dice.random() * 100 < config.loss_pct:
            return
        self.coming.append(ma)
        is_broken = breaks_pilot and config.breaks_pilot
        self.clock.at(self.clock.now + config.latency_ms, self._receive, ma, is_broken)

    def _is_dead(self):
        return "off" in self.faults or self._booting

    def _receive(self, ma, is_broken):
        if ma in self.coming:
            self.coming.remove(ma)
        if self._is_dead() or "vanish" in self.faults or "deaf" in self.faults:
            return
        self._heard_ms = self.clock.now
        if self.config.report_ms is None:
            self.clock.at(self.clock.now + self.config.answer_ms, self._answer, False)
        if ma < 0:
            return
        if is_broken != self.pilot_broken:
            self._break_pilot(is_broken)
        if ma >= self.applied_ma or not self.faults & {"ignore_cuts", "lying"}:
            self.wanted_ma = ma
        self.reported_ma = ma
        self._hold()

    def _break_pilot(self, is_broken):
        """Without it the contactor is open (IEC 61851-1)."""
        self.pilot_broken = is_broken
        if self.car:
            if is_broken:
                self.car.cut_off()
            self.car.break_pilot(is_broken)
            self._offer()

    def _hold(self):
        if self.wanted_ma == self.applied_ma:
            return
        left = self._applied_ms + self.config.pwm_hold_ms - self.clock.now
        if left > 0:
            self.clock.at(self.clock.now + left, self._hold)
        else:
            self._apply(self.wanted_ma)

    def _apply(self, ma):
        self.applied_ma = ma
        self._applied_ms = self.clock.now
        self._offer()

    def _offer(self):
        if self.car:
            blocked = "blocked" in self.faults or self.pilot_broken or self._is_dead()
            self.car.offer(0 if blocked else min(self.applied_ma, self.config.max_ma))

    def _dead_man(self):
        config = self.config
        silent = self.clock.now - self._heard_ms
        if silent > config.dead_man_ms:
            if not self._is_dead() and self.wanted_ma != config.failsafe_ma:
                self.wanted_ma = self.reported_ma = config.failsafe_ma
                self._hold()
            silent = 0
        self.clock.at(self.clock.now + config.dead_man_ms - silent + 1, self._dead_man)

    # --- states

    def _measure(self):
        self.measured_ma = self.car.drawn_ma() if self.car else 0.0
        self.clock.at(self.clock.now + self.config.measured_every_ms, self._measure)

    def _idle(self):
        silent = self.clock.now - self._told_ms
        if silent >= _IDLE_MS:
            self._answer(False)
            silent = 0
        self.clock.at(self.clock.now + _IDLE_MS - silent, self._idle)

    def _report(self):
        self._answer(False)
        self.clock.at(self.clock.now + self.config.report_ms, self._report)

    def _answer(self, is_urgent):
        if self._is_dead():
            return
        self._told_ms = self.clock.now
        if "vanish" in self.faults or "mute" in self.faults:
            return
        loss = self.config.loss_pct
        if loss and self.dice.random() * 100 < loss:
            return
        self.answered(self, is_urgent)
