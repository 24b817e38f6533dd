"""A scenario played under a law: house, meters, wallboxes and cars in one virtual time."""

import random
import time

from .box import Box
from .clock import Clock
from .dispatch import Dispatch
from .fusekeeper_law import FusekeeperLaw
from .house import changes, feed
from .judge import Judge
from .line import Line
from .meter import Meter
from .mimic import Mimic


def law_class(name):
    """The class of a law by its name, fusekeeper or warp."""
    if name == "warp":
        from .warp_law import WarpLaw

        return WarpLaw
    return FusekeeperLaw


class Run:
    """One run. `play()` lets it go from beginning to end; the rest is for judge and summary."""

    def __init__(self, scenario, law="fusekeeper", trace=None):
        self.scenario = scenario
        self.circuits = scenario.circuits
        self.clock = Clock()
        self.end_ms = round(scenario.seconds * 1000)
        self.available_ma = scenario.available_ma
        self.enabled = scenario.enabled
        self.events = []
        self.trace = trace
        self._law_class = law_class(law)
        self._dice = random.Random(f"run {scenario.seed}")
        self._build_lines()
        self._build_boxes()
        self.stops = [0] * len(self.boxes)
        self.changes = [0] * len(self.boxes)
        self.dispatch = Dispatch(self)
        self.cars = []  # (config, car, box index, [time of plug, of first offer])
        self.restarts = 0
        self.is_up = True
        self.shown = [[""] * 3 for _ in self.circuits]  # by the meters
        self.law = self._law_class(scenario, 0, self.events)
        self.meters = [one.meter and self._meter(c) for c, one in enumerate(self.circuits)]
        self.judge = Judge(self)
        self._begin()

    # --- building

    def _build_lines(self):
        self.totals = []
        self.cars_lines = []
        self.house = []
        for circuit in self.circuits:
            self.totals.append([Line(circuit.main_ma and circuit.main_ma[k]) for k in range(3)])
            self.cars_lines.append([Line() for k in range(3)])
            self.house.append([Line() for _ in range(3)])
        for c in range(len(self.circuits)):
            self._limit_cars(c)

    def cars_limit_ma(self, c, phase):
        """The static limit for the cars on a circuit's phase, None: there is none."""
        circuit = self.circuits[c]
        limit = circuit.limit_ma and circuit.limit_ma[phase]
        if circuit.parent is None and self.available_ma is not None:
            limit = self.available_ma if limit is None else min(limit, self.available_ma)
        return limit

    def _limit_cars(self, c):
        for k, line in enumerate(self.cars_lines[c]):
            line.advance(self.clock.now)
            line.limit_ma = self.cars_limit_ma(c, k)

    def _build_boxes(self):
        self.boxes = []
        self.below = [[] for _ in self.circuits]
        for i, config in enumerate(self.scenario.chargers):
            box = Box(i, config, self.clock, self.scenario.seed, self._answered)
            box.path = self.circuits[config.circuit].path
            for phase in box.wiring[: config.phases]:
                box.lines.append(
                    [
                        lines[phase]
                        for c in box.path
                        for lines in (self.totals[c], self.cars_lines[c])
                    ]
                )
            for c in box.path:
                self.below[c].append(box)
            self.boxes.append(box)

    def _meter(self, c):
        config = self.circuits[c].meter
        seen = self.totals[c] if config.truly_includes else self.house[c]
        ways = (self._reader(seen), self._reader(self.house[c]), self._delivery(c))
        return Meter(config, self.clock, f"meter {self.scenario.seed} {c}", *ways)

    def _reader(self, lines):
        return lambda: [line.now(self.clock.now) for line in lines]

    def _delivery(self, c):
        return lambda values, same: self._sampled(c, values, same)

    def _begin(self):
        clock = self.clock
        for c, circuit in enumerate(self.circuits):
            lines = [
                [lines[c][k] for c in circuit.path for lines in (self.totals, self.house)]
                for k in range(3)
            ]
            for k, load in enumerate(circuit.house):
                feed(clock, lines, changes(load, f"house {self.scenario.seed} {c} {k}"))
            if circuit.mimic:
                mimic = Mimic(circuit.mimic, clock, f"mimic {self.scenario.seed} {c}", lines)
                for box in self.below[c]:
                    mimic.watch(box)
        for car in self.scenario.cars:
            clock.at(car.plug_ms, self._plug, car)
        for event in self.scenario.events:
            clock.at(event.at_ms, self._event, event)
        self.dispatch.begin(self._dice.randint(0, 999))
        clock.at(self._dice.randint(0, self.law.tick_ms - 1), self._tick)
        if self.trace:
            self.trace.begin(self)

    # --- what happens

    def _plug(self, config):
        box = self.boxes[config.charger]
        record = [self.clock.now, None]
        box.plug(config)
        self.cars.append((config, box.car, config.charger, record))
        if config.unplug_ms is not None:
            self.clock.at(config.unplug_ms, box.unplug)
            self.clock.at(config.unplug_ms, record.append, config.unplug_ms)

    def _event(self, event):
        clock = self.clock
        if event.restart_ms is not None:
            self.is_up = False
            clock.at(clock.now + event.restart_ms, self._restart)
        elif event.available_given:
            self.available_ma = None if event.available_ma == "none" else event.available_ma
            for c in range(len(self.circuits)):
                self._limit_cars(c)
            self.law.set_available(self.available_ma)
            self._pass()
        elif event.limit_given:
            self.circuits[event.circuit].limit_ma = event.limit_ma
            self._limit_cars(event.circuit)
            self.law.set_limit(event.circuit, event.limit_ma)
            self._pass()
        elif event.meter is not None:
            value = 1 if event.value is None else event.value
            self._fault(self.meters[event.meter].faults, event.fault, value, event.until_ms)
        else:
            self.boxes[event.charger].fail(event.fault, True)
            if event.until_ms is not None and event.fault != "reboot":
                clock.at(event.until_ms, self.boxes[event.charger].fail, event.fault, False)

    def _fault(self, faults, name, value, until):
        faults[name] = value
        if until is not None:
            self.clock.at(until, faults.pop, name, None)

    def _restart(self):
        """The controller starts anew; what it knew is gone, the settings are not."""
        now = self.clock.now
        self.restarts += 1
        self.scenario.available_ma = self.available_ma
        self.law = self._law_class(self.scenario, now, self.events)
        self.dispatch.forget()
        self.judge.restarted()
        self.is_up = True

    # --- the control loop

    def _tick(self):
        self.clock.at(self.clock.now + self.law.tick_ms, self._tick)
        self._pass()

    def _sampled(self, c, values, same):
        if not self.is_up:
            return
        self.shown[c] = values
        self.judge.sampled(c, values, same)
        self.law.sample(c, self.clock.now, values, same)
        if self.law.pushes:
            self._pass()

    def _answered(self, box, is_urgent):
        if not self.is_up:
            return
        i = box.index
        now = self.clock.now
        self.judge.answered_ms[i] = now
        shown = box.shown_ma()
        self.dispatch.echoed(i, shown)
        self.law.report(
            i, now, shown, box.readings_ma(), box.state(), box.supported_ma(), box.config.phases
        )
        if is_urgent:
            self._pass()

    def decided(self):
        """The law's setpoints now."""
        decided = self.law.decided_ma
        return [decided(i) for i in range(len(self.boxes))]

    def _pass(self):
        if not self.is_up:
            return
        now = self.clock.now
        before = self.decided()
        changed = self.law.run(now)
        after = self.decided() if changed else before
        if changed:
            for i, (old, new) in enumerate(zip(before, after)):
                if old != new:
                    self.changes[i] += 1
                    self._note_offer(i, new)
        self.judge.passed(before, after)
        if changed and self.law.pushes:
            self.dispatch.push()

    def _note_offer(self, i, ma):
        if ma > 0:
            for _, car, index, record in self.cars:
                if index == i and car.plugged and record[1] is None:
                    record[1] = self.clock.now

    def play(self):
        """Play it to the end; returns the seconds of real time that took."""
        begin = time.perf_counter()
        self.clock.run(self.end_ms)
        for lines in (*self.totals, *self.cars_lines):
            for line in lines:
                line.advance(self.end_ms)
        for _, car, _, _ in self.cars:
            if car.plugged:
                car.settle()
        return time.perf_counter() - begin
