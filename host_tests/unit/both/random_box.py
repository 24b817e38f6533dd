"""The wallboxes and cars of random sites, as design section 5 says they are.

A wallbox applies a command in the tick after it and answers it then. Whatever fails about it is in
`faults`; `own` is set while it does something that nobody told it to and nobody has heard of.
"""

from random_plan import Dice

from loadmgmt.point import CHARGING, FULL, NO_CAR, READY, WAITING, order_of

HOLD_MS = 5000


class Car:
    def __init__(self, made, seed):
        self.dice = Dice(seed)
        self.phases = made["phases"]
        self.max_ma = made["max_ma"]
        self.short_ma = made["short_ma"]
        self.start_ms = made["start_ms"]
        self.slowest_ms = 9000 if made["slow"] else 3000
        self.left_mas = made["full_mas"]
        self.full = False
        self.drawn_ma = 0
        self.limit_ma = 0
        self.turn_ms = 0  # from then on it follows a lower limit
        self.raise_ms = 0
        self.offered_ms = None

    def step(self, now_ms, elapsed_ms, limit_ma):
        if limit_ma != self.limit_ma:
            if limit_ma < self.limit_ma:
                if now_ms >= self.turn_ms:
                    self.turn_ms = now_ms + self.dice.number(0, self.slowest_ms)
            else:
                self.raise_ms = now_ms + 2000
            self.limit_ma = limit_ma
        if limit_ma < 6000:
            self.offered_ms = None
        elif self.offered_ms is None:
            self.offered_ms = now_ms
        drawn = self.drawn_ma
        if self.left_mas is not None and drawn:
            self.left_mas -= drawn * elapsed_ms // 1000
            if self.left_mas <= 0:
                self.full = True
        wanted = min(limit_ma - self.short_ma, self.max_ma) if limit_ma >= 6000 else 0
        if self.full:
            self.drawn_ma = 0
        elif drawn == 0:
            if wanted and now_ms - self.offered_ms >= self.start_ms:
                self.drawn_ma = min(wanted, 6000 - self.short_ma)
        elif wanted < drawn:
            if now_ms >= self.turn_ms:
                self.drawn_ma = max(wanted, drawn - elapsed_ms * 16)
        elif now_ms >= self.raise_ms:
            self.drawn_ma = min(wanted, drawn + elapsed_ms)


class Box:
    """A wallbox: applies a command in the next tick, and answers it then."""

    def __init__(self, made, index, seed):
        self.made = made
        self.name = made["name"]
        self.dice = Dice(seed + 7919 * int(self.name[4:]))
        self.wiring = order_of(made["rotation"])[: made["phases"]]
        self.car = None
        self.cars = 0
        self.applied_ma = 0
        self.wanted_ma = 0  # the last command that came through
        self.hold_ms = 0
        self.coming = None  # the command on its way
        self.heard_ms = 0
        self.faults = set()
        self.dark_ms = None  # without power until then
        self.supported_ma = 32000
        self.turn = int(self.name[4:]) * 7 % 4  # when in the second it is asked
        self.shown_ma = 0  # what it measures
        self.steady_ms = 0  # since when its draw stands still
        # what it told last, and whether it did something of its own accord since
        self.told_ma = 0
        self.told_drawn_ma = 0
        self.told_cars = 0  # with the how manieth car that was
        self.told_ms = -100000
        self.own = False
        self.alone = False  # its own time-out is over: what its car draws still is its own doing
        self.point = None

    def drawn_ma(self):
        return self.car.drawn_ma if self.car else 0

    def plug(self, made):
        self.cars += 1
        car = None
        if made is not None:
            car = Car(made, self.dice.number(1, 1000000))
            car.phases = min(car.phases, len(self.wiring))
        self.car = car

    def is_on(self):
        return self.dark_ms is None and "gone" not in self.faults

    def receives(self):
        lossy = 50 if "lossy" in self.faults else self.made["loss_pct"]
        return self.is_on() and self.dice.number(1, 100) > lossy

    def step(self, now_ms, elapsed_ms):
        """Let time pass. Returns True when a command came through."""
        made = self.made
        self.shown_ma = self.drawn_ma()
        before_ma = self.applied_ma
        came = False
        if self.dark_ms is not None and now_ms >= self.dark_ms:
            self.dark_ms = None
            self.applied_ma = self.wanted_ma = made["boot_ma"]
            self.hold_ms = 0
            self.heard_ms = now_ms
        if self.coming is not None:
            came = self.receives()
            if came and "deaf" not in self.faults:
                self.heard_ms = now_ms
                self.alone = False
                if self.coming >= 0:
                    self.wanted_ma = self.coming - self.coming % made["step_ma"]
            self.coming = None
        if self.dark_ms is not None:
            self.applied_ma = self.wanted_ma = 0
        elif made["dead_man_ms"] and now_ms - self.heard_ms > made["dead_man_ms"]:
            self.applied_ma = self.wanted_ma = made["failsafe_ma"]
            self.alone = True
        elif self.wanted_ma != before_ma and now_ms >= self.hold_ms:
            if "ignores" not in self.faults or self.wanted_ma > before_ma:
                self.applied_ma = self.wanted_ma
                self.own = self.own and before_ma > self.wanted_ma
                if made["holds"]:
                    self.hold_ms = now_ms + HOLD_MS
        commanded = self.wanted_ma == self.applied_ma and came
        if self.applied_ma > before_ma and not commanded:
            self.own = True
        car = self.car
        if car:
            was_ma = car.drawn_ma
            limit_ma = min(self.applied_ma, self.supported_ma)
            if self.dark_ms is not None:
                car.drawn_ma = car.limit_ma = 0
                car.offered_ms = None
            elif "lies" in self.faults and was_ma:
                self.own = True  # the car draws what it likes
            else:
                car.step(now_ms, elapsed_ms, limit_ma)
            if abs(car.drawn_ma - was_ma) > 100:
                self.steady_ms = now_ms
        if not made["late"]:
            self.shown_ma = self.drawn_ma()
        return came

    def tell(self, now, now_ms):
        """Answer, or try to."""
        if "mute" in self.faults or not self.receives():
            return
        made = self.made
        car = self.car
        drawn = [0, 0, 0] if made["measures"] else [-1, -1, -1]
        state = NO_CAR
        if car:
            state = READY if self.applied_ma >= 6000 else WAITING
            if car.full:
                state = FULL
            elif car.drawn_ma:
                state = CHARGING
                for k in range(car.phases) if made["measures"] else ():
                    drawn[k] = self.shown_ma
        phases = made["phases"] if made["tells_phases"] else 0
        self.told_ma = max(self.applied_ma, drawn[0])
        self.told_drawn_ma = max(0, drawn[0])
        self.told_cars = self.cars
        self.told_ms = now_ms
        if made["measures"] or self.drawn_ma() <= self.applied_ma:
            self.own = self.applied_ma > self.told_ma or self.drawn_ma() > self.told_ma
        self.point.report(
            now, self.applied_ma, drawn[0], drawn[1], drawn[2], state, self.supported_ma, phases
        )
