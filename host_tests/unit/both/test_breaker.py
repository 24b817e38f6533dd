"""The fuse model: the points of the standards, what heats it, what it lets go on."""

from compat import ticks_add
from hall import Car, Hall
from loadmgmt import cut, event, options, reason, trust, weigh
from loadmgmt.breaker import Breaker
from loadmgmt.circuit import Circuit
from loadmgmt.thermal import COOL_MS, HALF, bearable, heated, kind_of, rate
from loadmgmt.weigh import MEASURED
from steady_site import NOW_MS, metered, steady, wallbox

ALL = 1000000
SMALL = 1 << 30  # whole numbers of the chip that need no memory


class Kind:
    """What has a breaker."""

    def __init__(self, breaker):
        self.breaker = breaker


B = kind_of(Kind("B"))
GG = kind_of(Kind("gG"))


def used_after(times, seconds, kind):
    heat = 0
    for _ in range(seconds * 2):
        heat = heated(heat, times, 500, kind)
    return heat


def test_the_points_of_the_standards_are_never_passed():
    assert kind_of(Kind("C")) == B
    rows = (
        # thousandths of the rating, at most so many s, for at least 90 % of the budget
        (B, 1130, 3600),
        (B, 2550, 1),
        (GG, 1250, 3600),
        (GG, 2000, 10),
    )
    for kind, times, seconds in rows:
        used = used_after(times, seconds, kind)
        assert ALL <= used <= ALL * 105 // 100, (times, used)


def test_more_current_uses_more_and_less_than_the_rating_nothing():
    for kind in (B, GG):
        was = 0
        for times in range(0, 3001, 5):
            now = rate(times, kind)
            assert now >= was and (now > 0) == (times > 1000), times
            was = now
        assert heated(0, 900, 60000, kind) == 0


def test_no_number_needs_memory():
    for kind in (B, GG):
        for times in (0, 1001, 1131, 1600, 3000):
            for passed_ms in (1, 999, 60000, 1 << 27):
                assert 0 <= heated(2000000, times, passed_ms, kind) <= 2000000
                assert rate(times, kind) * (240000 // 1000) < SMALL
        assert HALF * 1000 < SMALL and 3000 * 3000 * 10 < SMALL


def test_it_cools_no_faster_than_said_whatever_the_steps():
    for step_ms in (20, 500, 1000, 7000, 60000):
        heat = HALF
        for _ in range(COOL_MS // step_ms):
            heat = heated(heat, 1000, step_ms, B)
        assert HALF * 36 // 100 <= heat <= HALF * 67 // 100, (step_ms, heat)


def test_bearable_is_the_most_that_fits():
    for kind in (B, GG):
        for left in (-5, 0, 1000, 1668, 20000, 100000, HALF):
            for during_ms in (1000, 6000, 15000):
                times = bearable(left, during_ms, kind)
                assert 1000 <= times <= kind[2]
                assert rate(times, kind) * during_ms <= max(0, left) * 1000
                if times < kind[2]:
                    assert rate(times + 10, kind) * during_ms > max(0, left) * 1000
    assert bearable(HALF, 1, B) == 1450 and bearable(HALF, 1, GG) == 1600


def fused(meter=(20000, 20000, 20000), breaker="B", drawn=6000, applied=6000, **how):
    """One three-phase car below a 35 A fuse that is steered to 33 A; the fuse is cold."""
    circuit = metered(**how)
    circuit.breaker = breaker
    circuit.largest_ma = 16000
    circuit.target_ma = [33000] * 3
    site = steady([circuit], [wallbox()], [applied], [[drawn] * 3], [meter])
    options.attach(site, {}, NOW_MS - 1000)
    if site.breaker:
        for at in range(3):
            site.breaker.heat[at] = 0
        site.breaker.look(site, NOW_MS - 1000)
    weigh.weigh(site, NOW_MS)
    return site


def sampled(site, now_ms, *meter):
    site.sample(0, now_ms, *meter, False)
    for module in site.modules:
        module.look(site, now_ms)


def test_nothing_is_there_when_nobody_switches_it_on():
    site = fused(breaker=None)
    assert site.breaker is None and site.modules == ()
    circuit = metered()
    circuit.metered = False
    circuit.breaker = "B"
    site = steady([circuit], [wallbox()], [0], [[0] * 3], [])
    options.attach(site, {}, NOW_MS)
    assert site.breaker is None  # no meter, no fuse that is known


def test_up_to_the_fuse_itself_the_target_may_be_exceeded_and_that_uses_up_nothing():
    site = fused((34900, 20000, 20000))
    assert site.breaker.carried_ma(site, 3, False, NOW_MS) > 2000
    site.breaker.heat[0] = ALL
    assert site.breaker.carried_ma(site, 3, False, NOW_MS) == 2000
    assert site.breaker.carried_ma(site, 3, True, NOW_MS) == 0
    assert site.log == []


def test_only_limits_behind_a_believed_meter_with_a_breaker_are_carried():
    site = fused((36000, 20000, 20000))
    carried = site.breaker.carried_ma
    assert carried(site, 3, True, NOW_MS) > 0
    for limit in (0, 1, 2, 6, 7):
        assert carried(site, limit, True, NOW_MS) == 0
    for state in (trust.STARTING, trust.SILENT, trust.FROZEN, trust.LOW, trust.RECOVERING):
        site.circuits[0].trust.state = state
        assert carried(site, 3, False, NOW_MS) == 0
    site.circuits[0].trust.state = trust.GOOD
    site.circuits[0].breaker = None
    assert carried(site, 3, True, NOW_MS) == 0


def test_no_more_is_carried_than_the_most_of_its_kind():
    for breaker, most in (("B", 1450), ("C", 1450), ("gG", 1600)):
        site = fused((36000, 20000, 20000), breaker)
        carried = site.breaker.carried_ma(site, 3, True, NOW_MS)
        assert 1000 < carried <= 35 * (most - 1000)


def test_a_stop_comes_while_half_of_the_budget_is_still_left_for_the_cars_to_follow():
    for above_ma in (36000, 40000, 42000, 44000):
        site = fused((above_ma, 20000, 20000))
        breaker = site.breaker
        now_ms = NOW_MS
        times = above_ma * 1000 // 35000 + 1
        while above_ma - 35000 <= breaker.carried_ma(site, 3, True, now_ms):
            now_ms += 1000
            sampled(site, now_ms, above_ma, 20000, 20000)
            assert now_ms < NOW_MS + 2000000
        left = HALF - breaker.heat[0]
        # 5 s of it are still there, but hardly a sample more
        assert left >= rate(times, B) * 5 - 1000, above_ma
        assert left <= rate(times, B) * 7 + 40000, above_ma


def test_all_current_heats_the_fuse_whoever_draws_it():
    site = fused((20000, 20000, 20000), drawn=0, applied=0)
    breaker = site.breaker
    for second in range(10):
        sampled(site, NOW_MS + second * 1000, 42000, 20000, -20000)
    assert breaker.heat[0] > 200000 and breaker.heat[1] == breaker.heat[2] == 0
    hot = breaker.heat[0]
    for second in range(10, 70):
        sampled(site, NOW_MS + second * 1000, 20000, 20000, 20000)
    assert hot * 3 // 10 < breaker.heat[0] < hot // 2


def test_a_gap_counts_with_the_higher_of_both_samples():
    for first, last in ((42000, 20000), (20000, 42000), (42000, 42000)):
        site = fused()
        sampled(site, NOW_MS, first, 0, 0)
        before = site.breaker.heat[0]
        sampled(site, NOW_MS + 8000, last, 0, 0)
        assert site.breaker.heat[0] - before >= rate(1200, B) * 8, (first, last)


def test_what_is_used_goes_on_between_samples():
    site = fused((42000, 20000, 20000))
    was = 100000
    for late_ms in range(1000, 20000, 1000):
        carried = site.breaker.carried_ma(site, 3, True, NOW_MS - 1000 + late_ms)
        assert carried <= was
        was = carried
    assert was == 0


def test_where_the_meter_excludes_the_cars_their_draw_is_added():
    site = fused((36000, 20000, 20000), includes=False)
    assert site.breaker.times[0] == (36000 + 6000) * 1000 // 35000 + 1
    assert site.breaker.times[1] == 26000 * 1000 // 35000 + 1


def test_at_the_start_nothing_is_left():
    site = fused((36000, 20000, 20000))
    breaker = Breaker(site, NOW_MS)
    breaker.look(site, NOW_MS)
    assert breaker.heat[0] == HALF and breaker.carried_ma(site, 3, True, NOW_MS) == 0


def test_a_car_at_its_minimum_goes_on_and_one_above_it_is_cut_at_once():
    site = fused((38000, 20000, 20000), drawn=9500, applied=10000)
    assert cut.cut(site, NOW_MS)
    point = site.points[0]
    assert point.setpoint_ma == 6000 and point.reason == reason.LIMIT
    assert [entry for entry in site.log if entry[0] == event.STOPPED] == []
    assert (event.CARRIED, 0, 3000) in [(c, s, v // 1000 * 1000) for c, s, v in site.log]
    strict = fused((42000, 20000, 20000), None, drawn=5500)
    assert cut.cut(strict, NOW_MS) and strict.points[0].setpoint_ma == 0


def test_carrying_is_told_once_in_ten_seconds_and_phase():
    site = fused((36000, 36000, 20000))
    for ms in range(0, 25000, 500):
        sampled(site, NOW_MS + ms, 36000, 36000, 20000)
        for limit in (3, 4):
            site.breaker.carried_ma(site, limit, False, NOW_MS + ms)
            site.breaker.carried_ma(site, limit, True, NOW_MS + ms)
    told = [subject for code, subject, _ in site.log if code == event.CARRIED]
    assert told == [0, 1, 0, 1, 0, 1]


def test_raises_wait_for_the_long_hold_while_the_fuse_is_warm():
    n = 3
    for heat, right in ((100000, [20000, 5000]), (300000, [15000, 0])):
        site = fused()
        site.dynamic[0] = MEASURED
        site.circuits[0].house_lo = [9000] * 3
        site.circuits[0].house_hi = [9000] * 3
        site.breaker.heat[0] = heat
        total = [0] * n + [20000] * n
        after_stop = [0] * n + [5000] * n
        site.breaker.capacity(site, total, after_stop)
        assert [total[3], after_stop[3]] == right
        assert [total[4], after_stop[4]] == [20000, 5000]


def test_what_had_to_be_carried_is_remembered_for_a_quarter_of_an_hour():
    site = fused((36000, 20000, 20000))
    breaker = site.breaker
    circuit = site.circuits[0]
    site.dynamic[0] = MEASURED
    breaker.carried_ma(site, 3, True, NOW_MS)
    for minutes, house in ((0, 30000), (1, 5000), (14, 5000), (16, 5000), (17, 5000)):
        circuit.sample_ms = ticks_add(NOW_MS, minutes * 60000)
        circuit.house_lo = circuit.house_hi = [house] * 3
        total = [0] * 3 + [28000] * 3
        after_stop = [0] * 6
        breaker.capacity(site, total, after_stop)
        # a quarter of the budget carries 1.21 times the fuse until all are down again
        assert total[3] == (12350 if minutes < 17 else 28000), (minutes, total)
        assert total[4] == 28000


def test_new_settings_leave_the_heat_where_it_is():
    old = fused().breaker
    old.heat[1] = 400000
    old.circuits[0].name = "b"
    circuits = [metered(name="a"), metered(name="b")]
    for circuit in circuits:
        circuit.breaker = "gG"
    site = steady(circuits, [wallbox()], [0], [[0] * 3], [[0] * 3, [0] * 3])
    options.attach(site, {}, NOW_MS - 1000)
    site.breaker.take_over(old, [None], NOW_MS - 1000)
    assert list(site.breaker.heat) == [HALF, HALF, HALF, 0, 400000, 0]


def test_a_meter_that_falls_silent_beside_others_carries_nothing_unseen():
    for count in (1, 2):
        for house_ma in (30000, 31000):
            circuits = [
                Circuit("grid", None, None, [35000] * 3),
                Circuit("sub", 0, None, [9000] * 3),
            ]
            circuits[0].breaker = "B"
            made = Hall([(3, "L123")] * 2, circuits=circuits[:count])
            made.cars = [Car(max_ma=6000), Car(max_ma=6000)]
            used = [0, 0]  # now, at most
            kind = kind_of(circuits[0])

            def watch(made=made, count=count, used=used, kind=kind):
                if count > 1 and made.now_ms % 1000 == 500:
                    made.site.sample(1, made.clock(), made.now_ms // 500 % 7, 0, 0, False)
                times = (made.grid()[0] + made.house[0]) * 1000 // 35000
                used[0] = heated(used[0], times, 500, kind)
                used[1] = max(used)

            made.watches.append(watch)
            made.run(600)
            made.house = [house_ma] * 3
            made.run(2)
            assert len(made.on()) == 2 and made.told(event.CARRIED)
            made.meters = False
            made.run(60)
            assert not made.on() and used[1] <= HALF, (count, house_ma, used)
