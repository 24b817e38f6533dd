"""Raises at most every so many seconds: nothing comes earlier, cuts wait for nothing, and in the
end everybody has what they had without it."""

from hall import Car, Hall
from random_judge import Broken, Judge
from random_plan import Dice, plan
from random_site import RandomSite

from compat import ticks_diff
from loadmgmt import options, takeover
from loadmgmt.circuit import Circuit
from loadmgmt.pace import Pacer
from loadmgmt.point import ChargePoint
from loadmgmt.site import Site

SEEDS = range(3, 15)
EVERY_MS = 20000


class Watched(Hall):
    """Notes when a setpoint rose, and by how much the sum of them fell last."""

    def begin(self):
        self.rose_ms = []
        self.before = [p.setpoint_ma for p in self.points]
        self.watches.append(self.look)

    def look(self):
        for p, was in zip(self.points, self.before):
            if p.setpoint_ma > was >= 0 and self.rose_ms[-1:] != [self.now_ms]:
                self.rose_ms.append(self.now_ms)
        self.before = [p.setpoint_ma for p in self.points]


def hall_of(every_ms, cars=4):
    made = Watched(4, 40000, 63000, pace_ms=every_ms)
    made.begin()
    made.run(5)
    for i in range(cars):
        made.cars[i] = Car(max_ma=16000 + 4000 * i)
    return made


def test_raises_are_so_far_apart():
    for every_ms in (10000, 30000, 120000):
        made = hall_of(every_ms)
        made.run(600)
        for i in (3, 1):
            made.cars[i] = None  # its current is for the others
            made.run(200)
            made.cars[i] = Car()
            made.run(200)
        times = made.rose_ms
        assert len(times) > 3
        for k in range(1, len(times)):
            assert times[k] - times[k - 1] >= every_ms, (every_ms, times)


def test_in_the_end_it_is_the_same():
    shares = []
    for every_ms in (0, 60000):
        made = hall_of(every_ms)
        made.run(1200)
        shares.append([p.setpoint_ma // 500 for p in made.points])
    assert shares[0] == shares[1], shares


def test_a_cut_waits_for_nothing():
    made = hall_of(300000, 2)
    made.run(400)
    drawn = sum([p.setpoint_ma for p in made.points])
    assert drawn > 30000
    made.house = [45000, 2000, 2000]
    assert made.until(lambda: sum([p.setpoint_ma for p in made.points]) <= 18000, 3) is not None


def test_it_is_not_there_unless_it_is_wanted():
    assert hall_of(0).site.modules == ()
    assert [type(m) for m in hall_of(1000).site.modules] == [Pacer]


def test_trees_do_not_wait_for_each_other():
    circuits = [Circuit("a", None, [20000] * 3), Circuit("b", None, [20000] * 3)]
    points = [ChargePoint("p", 0, 3, "L123"), ChargePoint("q", 1, 3, "L123")]
    site = Site(circuits, points, 0)
    pacer = Pacer(site, 0, 10000)
    for p in points:
        p.setpoint_ma = 0
    pacer.look(site, 1000)
    points[1].setpoint_ma = 6000
    pacer.look(site, 2000)
    assert (circuits[0].settled_ms, circuits[1].settled_ms) == (0, 2001)
    pacer.look(site, 11999)
    assert circuits[1].settled_ms == 12000
    pacer.look(site, 12000)
    assert circuits[1].settled_ms == 12000 and not max(pacer.waits)


def test_new_settings_do_not_shorten_the_wait():
    made = hall_of(60000, 2)
    assert made.until(lambda: len(made.rose_ms) == 1, 60) is not None
    made.step()
    old, was_ms = made.site, made.now_ms
    points = [type(p)(p.name, 0, p.phases, p.rotation) for p in made.points]
    made.points, made.circuits = points, [Circuit("grid", None, [40000] * 3, [63000] * 3)]
    made.start()
    takeover.take_over(old, made.site, points, made.clock())
    made.cars[2] = Car()
    pacer = made.site.modules[0]
    assert pacer.waits[0] and ticks_diff(made.clock(), pacer.raised_ms[0]) <= 1000
    assert made.until(lambda: len(made.rose_ms) == 2, 200) is not None
    assert made.rose_ms[1] - made.rose_ms[0] >= 60000, (made.rose_ms, was_ms)


class Paced(RandomSite):
    def start(self):
        super().start()
        options.attach(self.site, {"pace_ms": EVERY_MS}, self.now)


class PaceJudge(Judge):
    """And no two raises of a tree are closer than EVERY_MS."""

    def before(self, s):
        if s.site is not self.brain:
            self.rose_ms = {}
        super().before(s)

    def after(self, s, before):
        super().after(s, before)
        for box, was in zip(s.boxes, before):
            point = box.point
            if point.setpoint_ma > was >= 0:
                root = s.site.circuits[point.circuit].path[-1]
                last_ms = self.rose_ms.get(root)
                if last_ms is not None and 0 < s.now_ms - last_ms < EVERY_MS:
                    raise Broken("pace", s.now_ms, (box.name, last_ms))
                self.rose_ms[root] = s.now_ms


def test_random_sites_keep_all_rules_and_the_pace():
    raises = 0
    for seed in SEEDS:
        site = Paced(plan(Dice(seed), 150, 10))
        judge = PaceJudge(site)
        try:
            site.run()
        except Exception:
            print("seed", seed)
            raise
        raises += judge.raises
    assert raises > 20
