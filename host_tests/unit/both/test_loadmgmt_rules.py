"""The rules that never bend, on whole sites in virtual time: what physically could flow counts."""

import virtual_site
from loadmgmt import event, limits, reason, trust
from loadmgmt.circuit import Circuit
from loadmgmt.point import CHARGING, READY, ChargePoint
from loadmgmt.site import Site
from virtual_site import VirtualSite

VARIANTS = (
    {},
    {"known": False},
    {"includes": False},
    {"measures": False},
    {"main_ma": None, "limit_ma": 32000},
    {"limit_ma": 20000},
)


def variants(**more):
    for variant in VARIANTS:
        for seed in (1, 2, 3):
            options = dict(variant)
            options.update(more)
            yield VirtualSite(seed, n=(2, 6, 9)[seed - 1], **options)


class RaiseCheck:
    """R1 at every raise: all that may physically flow, and the house, stay within the limits."""

    def __init__(self, settled_ms=0):
        self.since_ms = settled_ms

    def __call__(self, virtual, before, after):
        if virtual.now_ms < self.since_ms:
            return
        raised = []
        total = [0, 0, 0]
        for i, box in enumerate(virtual.boxes):
            phases = box.wiring[: box.car.phases if box.car else 3]
            most = max(box.potential_ma(), after[i])
            for p in phases:
                total[p] += most
            if after[i] > before[i] >= 0:
                raised += phases
        circuit = virtual.circuit
        for p in raised:
            if circuit.limit_ma:
                assert total[p] <= circuit.limit_ma[p], (virtual.now_ms, total)
            if circuit.metered:
                limit = circuit.target_ma[p] + 2 * virtual.noise_ma
                assert total[p] + virtual.house[p] <= limit, (virtual.now_ms, total, virtual.house)


def legal_setpoints(virtual, before, after):
    """R4: 0 or at least the minimum, at most the maximum."""
    for box in virtual.boxes:
        point = box.point
        s = point.setpoint_ma
        assert s in (-1, 0) or point.min_ma <= s <= point.max_ma, s


def test_a_quiet_house_is_never_overloaded_nor_a_car_cut_or_stopped_for_nothing():
    for virtual in variants():
        virtual.checks = (RaiseCheck(), legal_setpoints)
        virtual.run(240)
        assert virtual.longest_ms == 0
        for code, _ in virtual.events:
            assert code not in (event.OVERLOAD, event.STOPPED, event.METER_LOST, event.DISOBEYS)
        assert max(virtual.setpoints()) >= 6000
        assert max(virtual.grid()) > 9000


def test_house_steps_are_answered_in_the_next_sample_for_the_whole_overload():
    for virtual in variants():
        if not virtual.main_ma:
            continue
        steps = ((5000, 0, 0), (0, 10000, 0), (16000, 0, 0), (10000, 10000, 10000), (0, 0, 16000))
        virtual.run(100)
        virtual.checks = (legal_setpoints,)
        for step in steps:
            virtual.house = [2000 + ampere for ampere in step]
            # one that cannot measure may have been cut for a phase that its car does not use: the
            # meter shows that when the cars have followed
            seconds = 2 if virtual.boxes[0].measures else 8
            virtual.run(seconds)
            # what the cars may draw once they have followed, against the fuse
            total = list(virtual.house)
            drawing = 0
            for box in virtual.boxes:
                drawn = min(box.point.setpoint_ma, box.car.drawn_ma)
                drawing += drawn
                for k in range(box.car.phases):
                    total[box.wiring[k]] += drawn
            assert drawing == 0 or max(total) <= virtual.main_ma + 2 * virtual.noise_ma, total
            virtual.run(20 - seconds)
            virtual.house = [2000, 2000, 2000]
            virtual.run(40)
        # one sample period, one pass and the cars' reaction (3 s and their ramp)
        assert virtual.longest_ms <= (6000 if seconds == 2 else 12000), virtual.longest_ms


def test_raises_stay_within_r1_while_the_house_moves():
    for virtual in variants():
        if not virtual.main_ma:
            continue
        virtual.run(60)
        for k in range(8):
            virtual.checks = (RaiseCheck(virtual.now_ms + 1100), legal_setpoints)
            virtual.house = [2000 + (k % 3) * 4000, 2000 + (k % 4) * 3000, 2000]
            virtual.run(30)


def test_one_lost_wallbox_never_stops_the_others_and_keeps_its_reserve():
    for known in (True, False):
        virtual = VirtualSite(2, known=known, main_ma=63000, single=False, start_ms=2000)
        virtual.run(90)
        lost = virtual.boxes[0]
        assert lost.car.drawn_ma > 6000
        others = virtual.setpoints()[1:]
        # it goes on charging on its own until its dead-man ends that
        lost.gone = True
        reserve = lost.point.may_ma
        checks = (RaiseCheck(), legal_setpoints)
        virtual.checks = checks
        virtual.run(10)
        assert lost.point.lost and lost.point.is_silent()
        assert lost.point.reason == reason.LOST
        assert lost.point.may_ma == reserve > 0
        assert (event.CHARGER_LOST, 0) in virtual.events
        for now, was in zip(virtual.setpoints()[1:], others):
            assert now >= 6000 or was == 0
        virtual.run(20)
        assert lost.point.may_ma == reserve
        virtual.run(10)
        assert lost.point.may_ma == 0 and lost.applied_ma == 0
        assert not lost.point.is_silent()  # 0 A is safe: it is looked for again
        # the others take over its share
        virtual.run(60)
        assert sum(virtual.setpoints()[1:]) > sum(others) + 3000
        lost.gone = False
        assert virtual.run_until(lambda box=lost: box.point.setpoint_ma >= 6000, 60)
        assert (event.CHARGER_BACK, 0) in virtual.events
        assert virtual.longest_ms == 0


def test_a_silent_meter_leads_to_the_fallback_and_back():
    for fallback, allowed in ((9999000, 0), (20000, 13000)):
        virtual = VirtualSite(3, n=2, single=False, start_ms=2000)
        virtual.circuit.fallback_ma = [fallback] * 3
        virtual.run(90)
        assert sum(virtual.setpoints()) > 20000
        virtual.meter_works = False
        virtual.run(9)
        assert sum(virtual.setpoints()) > 20000
        virtual.run(3)
        assert virtual.circuit.trust.state == trust.SILENT
        assert sum(virtual.setpoints()) <= allowed
        assert (event.METER_LOST, 0) in virtual.events
        virtual.run(20)
        total = sum([box.car.drawn_ma for box in virtual.boxes])
        assert total <= allowed
        if allowed:
            assert min(virtual.setpoints()) >= 6000
            assert virtual.boxes[0].point.reason == reason.FALLBACK
        virtual.meter_works = True
        virtual.run(2)
        assert virtual.circuit.trust.state == trust.RECOVERING
        virtual.run(2)
        assert virtual.circuit.trust.state == trust.GOOD
        virtual.run(7)
        assert sum(virtual.setpoints()) <= allowed  # the headroom has to hold first
        virtual.run(100)
        assert sum(virtual.setpoints()) > 20000


def test_a_frozen_meter_is_found_when_the_wallboxes_move():
    virtual = VirtualSite(3, n=3, single=False, start_ms=2000)
    virtual.run(60)
    virtual.frozen = list(virtual.circuit.meter_ma)
    virtual.boxes[0].car.max_ma = 6500  # the car draws less of its own accord
    assert virtual.run_until(lambda: not virtual.circuit.believed(), 40)
    assert virtual.circuit.trust.state == trust.FROZEN
    assert sum(virtual.setpoints()) == 0
    virtual.frozen = None
    assert virtual.run_until(lambda: sum(virtual.setpoints()) > 20000, 140)


def test_a_meter_that_reads_less_than_the_cars_draw_is_not_believed():
    virtual = VirtualSite(4, n=3, single=False, start_ms=2000)
    grid = virtual.grid
    virtual.run(30)
    virtual.grid = lambda: [grid()[0], grid()[1], 300]  # a clamp fell off L3
    assert virtual.run_until(lambda: not virtual.circuit.believed(), 60)
    assert virtual.circuit.trust.state == trust.LOW


def test_after_a_restart_nothing_is_raised_until_every_wallbox_is_heard_or_lost():
    virtual = VirtualSite(5, n=4, single=False, start_ms=2000)
    # three are charging already, the fourth does not answer
    for box in virtual.boxes[:3]:
        box.applied_ma = 8000
        box.car.drawn_ma = 7800
        box.car.limit_ma = 8000
    virtual.boxes[3].gone = True
    virtual.checks = (legal_setpoints, RaiseCheck())
    virtual.run(5)
    assert virtual.setpoints()[:3] == [8000, 8000, 8000]  # running charges go on
    assert virtual.boxes[3].point.reason == reason.UNHEARD
    virtual.run(25)
    assert virtual.boxes[3].point.lost
    # what the lost one may draw from before is reserved
    assert virtual.boxes[3].point.may_ma == 32000
    assert virtual.setpoints()[:3] == [8000, 8000, 8000]
    virtual.run(60)
    assert virtual.boxes[3].point.may_ma == 0
    assert min(virtual.setpoints()[:3]) > 9000


def test_a_disobedient_wallbox_counts_with_what_it_draws():
    virtual = VirtualSite(6, n=3, single=False, start_ms=2000)
    virtual.run(60)
    rebel = virtual.boxes[0]
    rebel.car.step = lambda now, elapsed, limit: None  # its draw stands still
    rebel.car.drawn_ma = 10000
    virtual.house = [15000, 15000, 15000]
    virtual.run(20)
    assert rebel.point.setpoint_ma <= 9000
    assert rebel.point.may_ma >= 10000
    total = 15000 + 10000 + sum([box.point.setpoint_ma for box in virtual.boxes[1:]])
    assert total <= 33000
    assert (event.DISOBEYS, 0) in virtual.events


def test_available_current_binds_and_is_the_reason():
    virtual = VirtualSite(7, n=2, single=False, start_ms=2000, main_ma=63000)
    virtual.run(60)
    limits.set_available(virtual.site, 14000)
    virtual.run(2)
    assert 12000 <= sum(virtual.setpoints()) <= 14000
    virtual.run(10)
    assert virtual.boxes[0].point.reason == reason.EXTERNAL
    limits.set_available(virtual.site, 0)
    virtual.run(2)
    assert sum(virtual.setpoints()) == 0
    limits.set_available(virtual.site, None)
    virtual.run(90)
    assert sum(virtual.setpoints()) > 40000


def test_a_new_car_gets_its_share_from_the_others():
    virtual = VirtualSite(8, n=3, single=False, start_ms=2000)
    newcomer = virtual.boxes[2]
    car = newcomer.car
    car.max_ma = 32000
    newcomer.car = None
    virtual.run(60)
    assert newcomer.point.setpoint_ma == 0 and newcomer.point.reason == reason.NO_CAR
    newcomer.car = car
    virtual.checks = (RaiseCheck(), legal_setpoints)
    assert virtual.run_until(lambda: newcomer.point.setpoint_ma >= 6000, 15)
    virtual.run(60)
    least, most = min(virtual.setpoints()), max(virtual.setpoints())
    assert least >= 9000 and most - least <= 1000


def test_a_car_that_does_not_fit_waits_and_the_reason_names_the_limit():
    virtual = VirtualSite(9, n=6, single=False, start_ms=2000)
    virtual.run(90)
    waiting = [box for box in virtual.boxes if box.point.setpoint_ma == 0]
    assert len(waiting) == 1  # 31 A for cars of at least 6 A each
    assert waiting[0].point.reason == reason.WAITS_TURN
    assert waiting[0].point.reason_at in (0, 1, 2)


def test_restart_after_a_stop_takes_a_minute_of_headroom():
    virtual = VirtualSite(10, n=1, single=False, start_ms=2000)
    virtual.run(60)
    virtual.house = [30000, 2000, 2000]
    virtual.run(3)
    point = virtual.boxes[0].point
    assert point.setpoint_ma == 0
    virtual.run(15)  # until what the car drew is forgotten
    assert point.setpoint_ma == 0 and point.reason == reason.NO_ROOM
    virtual.house = [2000, 2000, 2000]
    virtual.run(59)
    assert point.setpoint_ma == 0 and point.reason == reason.HOLD
    assert virtual.run_until(lambda: point.setpoint_ma >= 6000, 30)


def test_export_is_headroom():
    virtual = VirtualSite(11, n=2, single=False, start_ms=2000, generation=True)
    virtual.house = [-20000, -20000, -20000]
    virtual.run(120)
    assert sum(virtual.setpoints()) > 33000
    assert max(virtual.grid()) <= 33000


def test_the_order_of_the_list_of_wallboxes_is_no_privilege():
    assert virtual_site.ROTATIONS  # same cars, same sums: shares differ by the grain at most
    virtual = VirtualSite(12, n=3, single=False, start_ms=2000)
    for box in virtual.boxes:
        box.car.max_ma = 32000
    virtual.run(120)
    assert max(virtual.setpoints()) - min(virtual.setpoints()) <= 100


def test_a_car_that_starts_between_two_samples_of_a_slow_meter_leaves_no_room():
    for rotation in ("L123", None):
        circuit = Circuit("grid", None, None, [35000] * 3)
        circuit.meter(0, 30000, True, False)
        points = [ChargePoint("a", 0, 3, rotation, 6000, 16000), ChargePoint("b", 0, 3, rotation)]
        site = Site([circuit], points, 0)
        for second in range(1, 200):
            now = second * 1000
            for point in points:
                setpoint = max(point.setpoint_ma, 0)
                starts = 130 if point.max_ma == 16000 else 20
                drawn = setpoint if second > starts else 0
                point.sent_ms = now - 700
                car = CHARGING if drawn else READY
                point.report(now - 400, setpoint, drawn, drawn, 0, car, 32000, 3)
            if second % 30 == 1:
                total = 10000 + sum([point.drawn[0] for point in points])
                site.sample(0, now, total, total, 10000, False)
            site.step(now)
            site.step(now + 500)
            assert sum([point.setpoint_ma for point in points]) <= 23000


def test_a_rise_that_is_taken_for_each_of_several_cars_is_no_export():
    for mA in (7000, 9000):
        virtual = VirtualSite(1, n=4, main_ma=63000, measures=False, single=False, start_ms=2000)
        for box in virtual.boxes:
            box.car.max_ma = mA  # all start in the same second
        for _ in range(150):
            virtual.run(1)
            total = sum([max(setpoint, 0) for setpoint in virtual.setpoints()])
            assert total <= 63000, virtual.setpoints()


def test_below_a_slow_meter_under_a_fast_one_no_ramp_passes_for_export():
    grid = Circuit("grid", None, None, [100000] * 3)
    sub = Circuit("sub", 0, None, [20000] * 3)
    grid.largest_ma = sub.largest_ma = 0
    grid.meter(0, 1000, True, False)
    sub.meter(0, 30000, True, False)
    point = ChargePoint("a", 1, 3, "L123")
    point.dead_man_ms = 30000
    site = Site([grid, sub], [point], 0)
    drawn = 0
    house = 5000
    for now in range(500, 300000, 500):
        setpoint = max(point.setpoint_ma, 0)
        if now > 125000 and setpoint:  # it starts between two samples of the slow one, 1 A/s
            drawn = max(6000, min(setpoint, drawn + 500))
        point.sent_ms = now - 300
        state = CHARGING if drawn else READY
        point.report(now, setpoint, drawn, drawn, drawn, state, 32000, 3)
        if now > 200000:
            house = 9000
        for index in range(2):
            if now % (1000, 30000)[index] == 0:
                meter = house + drawn
                site.sample(index, now, meter, meter, meter, False)
        site.step(now)
        assert point.setpoint_ma <= 15000, now
        if now > 215000:
            assert 10500 <= point.setpoint_ma <= 11000, (now, point.setpoint_ma)  # cut once
    assert drawn == point.setpoint_ma
