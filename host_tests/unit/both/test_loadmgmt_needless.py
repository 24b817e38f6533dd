"""No car is stopped for something that is only not known yet (R7, R9), in virtual time."""

from loadmgmt import limits
from loadmgmt.circuit import Circuit
from loadmgmt.point import CHARGING, READY, WAITING, ChargePoint
from loadmgmt.site import Site
from virtual_site import VirtualSite


class LateDice:
    """A car that uses up all the time that it has to follow a cut."""

    def randint(self, _low, _high):
        return 4800


def restart(virtual):
    """Begin as after a reset of the controller: wallboxes and cars go on, nothing is known."""
    old = virtual.circuit
    circuit = Circuit("grid", None, old.limit_ma, old.main_ma)
    if old.metered:
        circuit.meter(virtual.now_ms, 1000, old.includes, False)
    points = []
    for box in virtual.boxes:
        point = ChargePoint(box.point.name, 0, 3, box.point.rotation)
        point.dead_man_ms = 30000
        box.point = point
        points.append(point)
    virtual.circuit = circuit
    virtual.site = Site([circuit], points, virtual.now_ms)


def test_a_car_that_follows_its_cut_as_late_as_it_may_costs_the_others_nothing():
    virtual = VirtualSite(1, n=3, single=False, start_ms=2000)
    for box in virtual.boxes:
        box.car.max_ma = 32000
    virtual.run(90)
    assert min(virtual.setpoints()) >= 6000
    for box in virtual.boxes:
        box.car.dice = LateDice()
    limits.set_available(virtual.site, 13000)
    virtual.step(100)
    for _ in range(20):
        virtual.run(1)
        on = [setpoint for setpoint in virtual.setpoints() if setpoint >= 6000]
        assert len(on) == 2, virtual.setpoints()


def test_running_charges_go_on_when_the_controller_restarts():
    for options in ({}, {"includes": False}, {"main_ma": None, "limit_ma": 24000}):
        for gone in (False, True):
            virtual = VirtualSite(2, n=3, single=False, start_ms=2000, **options)
            virtual.run(90)
            assert min(virtual.setpoints()) >= 6000
            before = virtual.setpoints()
            virtual.boxes[0].gone = gone
            restart(virtual)
            for _ in range(20):
                virtual.run(1)
                for i in range(gone, 3):
                    setpoint = virtual.setpoints()[i]
                    assert setpoint == -1 or setpoint >= 6000, (options, gone, virtual.setpoints())
                    # nothing is raised before each was heard or could no longer draw
                    assert not gone or setpoint <= before[i], (options, virtual.setpoints())


def test_a_wallbox_that_loses_its_power_is_no_reason_to_doubt_the_meter():
    for seed in range(4):
        virtual = VirtualSite(seed, n=3, single=False, start_ms=2000)
        virtual.run(90 + seed)
        assert min(virtual.setpoints()) >= 6000
        box = virtual.boxes[seed % 3]
        virtual.step(250 * seed)
        box.gone = True
        box.car = None
        for _ in range(12):
            virtual.run(1)
            assert virtual.circuit.believed()
            for other in virtual.boxes:
                assert other is box or other.point.setpoint_ma >= 6000, virtual.setpoints()


def test_a_lower_available_current_stops_no_car_on_an_unknown_phase():
    for available in (20000, 30000):
        virtual = VirtualSite(1, n=3, known=False, main_ma=63000, start_ms=2000)
        for box in virtual.boxes:
            box.car.phases = 1
            box.car.max_ma = 16000
        virtual.run(120)
        assert min(virtual.setpoints()) > 16000
        limits.set_available(virtual.site, available)
        for _ in range(20):
            virtual.run(1)
            assert min(virtual.setpoints()) >= 6000, virtual.setpoints()
            assert available - 1000 < sum(virtual.setpoints()) <= available


def test_what_one_meter_sees_of_a_car_on_an_unknown_phase_is_no_room_below_another():
    # the meter of the house is before the wallboxes' branch, the one of the branch is in it
    house = Circuit("house", None, None, [35000] * 3)
    house.meter(0, 1000, False, False)
    branch = Circuit("branch", 0, None, [35000] * 3)
    branch.meter(0, 1000, True, False)
    point = ChargePoint("box", 1)
    point.dead_man_ms = 30000
    site = Site([house, branch], [point], 0)
    for second in range(1, 90):
        now = second * 1000
        setpoint = max(point.setpoint_ma, 0)
        drawn = min(setpoint, 10000)
        point.sent_ms = now - 700
        point.report(now - 400, setpoint, drawn, 0, 0, CHARGING if drawn else READY, 32000, 3)
        site.sample(0, now, 20000, 20000, 20000, False)
        site.sample(1, now, drawn, 0, 0, False)
        site.step(now)
        site.step(now + 500)
        assert point.setpoint_ma <= 13000  # 33 A less the 20 A of the house
    assert point.setpoint_ma == 13000


def test_a_raise_that_has_not_arrived_does_not_hide_a_step_of_the_house():
    virtual = VirtualSite(1, n=1, single=False, start_ms=2000)
    box = virtual.boxes[0]
    box.car.max_ma = 32000
    virtual.house = [20000, 20000, 20000]
    virtual.run(60)
    assert 12000 <= box.point.setpoint_ma <= 13000
    # the house leaves room and the wallbox is raised, but no command reaches it any more
    step = box.step

    def deaf_step(now, elapsed):
        step(now, elapsed)
        box.point.sent_ms = now
        if now % 1000 == 300:
            box.answer(now)

    box.step = deaf_step
    box.command = lambda now: None
    virtual.house = [12000, 12000, 12000]
    assert virtual.run_until(lambda: box.point.setpoint_ma > 20000, 30)
    virtual.house = [20000, 20000, 20000]
    virtual.run(2)
    # what its car leaves of the applied current, and the noise, are on top
    assert box.point.setpoint_ma <= 13000 + 500 + 100


def test_a_car_that_takes_less_of_its_own_accord_costs_the_others_nothing():
    for seed in range(8):
        virtual = VirtualSite(seed, n=4, single=False, start_ms=2000)
        for box in virtual.boxes:
            box.car.max_ma = 32000
        virtual.run(100 + seed)
        assert sum(virtual.setpoints()) > 30000
        virtual.step(125 * seed)
        before = virtual.setpoints()
        virtual.boxes[0].car.max_ma = 0  # it pauses
        virtual.run(4)
        for now, was in zip(virtual.setpoints(), before):
            assert now >= was - 200, (seed, before, virtual.setpoints())


def test_whoever_can_go_on_beside_those_that_were_stopped_goes_on():
    virtual = VirtualSite(3, n=3, single=False, start_ms=2000)
    for i in (0, 2):
        virtual.boxes[i].point.min_ma = 9200
    for box in virtual.boxes:
        box.car.max_ma = 32000
    virtual.run(60)
    virtual.boxes[1].point.since_ms = 1  # after one of the others it is the next to be stopped
    virtual.boxes[2].point.since_ms = 2
    virtual.boxes[0].point.since_ms = 0
    virtual.house = [25000, 25000, 25000]
    virtual.run(2)
    assert virtual.setpoints()[1] >= 6000, virtual.setpoints()


def test_room_that_others_make_for_a_stopped_car_is_not_taken_for_a_load_of_the_house():
    virtual = VirtualSite(5, n=3, single=False, start_ms=2000)
    for box in virtual.boxes:
        box.car.max_ma = 32000
        box.point.min_ma = 9200
    virtual.run(60)
    assert min(virtual.setpoints()) >= 9200
    virtual.house = [9000, 9000, 9000]
    virtual.run(5)
    assert 0 in virtual.setpoints()
    virtual.house = [2000, 2000, 2000]
    assert virtual.run_until(lambda: min(virtual.setpoints()) >= 9200, 100)


def test_a_few_mA_too_much_for_the_others_keep_no_car_waiting():
    virtual = VirtualSite(1, n=2, main_ma=None, limit_ma=9250, single=False, start_ms=2000)
    old, newcomer = virtual.boxes
    old.point.min_ma = 9200
    waiting, newcomer.car = newcomer.car, None
    virtual.run(30)
    assert virtual.setpoints() == [9250, 0]
    newcomer.car = waiting
    virtual.run(3)
    virtual.circuit.limit_ma = [15200] * 3
    virtual.run(30)
    assert virtual.setpoints() == [9200, 6000]


def test_the_time_of_a_wallbox_that_ignores_a_cut_runs_on_when_it_is_cut_further():
    for seed in range(6):
        virtual = VirtualSite(seed, n=3, single=False, start_ms=2000)
        for box in virtual.boxes:
            box.car.max_ma = 32000
        virtual.run(90)
        rebel = virtual.boxes[0]
        deliver = rebel.command

        def ignore(now, rebel=rebel, deliver=deliver):
            deliver(now)
            rebel.on_its_way.clear()

        rebel.command = ignore
        virtual.house = [10000, 10000, 10000]
        virtual.run(25)
        assert virtual.site.disobeys(rebel.point), seed
        # the others make up for it 8 s after the cut, and their cars follow
        assert virtual.longest_ms <= 12500, (seed, virtual.longest_ms)


def test_a_second_cut_of_a_wallbox_that_cannot_measure_stops_nobody_else():
    circuit = Circuit("grid", None, [40000] * 3)
    a = ChargePoint("a", 0, 3, "L123")
    b = ChargePoint("b", 0, 3, "L123")
    b.priority = 1
    site = Site([circuit], [a, b], 0)
    for now in range(500, 90000, 500):
        for p in (a, b):
            applied = max(p.setpoint_ma, 0)
            drawn = -1 if p is a else applied
            p.sent_ms = now - 300
            state = CHARGING if applied else READY
            p.report(now, applied, drawn, drawn, drawn, state, 32000, 3)
        if now == 40000:
            limits.put(circuit, [14000] * 3, None)
        if now == 47000:
            limits.put(circuit, [8000] * 3, None)
        site.step(now)
        assert now < 40000 or b.setpoint_ma >= 7000, now
    assert (a.setpoint_ma, b.setpoint_ma) == (0, 8000)


def test_one_that_does_not_obey_is_told_less_with_every_overload():
    circuit = Circuit("grid", None, [32000] * 3)
    point = ChargePoint("a", 0, 3, "L123")
    site = Site([circuit], [point], 0)
    for now in range(500, 60000, 500):
        point.sent_ms = now - 300
        point.report(now, 20000, 20000, 20000, 20000, CHARGING, 32000, 3)
        if now == 20000:
            limits.put(circuit, [10000] * 3, None)
        if now == 45000:
            limits.put(circuit, [5000] * 3, None)
        site.step(now)
        if now == 44000:
            assert point.setpoint_ma == 6000 and site.disobeys(point)
    assert point.setpoint_ma == 0 and point.may_ma == 20000


def test_one_that_cannot_measure_counts_once_below_two_meters_while_another_starts():
    grid = Circuit("grid", None, None, [16000] * 3)
    carport = Circuit("carport", 0, None, [60000] * 3)
    for circuit in (grid, carport):
        circuit.largest_ma = 0
        circuit.meter(0, 1000, True, False)
    points = [ChargePoint(name, 1, 3, "L123", 6000, 6000) for name in "ab"]
    site = Site([grid, carport], points, 0)
    offered = [None, None]
    for now in range(500, 120000, 500):
        total = 0
        for i, p in enumerate(points):
            setpoint = max(p.setpoint_ma, 0)
            if setpoint and offered[i] is None:
                offered[i] = now
            state = WAITING if not setpoint else READY
            if setpoint and now - offered[i] >= (6000, 17000)[i]:
                state = CHARGING
                total += setpoint
            p.sent_ms = now - 300
            p.report(now, setpoint, -1, -1, -1, state, 32000, 3)
        if now % 1000 == 0:
            site.sample(0, now, total, total, total, False)
            site.sample(1, now, total, total, total, False)
        site.step(now)
        assert offered[0] is None or min(p.setpoint_ma for p in points) == 6000, now
    assert total == 12000
