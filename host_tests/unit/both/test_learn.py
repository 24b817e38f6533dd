"""The rotation learner on small scripted sites: what it concludes, and what never misleads it."""

from compat import ticks_add
from loadmgmt import event, options, takeover
from loadmgmt.circuit import Circuit
from loadmgmt.point import CHARGING, READY, ChargePoint
from loadmgmt.site import Site

L1, L2, L3 = range(3)


class Bench:
    """One metered circuit and some wallboxes whose currents the test sets."""

    def __init__(self, n=1, rotations=(), learn="use", includes=True, generation=False, **more):
        self.now_ms = 1000
        circuit = Circuit("grid", None, None, [100000] * 3)
        circuit.meter(self.now_ms, 1000, includes, generation)
        self.points = []
        for i in range(n):
            point = ChargePoint("box %d" % i, 0, 3, rotations[i] if i < len(rotations) else None)
            point.dead_man_ms = 30000
            self.points.append(point)
        self.site = Site([circuit], self.points, self.now_ms)
        self.events = []
        self.site.on_event = lambda *what: self.events.append(what)
        options.attach(self.site, dict({"learn": learn}, **more), self.now_ms)
        self.learner = self.site.learner
        self.house = [9000, 9000, 9000]
        self.drawn = [[0, 0, 0] for _ in range(n)]
        self.wiring = [(L1, L2, L3)] * n
        self.measures = [True] * n
        self.clamps = (1, 2, 3)
        self.sees = includes
        self.setpoints = [None] * n  # what the test sets, None: as the brain decides

    def shown_by_meter(self):
        grid = list(self.house)
        for drawn, wiring in zip(self.drawn, self.wiring):
            for k in range(3 if self.sees else 0):
                grid[wiring[k]] += drawn[k]
        return [grid[abs(c) - 1] if c > 0 else -grid[abs(c) - 1] for c in self.clamps]

    def second(self, seconds=1):
        for _ in range(seconds):
            self.now_ms = ticks_add(self.now_ms, 500)
            for i, p in enumerate(self.points):
                a, b, c = self.drawn[i]
                charging = max(self.drawn[i]) > 0
                p.sent_ms = self.now_ms
                applied = max(p.setpoint_ma, 0)
                if self.setpoints[i] is not None:
                    applied = p.setpoint_ma = self.setpoints[i]
                if not self.measures[i]:
                    a = b = c = -1
                car = CHARGING if charging else READY
                p.report(self.now_ms, applied, a, b, c, car, 32000, 3)
            self.site.step(ticks_add(self.now_ms, 100))
            self.now_ms = ticks_add(self.now_ms, 500)
            a, b, c = self.shown_by_meter()
            self.site.sample(0, self.now_ms, a, b, c, False)
            self.site.step(self.now_ms)

    def draw(self, i, *drawn):
        """Wallbox i's car goes to that current within a second."""
        self.drawn[i] = list(drawn) + [0] * (3 - len(drawn))
        self.second(20)

    def sure(self, i=0):
        rotation, percent, is_sure = self.learner.shown(i)
        assert 0 <= percent <= 99
        return rotation if is_sure else None

    def told(self, code):
        return [what[1:] for what in self.events if what[0] == code]


def charge(bench, i=0, phases=1, times=4):
    for _ in range(times):
        bench.draw(i, *([14000] * phases))
        bench.draw(i, *([7000] * phases))


def test_one_phase_car_is_found_and_its_rotation_used():
    bench = Bench()
    bench.wiring[0] = (L2, L3, L1)
    bench.second(10)
    charge(bench)
    assert bench.sure() == "L231"
    assert bench.learner.shown(0)[1] >= 90
    assert bench.points[0].rotation == "L231"
    assert len(bench.told(event.LEARNT)) == 1
    index, value = bench.told(event.LEARNT)[0]
    assert (index, value % 10) == (0, 3)
    assert value // 10 > 50
    assert bench.learner.known() == {0: "L231"}


def test_one_movement_is_never_enough():
    bench = Bench()
    bench.second(10)
    for ma in range(1000, 17000, 1000):
        bench.drawn[0] = [ma, 0, 0]
        bench.second()
    bench.second(20)
    assert bench.sure() is None
    assert bench.learner.shown(0)[0] == "L123"


def test_shown_only_is_not_used():
    bench = Bench(learn="show")
    bench.second(10)
    charge(bench)
    assert bench.sure() == "L123"
    assert bench.points[0].rotation is None


def test_two_phase_car_tells_which_two():
    bench = Bench()
    bench.wiring[0] = (L3, L1, L2)
    bench.second(10)
    charge(bench, phases=2)
    assert bench.sure()[3] == "2"
    assert bench.learner.known() == {}  # its first phase is not known


def test_one_and_two_phase_cars_tell_all():
    bench = Bench()
    bench.wiring[0] = (L3, L2, L1)
    bench.second(10)
    charge(bench, phases=2)
    bench.draw(0)
    charge(bench, phases=1)
    assert bench.sure() == bench.points[0].rotation == "L321"


def test_a_car_on_more_phases_than_are_known_counts_on_all():
    bench = Bench()
    bench.wiring[0] = (L3, L2, L1)
    bench.second(10)
    charge(bench)
    assert bench.points[0].rotation is not None
    bench.drawn[0] = [7000, 7000, 0]
    bench.second(2)
    assert bench.points[0].rotation is None
    assert bench.sure() is None


def test_balanced_car_tells_nothing_of_its_phases():
    bench = Bench()
    bench.second(10)
    charge(bench, phases=3)
    assert bench.learner.shown(0)[0] is None
    assert not bench.told(event.LEARNT)


def test_a_step_of_its_size_on_another_phase_does_not_mislead():
    bench = Bench()
    bench.second(10)
    for _ in range(6):
        for ma in (14000, 7000):
            bench.house[L3] += ma - bench.drawn[0][0]
            bench.draw(0, ma)
    assert bench.sure() is None  # nobody could tell
    charge(bench, times=3)
    assert bench.sure() == "L123"


def test_a_step_that_hides_it_does_not_mislead():
    bench = Bench()
    bench.second(10)
    for _ in range(6):
        for ma in (14000, 7000):
            bench.house[L1] -= ma - bench.drawn[0][0]
            bench.draw(0, ma)
    assert bench.sure() is None
    charge(bench, times=4)
    assert bench.sure() == "L123"


def test_both_at_once_teaches_nothing():
    bench = Bench()
    bench.second(10)
    bench.house[L1] -= 14000
    bench.house[L2] += 14000
    bench.draw(0, 14000)
    assert bench.sure() is None
    charge(bench)
    assert bench.sure() == "L123"


def test_two_cars_at_once_are_told_apart_by_their_sizes():
    bench = Bench(n=2)
    bench.wiring = [(L1, L2, L3), (L3, L1, L2)]
    bench.second(10)
    for a, b in ((14000, 7000), (7000, 10000)) * 4:
        bench.drawn[0] = [a, 0, 0]
        bench.draw(1, b)
    assert bench.sure(0) == "L123"
    assert bench.sure(1) == "L312"


def test_two_cars_that_do_the_same_are_not_told_apart():
    bench = Bench(n=2)
    bench.wiring = [(L1, L2, L3), (L3, L1, L2)]
    bench.second(10)
    for a in (14000, 7000) * 6:
        bench.drawn[0] = [a, 0, 0]
        bench.draw(1, a)
    assert bench.sure(0) is None
    assert bench.sure(1) is None


def test_without_own_measurement_it_is_found_by_its_setpoints():
    bench = Bench()
    bench.measures[0] = False
    bench.wiring[0] = (L2, L3, L1)
    bench.second(20)
    for ma in (12000, 0, 12000, 8000, 13000, 0, 10000):
        bench.setpoints[0] = ma
        bench.draw(0, ma)
        bench.second(10)  # it is known what it draws when it had its time
    assert bench.sure() == "L231"


def test_new_wires_take_it_back():
    bench = Bench()
    bench.second(10)
    charge(bench, times=10)
    assert bench.sure() == "L123"
    bench.wiring[0] = (L2, L3, L1)
    charge(bench, times=4)
    assert bench.told(event.UNLEARNT) == [(0, 1)]
    assert bench.points[0].rotation != "L123"
    charge(bench, times=3)
    assert bench.sure() == "L231"


def test_settings_that_are_wrong_are_contradicted():
    bench = Bench(n=2, rotations=("L123", "L123"), learn="show")
    bench.wiring[1] = (L3, L1, L2)
    bench.second(10)
    charge(bench, 0)
    assert bench.sure(0) == "L123"
    charge(bench, 1)
    assert bench.told(event.UNLEARNT) == [(1, 1)]
    assert bench.points[0].rotation == "L123"
    assert bench.points[1].rotation is None
    assert not bench.told(event.METER_WIRING)


def test_reversed_clamp_shows_before_any_charge():
    bench = Bench()
    bench.clamps = (1, -2, 3)
    bench.second(40)
    assert bench.learner.wiring(0) == (0, 1, 0)
    assert bench.told(event.METER_WIRING) == [(1, 1)]
    bench.clamps = (1, 2, 3)
    bench.second(60)
    assert bench.learner.wiring(0) == (0, 0, 0)


def test_two_negative_phases_may_be_swapped_clamps():
    bench = Bench()
    bench.clamps = (-2, -1, 3)
    bench.second(40)
    assert bench.learner.wiring(0) == (2, 2, 0)


def test_with_generation_a_reversed_clamp_shows_at_the_first_charge():
    bench = Bench(generation=True)
    bench.house = [-9000, -9000, -9000]
    bench.clamps = (-1, 2, 3)
    bench.second(40)
    assert bench.learner.wiring(0) == (0, 0, 0)
    charge(bench, times=2)
    assert bench.learner.wiring(0)[0] == 1
    assert bench.sure() is None


def test_swapped_clamps_show_against_the_settings():
    bench = Bench(n=2, rotations=("L123", "L123"))
    bench.clamps = (2, 1, 3)
    bench.second(10)
    charge(bench, 0)
    charge(bench, 1)
    assert bench.learner.wiring(0) == (2, 2, 0)


def test_a_meter_that_does_not_see_the_wallboxes():
    bench = Bench(generation=True)
    bench.sees = False
    bench.second(10)
    charge(bench)
    assert bench.learner.wiring(0) == (3, 3, 3)
    assert bench.sure() is None


def test_a_meter_that_sees_them_although_it_should_not():
    bench = Bench(includes=False)
    bench.sees = True
    bench.second(10)
    charge(bench)
    assert bench.learner.wiring(0) == (4, 4, 4)
    assert bench.points[0].rotation is None


def test_a_steady_house_alone_raises_no_alarm():
    bench = Bench(n=2)
    bench.second(10)
    for turn, step in enumerate((3000, 9000, 5000, 2000, 12000, 4000) * 8):
        bench.house[turn * 7 // 3 % 3] = step
        bench.second(5)
    assert not bench.told(event.METER_WIRING)
    assert bench.learner.shown(0)[0] is None


def test_what_is_known_survives_settings_and_a_restart():
    bench = Bench()
    bench.wiring[0] = (L2, L3, L1)
    bench.second(10)
    charge(bench)
    known = bench.learner.known()
    new = Bench()
    takeover.take_over(bench.site, new.site, [new.points[0]], new.now_ms)
    assert new.sure() == "L231"
    assert new.points[0].rotation == "L231"
    again = Bench()
    again.learner.recall(0, known[0])
    again.draw(0, 7000)
    assert again.points[0].rotation == "L231"  # as soon as its car is seen to use what is known
    again.wiring[0] = (L2, L3, L1)
    again.second(10)
    charge(again)
    assert again.sure() == "L231"
    gone = Bench(n=1)
    takeover.take_over(bench.site, gone.site, [None], gone.now_ms)
    assert gone.learner.known() == {}


def test_probes_find_a_car_that_never_changes():
    bench = Bench(n=2, probe_ma=3000)
    bench.wiring[0] = (L3, L1, L2)
    bench.second(30)
    lowest = 32000
    for _ in range(300):
        p = bench.points[0]
        bench.drawn[0] = [min(16000, max(p.setpoint_ma, 6000)), 0, 0]
        bench.second()
        if p.setpoint_ma > 0:
            lowest = min(lowest, p.setpoint_ma)
    assert bench.sure() == "L312"
    assert lowest >= 6000
