"""A site in virtual time for tests of the brain: cars as in design section 5, a meter, a house.

Runs on both interpreters. The brain sees only what real devices would tell it; `potential_ma` is
what a wallbox may physically draw: the largest of what it applies, what is on its way to it and
what its car draws.
"""

import random

from loadmgmt.circuit import Circuit
from loadmgmt.point import CHARGING, NO_CAR, READY, WAITING, ChargePoint, order_of
from loadmgmt.site import Site

ROTATIONS = ("L123", "L231", "L312", "L132", "L213", "L321")


class Car:
    def __init__(self, dice, phases, max_ma, start_ms=None, slow=False):
        self.dice = dice
        self.phases = phases
        self.max_ma = max_ma
        self.short_ma = dice.randint(0, 500)
        self.start_ms = start_ms or dice.randint(10000, 40000)
        self.slowest_ms = 9000 if slow else 3000
        self.drawn_ma = 0
        self.limit_ma = 0
        self.turn_ms = 0  # from then on it follows a lower limit
        self.raise_ms = 0
        self.offered_ms = None

    def step(self, now_ms, elapsed_ms, limit_ma):
        if limit_ma != self.limit_ma:
            if limit_ma < self.limit_ma:
                if now_ms >= self.turn_ms:
                    self.turn_ms = now_ms + self.dice.randint(500, self.slowest_ms)
            else:
                self.raise_ms = now_ms + 2000
            self.limit_ma = limit_ma
        if limit_ma < 6000:
            self.offered_ms = None
        elif self.offered_ms is None:
            self.offered_ms = now_ms
        wanted = min(limit_ma - self.short_ma, self.max_ma) if limit_ma >= 6000 else 0
        if self.drawn_ma == 0:
            if wanted and now_ms - self.offered_ms >= self.start_ms:
                self.drawn_ma = min(wanted, 6000 - self.short_ma)
        elif wanted < self.drawn_ma:
            if now_ms >= self.turn_ms:
                self.drawn_ma = max(wanted, self.drawn_ma - elapsed_ms * 10)
        elif now_ms >= self.raise_ms:
            self.drawn_ma = min(wanted, self.drawn_ma + elapsed_ms)


class Box:
    """A wallbox: obeys 20 ms after a command, answers 300 ms after it."""

    def __init__(self, point, wiring, first_ms):
        self.point = point
        self.wiring = wiring  # grid phase behind each of its phases
        self.car = None
        self.applied_ma = 0
        self.on_its_way = []
        self.next_ms = first_ms
        self.answer_ms = None
        self.gone = False  # neither hears nor speaks
        self.measures = True
        self.heard_ms = 0

    def command(self, now_ms):
        if self.point.is_silent():
            return
        self.point.sent_ms = now_ms
        if not self.gone:
            self.on_its_way.append((now_ms + 20, self.point.setpoint_ma))
            self.answer_ms = now_ms + 300

    def potential_ma(self):
        most = max(self.applied_ma, self.car.drawn_ma if self.car else 0)
        for _, current in self.on_its_way:
            most = max(most, current)
        return most

    def step(self, now_ms, elapsed_ms):
        while self.on_its_way and self.on_its_way[0][0] <= now_ms:
            current = self.on_its_way.pop(0)[1]
            self.heard_ms = now_ms
            if current >= 0:
                self.applied_ma = current
        if now_ms - self.heard_ms > 30000:
            self.applied_ma = 0  # its dead-man
        if self.car:
            self.car.step(now_ms, elapsed_ms, self.applied_ma)
        if now_ms >= self.next_ms:
            self.next_ms += 1000
            self.command(now_ms)
        if self.answer_ms is not None and now_ms >= self.answer_ms and not self.gone:
            self.answer_ms = None
            self.answer(now_ms)

    def answer(self, now_ms):
        drawn = [0, 0, 0] if self.measures else [-1, -1, -1]
        state = NO_CAR
        if self.car:
            state = READY if self.applied_ma >= 6000 else WAITING
            if self.car.drawn_ma:
                state = CHARGING
                for k in range(self.car.phases) if self.measures else ():
                    drawn[k] = self.car.drawn_ma
        self.point.report(
            now_ms, self.applied_ma, drawn[0], drawn[1], drawn[2], state, 32000, self.point.phases
        )


class VirtualSite:
    """n wallboxes on one metered circuit (main_ma) or a static one (limit_ma)."""

    def __init__(
        self,
        seed=1,
        n=6,
        main_ma=35000,
        limit_ma=None,
        includes=True,
        known=True,
        measures=True,
        cars=True,
        single=True,
        start_ms=None,
        generation=False,
    ):
        dice = self.dice = random
        dice.seed(seed)
        self.now_ms = 0
        circuit = Circuit("grid", None, limit_ma and [limit_ma] * 3, main_ma and [main_ma] * 3)
        if main_ma:
            circuit.meter(0, 1000, includes, generation)
        self.circuit = circuit
        self.main_ma = main_ma
        points = []
        self.boxes = []
        for i in range(n):
            rotation = ROTATIONS[dice.randint(0, 5)]
            point = ChargePoint("box %02d" % i, 0, 3, rotation if known else None)
            point.dead_man_ms = 30000
            points.append(point)
            box = Box(point, order_of(rotation), i * 1000 // n)
            box.measures = measures
            if cars:
                phases = dice.choice((1, 3)) if single else 3
                box.car = Car(dice, phases, dice.choice((11000, 16000, 32000)), start_ms)
            self.boxes.append(box)
        self.site = Site([circuit], points, 0)
        self.events = []
        self.site.on_event = lambda code, subject, value: self.events.append((code, subject))
        self.house = [2000, 2000, 2000]
        self.noise_ma = 50
        self.meter_works = True
        self.frozen = None
        self.over_ms = 0  # of the present overload
        self.longest_ms = 0  # longest overload of a phase
        self.checks = ()  # functions called with (self, setpoints before, after) after each pass

    def grid(self):
        """The physical sum per phase."""
        total = list(self.house)
        for box in self.boxes:
            for k in range(box.car.phases if box.car else 0):
                total[box.wiring[k]] += box.car.drawn_ma
        return total

    def setpoints(self):
        return [box.point.setpoint_ma for box in self.boxes]

    def step(self, elapsed_ms=20):
        self.now_ms += elapsed_ms
        now = self.now_ms
        for box in self.boxes:
            box.step(now, elapsed_ms)
        grid = self.grid()
        is_over = self.main_ma and max(grid) > self.main_ma
        self.over_ms = self.over_ms + elapsed_ms if is_over else 0
        self.longest_ms = max(self.longest_ms, self.over_ms)
        fresh = bool(self.main_ma) and now % 1000 == 0 and self.meter_works
        if fresh:
            same = self.frozen is not None
            value = self.frozen or [
                mA + self.dice.randint(-self.noise_ma, self.noise_ma)
                for mA in (grid if self.circuit.includes else self.house)
            ]
            self.site.sample(0, now, value[0], value[1], value[2], same)
        if fresh or now % 500 == 100:
            before = self.setpoints()
            self.site.step(now)
            after = self.setpoints()
            for i in range(len(after)):
                if after[i] < before[i]:
                    self.boxes[i].command(now)
            for check in self.checks:
                check(self, before, after)

    def run(self, seconds):
        end = self.now_ms + seconds * 1000
        while self.now_ms < end:
            self.step()

    def run_until(self, condition, seconds):
        """Run until condition() or at most that long; return whether it came true."""
        end = self.now_ms + seconds * 1000
        while self.now_ms < end:
            self.step()
            if condition():
                return True
        return False
