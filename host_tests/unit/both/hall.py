"""Wallboxes and cars in half seconds, for tests of who is offered what: wake-up, phases, queue.

Each wallbox applies what it is told at once and answers once a second. A car starts `start_s`
after an offer, takes what it is offered a step later, lets go `fall_s` after a cut. `asleep` says
what wakes one that does not start: "pause", "pilot" or "never"; None: it is awake.
"""

from compat import ticks_add
from loadmgmt import options
from loadmgmt.circuit import Circuit
from loadmgmt.point import (
    BLOCKED,
    CHARGING,
    FULL,
    NO_CAR,
    READY,
    WAITING,
    ChargePoint,
    order_of,
)
from loadmgmt.site import Site

STEP_MS = 500


class PilotPoint(ChargePoint):
    """As WarpPoint: its driver can interrupt the control pilot."""

    breaks_pilot = True
    dead_man_ms = 30000


class Car:
    def __init__(self, phases=3, max_ma=32000, start_s=15, asleep=None, fall_s=3):
        self.phases = phases
        self.max_ma = max_ma
        self.start_s = start_s
        self.asleep = asleep
        self.fall_s = fall_s
        self.full = False
        self.drawn_ma = 0
        self.offers = 0  # how often an offer began while it slept
        self.offered_ms = None
        self.cut_ms = None
        self.broken_ms = None

    def step(self, now_ms, limit_ma, is_broken):
        if is_broken:
            self.broken_ms = self.broken_ms or now_ms
            limit_ma = 0
        elif self.broken_ms is not None:
            if self.asleep == "pilot" and now_ms - self.broken_ms >= 3000:
                self.asleep = None
            self.broken_ms = None
        if limit_ma < 6000:
            self.offered_ms = None
        elif self.offered_ms is None:
            self.offered_ms = now_ms
            if self.asleep:
                self.offers += 1
                if self.asleep == "pause" and self.offers > 1:
                    self.asleep = None
        wanted = min(limit_ma, self.max_ma) if limit_ma >= 6000 and not self.full else 0
        if wanted >= self.drawn_ma:
            self.cut_ms = None
            is_on = self.drawn_ma or (
                wanted and not self.asleep and now_ms - self.offered_ms >= self.start_s * 1000
            )
            if is_on:
                self.drawn_ma = wanted
        else:
            self.cut_ms = self.cut_ms or now_ms
            if self.full or now_ms - self.cut_ms >= self.fall_s * 1000:
                self.drawn_ma = wanted
                self.cut_ms = None


class Hall:
    """limit_ma: of the one circuit; main_ma: of its meter; or `circuits` of your own.

    boxes: (phases, rotation) of each wallbox, a number for so many with three phases.
    """

    def __init__(
        self,
        boxes,
        limit_ma=None,
        main_ma=None,
        circuits=None,
        point=PilotPoint,
        clock_ms=0,
        **more,
    ):
        self.circuits = circuits or [
            Circuit("grid", None, limit_ma and [limit_ma] * 3, main_ma and [main_ma] * 3)
        ]
        if isinstance(boxes, int):
            boxes = [(3, "L123")] * boxes
        self.now_ms = 0
        self.clock_ms = clock_ms  # what the controller's clock shows then
        self.points = []
        for i, (phases, rotation) in enumerate(boxes):
            self.points.append(point("box %02d" % i, 0, phases, rotation))
        self.wiring = [order_of(rotation) or (0, 1, 2) for _, rotation in boxes]
        n = len(self.points)
        self.cars = [None] * n
        self.applied = [0] * n
        self.broken = [False] * n
        self.gone = [False] * n
        self.blocked = [False] * n
        self.heard_ms = [0] * n
        self.measures = [True] * n
        self.house = [2000, 2000, 2000]
        self.meters = True
        self.log = []
        self.worst_ma = -1000000  # above a static limit, or the fuse
        self.watches = []  # called after each step
        self.more = more
        self.start()

    def clock(self):
        return ticks_add(self.clock_ms, self.now_ms)

    def start(self):
        """The controller begins anew."""
        for circuit in self.circuits:
            circuit.points = []
            if circuit.main_ma:
                circuit.largest_ma = 0
                circuit.meter(self.clock(), 1000, True, False)
        self.site = Site(self.circuits, self.points, self.clock())
        self.site.on_event = lambda code, subject, value: self.log.append(
            (self.now_ms // 1000, code, subject, value)
        )
        options.attach(self.site, self.more, self.clock())

    def state(self, i):
        car = self.cars[i]
        if car is None:
            return NO_CAR
        if car.drawn_ma:
            return CHARGING
        if self.blocked[i]:
            return BLOCKED
        if car.full:
            return FULL
        return READY if self.applied[i] >= 6000 and not self.broken[i] else WAITING

    def report(self, i):
        p = self.points[i]
        car = self.cars[i]
        row = [0, 0, 0] if self.measures[i] else [-1, -1, -1]
        if car and self.measures[i]:
            for k in range(min(car.phases, p.phases)):
                row[k] = car.drawn_ma
        supported = 0 if self.blocked[i] else 32000
        p.report(
            *(self.clock(), self.applied[i], row[0], row[1], row[2]),
            *(self.state(i), supported, p.phases),
        )

    def grid(self):
        """What flows per phase, without the house."""
        total = [0, 0, 0]
        for i, car in enumerate(self.cars):
            if car:
                for k in range(min(car.phases, self.points[i].phases)):
                    total[self.wiring[i][k]] += car.drawn_ma
        return total

    def step(self):
        self.now_ms += STEP_MS
        now = self.now_ms
        for i, p in enumerate(self.points):
            if not self.gone[i] and not p.is_silent():
                p.sent_ms = self.clock()
                self.heard_ms[i] = now
                if p.setpoint_ma >= 0:
                    self.applied[i] = p.setpoint_ma
                    self.broken[i] = bool(p.is_open and getattr(p, "breaks_pilot", False))
            if now - self.heard_ms[i] > 30000:
                self.applied[i] = 0
            if self.cars[i]:
                limit = 0 if self.blocked[i] else self.applied[i]
                self.cars[i].step(now, limit, self.broken[i])
            if not self.gone[i] and now % 1000 == 0:
                self.report(i)
        grid = self.grid()
        circuit = self.circuits[0]
        if circuit.main_ma and self.meters and now % 1000 == 0:
            self.site.sample(0, self.clock(), *[grid[k] + self.house[k] for k in range(3)], False)
        self.site.step(self.clock())
        for k in range(3):
            over = -1000000
            if circuit.limit_ma:
                over = grid[k] - circuit.limit_ma[k]
            if circuit.main_ma:
                over = max(over, grid[k] + self.house[k] - circuit.main_ma[k])
            self.worst_ma = max(self.worst_ma, over)
        for p in self.points:
            assert p.setpoint_ma <= 0 or p.min_ma <= p.setpoint_ma <= p.max_ma, p.name
        for watch in self.watches:
            watch()

    def run(self, seconds):
        end = self.now_ms + seconds * 1000
        while self.now_ms < end:
            self.step()

    def until(self, condition, seconds):
        """Run until condition() holds; return the seconds that took, None: it never did."""
        begin = self.now_ms
        while self.now_ms < begin + seconds * 1000:
            self.step()
            if condition():
                return (self.now_ms - begin) // 1000
        return None

    def charging(self):
        return [i for i, car in enumerate(self.cars) if car and car.drawn_ma]

    def on(self):
        return [i for i, p in enumerate(self.points) if p.setpoint_ma > 0]

    def told(self, code, subject=None):
        """(second, value) of each event with this code."""
        return [(s, v) for s, c, i, v in self.log if c == code and subject in (None, i)]

    def check_static(self):
        """No limit without a meter is exceeded by setpoints, nor by what is kept for the lost:
        a watch."""
        if not self.site.learned():
            return
        for j in range(3 * len(self.circuits)):
            limit = self.circuits[j // 3].limit_ma
            if limit is not None:
                total = 0
                for p in self.points:
                    if j in p.seat.places:
                        if p.heard or p.setpoint_ma >= 0:  # else it has not been heard of yet
                            total += max(p.setpoint_ma, 0) if p.heard else p.may_ma
                assert total <= limit[j % 3], (self.now_ms, j, total)
