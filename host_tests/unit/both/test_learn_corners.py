"""The rotation learner in corners: long silence, changing wallboxes, what it tells, its probes."""

from compat import ticks_add
from loadmgmt import event, options, takeover
from loadmgmt.circuit import Circuit
from loadmgmt.learn_place import misfit
from loadmgmt.point import CHARGING, ChargePoint
from loadmgmt.site import Site
from test_learn import L1, L2, L3, Bench, charge

_DAY_MS = 86400000


def days_pass(bench, days):
    """Nothing is heard."""
    for _ in range(4 * days):
        bench.now_ms = ticks_add(bench.now_ms, _DAY_MS // 4)
        bench.site.step(bench.now_ms)


def test_a_meter_that_was_silent_for_days_is_listened_to_again():
    for days in (1, 7, 11, 13):
        bench = Bench()
        bench.wiring[0] = (L2, L3, L1)
        bench.second(20)
        days_pass(bench, days)
        assert bench.site.learner is bench.learner
        bench.second(20)
        charge(bench)
        assert bench.site.learner is bench.learner
        assert bench.sure() == "L231"


def test_a_window_of_hours_is_no_evidence():
    bench = Bench()
    bench.second(20)
    before = list(bench.learner.score)
    bench.now_ms = ticks_add(bench.now_ms, _DAY_MS // 8)
    bench.site.step(bench.now_ms)
    bench.drawn[0] = [14000, 0, 0]
    bench.second(12)
    assert list(bench.learner.score) == before


def test_generation_that_nobody_told_of_raises_one_alarm():
    bench = Bench()
    bench.second(10)
    for turn in range(200):
        bench.house[L2] = -1500 if turn % 5 < 3 else -500
        bench.second()
    bench.house[L2] = -1500
    bench.second(30)
    for turn in range(200):
        bench.house[L2] = -500 if turn % 5 < 2 else -1500
        bench.second()
    assert len(bench.told(event.METER_WIRING)) == 1


def test_one_that_begins_to_measure_has_not_changed_by_that():
    bench = Bench()
    bench.measures[0] = False
    bench.setpoints[0] = 16000
    bench.drawn[0] = [16000, 16000, 16000]
    bench.second(60)
    before = list(bench.learner.score)
    bench.measures[0] = True
    bench.second(30)
    bench.measures[0] = False
    bench.second(60)
    assert list(bench.learner.score) == before
    assert bench.learner.ears[0].seen == 0


def test_two_that_cannot_measure_are_not_taken_for_a_car_on_two_phases():
    bench = Bench(n=2)
    bench.measures = [False, False]
    bench.wiring = [(L1, L2, L3), (L2, L3, L1)]
    bench.second(20)
    for ma in (12000, 8000, 13000, 7000, 12000, 8000, 14000, 8000, 12000):
        for i in (0, 1):
            bench.setpoints[i] = ma
            bench.drawn[i] = [ma, 0, 0]
        bench.second(30)
    assert bench.sure(0) is None
    assert bench.sure(1) is None
    assert bytes(bench.learner.bits) == b"\0\0"
    bench.points[0].max_ma = 12000  # nobody raises it any more
    for ma in (12000, 8000, 13000, 7000, 12000, 8000, 13000):  # the other one alone
        bench.points[1].max_ma = bench.setpoints[1] = ma
        bench.drawn[1] = [ma, 0, 0]
        bench.second(30)
    assert bench.sure(1) == "L231"


def test_two_phases_in_one_place_are_told():
    bench = Bench()
    bench.second(10)
    charge(bench)
    assert bench.sure() == "L123"
    for _ in range(5):
        bench.learner.moves(0, 1)
        bench.learner.add(0, 2, [150, -80, -80], 1)
        bench.learner.moves(0, 2)
    assert bench.learner.held[0] == 0
    assert bench.points[0].rotation is None
    assert bench.told(event.UNLEARNT) == [(0, 1)]


def test_what_remains_known_is_told_after_a_contradiction():
    bench = Bench()
    bench.second(10)
    charge(bench)
    charge(bench, phases=2)
    assert bench.learner.bits[0] == 5
    said = [[-80, 40, 40], [-40, 0, 40]]  # own L3: not where it was, but nobody knows where
    for turn in range(8):
        bench.learner.moves(0, 1 + turn % 2)
        bench.learner.add(0, 2, said[turn % 2][::-1], 1)
    assert bench.learner.bits[0] == 1
    assert bench.learner.known() == {0: "L123"}
    codes = [what[0] for what in bench.events if what[0] in (event.LEARNT, event.UNLEARNT)]
    assert codes[-2:] == [event.UNLEARNT, event.LEARNT]


def test_circuits_in_another_order_keep_what_was_learnt():
    bench = Bench()
    bench.wiring[0] = (L2, L3, L1)
    bench.second(10)
    charge(bench)
    for name, kept in (("grid", "L231"), ("other", None)):
        root = Circuit("root", None, [63000] * 3)
        meter = Circuit(name, 0, None, [100000] * 3)
        meter.meter(bench.now_ms, 1000, True, False)
        point = ChargePoint("box 0", 1, 3)
        new = Bench()
        new.site = Site([root, meter], [point], bench.now_ms)
        options.attach(new.site, {"learn": "use"}, bench.now_ms)
        takeover.take_over(bench.site, new.site, [point], bench.now_ms)
        assert point.rotation == kept


def test_what_no_meter_tells_of_is_not_recalled():
    bench = Bench(includes=False)
    bench.learner.recall(0, "L231")
    assert bench.learner.known() == {}
    bench.draw(0, 7000)
    assert bench.points[0].rotation is None


def test_what_was_known_as_a_whole_is_so_after_a_restart():
    bench = Bench()
    bench.wiring[0] = (L3, L2, L1)
    bench.second(10)
    bench.learner.recall(0, "L321")
    charge(bench, phases=2)
    charge(bench)
    assert bench.learner.known() == {0: "L321"}
    assert not bench.told(event.LEARNT)
    assert not bench.told(event.UNLEARNT)
    bench = Bench()
    bench.second(10)
    bench.learner.recall(0, "L231")
    bench.wiring[0] = (L2, L1, L3)  # of a cyclic one only the first is sure
    charge(bench, phases=2)
    assert bench.learner.known() == {0: "L213"}
    assert not bench.told(event.UNLEARNT)


def test_large_misfits_are_small_integers():
    assert misfit(1 << 20, 1) == misfit(-(1 << 20), 1) == misfit(8000, 1)
    assert misfit(0, 0) == 0


class Probed(Bench):
    """A car that follows its setpoint, and counts how often it has to."""

    def go(self, seconds):
        found = 0
        for _ in range(seconds):
            p = self.points[0]
            self.drawn[0] = [min(16000, max(p.setpoint_ma, 6000))] * 3
            tries = self.learner.probe.tries[0]
            self.second()
            found += self.learner.probe.tries[0] != tries
        return found


def unsure(**more):
    """A wallbox that cannot measure, with a car on three phases: it never gets sure."""
    bench = Probed(probe_ma=3000, **more)
    bench.measures[0] = False
    bench.second(30)
    return bench


def test_a_car_is_not_probed_for_ever():
    bench = unsure()
    assert bench.go(1500) == 10
    assert bench.go(300) == 0
    p = bench.points[0]
    p.car = 0
    bench.learner.look(bench.site, bench.now_ms)
    assert bench.go(120) > 0  # another car


def test_no_probe_of_one_that_disobeys_is_open_or_paused():
    for name, value in (("is_open", True), ("paused", True)):
        bench = unsure()
        setattr(bench.points[0], name, value)
        p = bench.points[0]
        learner = bench.learner
        p.car = CHARGING
        p.setpoint_ma = p.applied_ma = p.may_ma = 16000
        for _ in range(4):
            bench.now_ms = ticks_add(bench.now_ms, 31000)
            learner.probe.look(learner, bench.site, bench.now_ms)
        assert learner.probe.tries[0] == 0
    bench = unsure()
    p = bench.points[0]
    p.car = CHARGING
    p.setpoint_ma = 16000
    p.applied_ma = 20000
    for _ in range(4):
        bench.now_ms = ticks_add(bench.now_ms, 31000)
        bench.learner.probe.look(bench.learner, bench.site, bench.now_ms)
    assert bench.learner.probe.tries[0] == 0
    p.applied_ma = 16000
    bench.learner.probe.look(bench.learner, bench.site, bench.now_ms)
    assert bench.learner.probe.tries[0] == 1
    assert p.setpoint_ma == 13000


def test_no_probes_where_the_other_phases_rely_on_it():
    circuit = Circuit("grid", None, None, [100000] * 3)
    circuit.meter(0, 1000, True, False)
    circuit.imbalance_ma = 20000
    site = Site([circuit], [ChargePoint("box")], 0)
    options.attach(site, {"learn": "use", "probe_ma": 3000}, 0)
    assert site.learner.probe is None
