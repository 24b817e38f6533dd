"""The formula of design section 5 as the reductions reckon with it: one site at rest a row."""

from loadmgmt import trust, weigh
from loadmgmt.circuit import NONE_MA, Circuit
from loadmgmt.point import CHARGING, READY
from steady_site import BLIND, NOW_MS, metered, steady, tell, wallbox

TARGET = 35000
HOUSE = 4000
ONE = (8000, 0, 0)
ALL = (8000, 8000, 8000)


def over(site, now_ms=NOW_MS):
    """What weigh() finds on the limits of the metered circuits."""
    weigh.weigh(site, now_ms)
    return site.over[3 * len(site.circuits) :]


def test_section_5_cars_and_house_against_the_target():
    # setpoint 10 A throughout: rotation, phases, draw, meter includes it, and what it counts with
    rows = (
        ("L123", 3, ALL, True, (10000, 10000, 10000)),
        ("L123", 1, ONE, True, (10000, 0, 0)),
        ("L231", 1, ONE, True, (0, 10000, 0)),
        ("L312", 1, ONE, True, (0, 0, 10000)),
        ("L231", 3, ONE, True, (10000, 10000, 10000)),
        ("L231", 3, ALL, False, (10000, 10000, 10000)),
        ("L231", 1, ONE, False, (0, 10000, 0)),
        # of unknown rotation: its draw on L1 stays in the house, what is not drawn counts on all
        (None, 1, ONE, True, (10000, 2000, 2000)),
        (None, 3, ONE, True, (10000, 2000, 2000)),
        # draws alike: it is on all three
        (None, 3, ALL, True, (10000, 10000, 10000)),
        # where the meter does not see it, the whole setpoint on every phase
        (None, 1, ONE, False, (10000, 10000, 10000)),
    )
    for rotation, phases, drawn, includes, counted in rows:
        point = wallbox("a", rotation, phases)
        circuit = metered(TARGET, includes=includes)
        order = point.rotation or "L123"
        meter = [HOUSE] * 3
        for k in range(3):
            if includes:
                meter[int(order[1 + k]) - 1] += drawn[k]
        site = steady([circuit], [point], [10000], [drawn], [meter])
        expected = [HOUSE + mA - TARGET for mA in counted]
        assert over(site) == expected, (rotation, phases, drawn, includes, over(site))


def test_section_5_a_static_limit_takes_the_setpoint():
    site = steady([Circuit("grid", None, [16000, 20000, 9000])], [wallbox()], [10000], [ALL], [])
    weigh.weigh(site, NOW_MS)
    assert site.over == [-6000, -10000, 1000, -NONE_MA, -NONE_MA, -NONE_MA]


def test_section_5_not_believed_the_setpoints_count_against_the_fallback():
    rows = (
        # fallback load, offline current, what the cars may use
        (20000, None, 15000),
        (20000, 11000, 11000),
        (20000, 18000, 15000),
        (40000, None, 0),
        (9999000, 11000, 0),
    )
    for load, offline, allowed in rows:
        circuit = metered(TARGET)
        circuit.fallback_ma = [load] * 3
        circuit.offline_ma = offline and [offline] * 3
        site = steady([circuit], [wallbox()], [10000], [ALL], [[HOUSE + 8000] * 3])
        circuit.trust.state = trust.SILENT
        assert over(site) == [10000 - allowed] * 3, (load, offline)
        assert weigh.fallback_ma(circuit, 1) == allowed


def test_r7_before_the_first_sample_a_metered_circuit_is_no_limit():
    circuit = metered(TARGET)
    site = steady([circuit], [wallbox()], [10000], [ALL], [[HOUSE + 8000] * 3], False)
    assert over(site) == [HOUSE + 10000 - TARGET] * 3  # the first one counts at once
    circuit.samples = 0
    assert over(site)[0] < -NONE_MA // 2 and site.dynamic == [weigh.NO_LIMIT]


def test_section_5_while_a_change_settles_the_highest_draw_explains_the_meter():
    circuit = metered(TARGET)
    point = wallbox()
    site = steady([circuit], [point], [10000], [ALL], [[30000] * 3])
    assert over(site) == [30000 + 2000 - TARGET] * 3
    # raised 3 s before the sample: the rise at the meter may be all its own
    site.change(point, 20000, NOW_MS - 4000)
    tell(point, NOW_MS - 500, 20000, ALL)
    assert over(site) == [30000 - TARGET] * 3
    # 5 s after the change its answer holds again
    point.changed_ms = NOW_MS - 6000
    assert over(site) == [30000 + 12000 - TARGET] * 3
    # its answer is older than the sample, and the wallbox has applied it: again all
    point.reading_ms = NOW_MS - 1001
    assert over(site) == [30000 - TARGET] * 3


def test_r1_a_cut_that_is_not_followed_in_time_counts_with_the_draw():
    point = wallbox()
    site = steady([Circuit("grid", None, [32000] * 3)], [point], [16000], [(16000,) * 3], [])
    site.change(point, 8000, NOW_MS)
    rows = (
        # ms after the cut, applied, draw, what it will draw at most
        (1000, 16000, 16000, 8000),
        (7999, 8000, 16000, 8000),
        (8000, 8000, 16000, 16000),
        (8000, 8000, 12000, 12000),
        (8000, 9000, 0, 9000),
        (8000, 8000, 4000, 8000),
    )
    for ms, applied, drawn, expected in rows:
        point.applied_ma = applied
        point.drawn[12] = drawn
        assert weigh.expected_ma(point, NOW_MS + ms) == expected, (ms, applied, drawn)
    # a lost one counts with all that it may draw, at once (R5)
    point.heard = False
    assert weigh.expected_ma(point, NOW_MS + 1000) == 16000


def test_r1_one_that_cannot_measure_is_expected_to_obey_when_it_says_so():
    point = wallbox()
    site = steady([Circuit("grid", None, [32000] * 3)], [point], [16000], [BLIND], [])
    site.change(point, 8000, NOW_MS)
    assert weigh.expected_ma(point, NOW_MS + 14999) == 8000
    # 12 s and 3 s later it still has not said that it applies the cut
    assert weigh.expected_ma(point, NOW_MS + 15000) == 16000
    tell(point, NOW_MS + 15500, 8000, BLIND)
    assert point.may_ma == 16000  # that takes 12 s
    assert weigh.expected_ma(point, NOW_MS + 16000) == 8000


def test_a_value_that_was_acted_on_is_not_explained_by_newer_readings():
    grid = metered(TARGET)
    branch = metered(20000, "branch", 0)
    point = wallbox(circuit=1)
    site = steady([grid, branch], [point], [10000], [ALL], [[30000] * 3, [18000] * 3])
    found = over(site)
    assert found[:3] == [30000 + 2000 - TARGET] * 3 and found[3:] == [18000 + 2000 - 20000] * 3
    # the meter of the branch was seen in a pass, the grid's has been read since
    branch.fresh = False
    site.sample(0, NOW_MS, 30000, 30000, 30000, False)
    found = over(site)
    assert max(found[3:]) < -NONE_MA // 2, found
    assert max(found[:3]) > -TARGET


def blind_site():
    """One that cannot measure, offered 10 A for long, whose car does not charge yet."""
    point = wallbox()
    site = steady([metered(TARGET)], [point], [10000], [BLIND], [[HOUSE] * 3])
    tell(point, NOW_MS, 10000, BLIND, READY)
    weigh.weigh(site, NOW_MS)
    return site, point


def test_section_5_without_own_measurement_the_rise_at_its_start_is_its_draw():
    site, point = blind_site()
    # it does not charge: nothing of the house is its own
    assert over(site) == [HOUSE + 10000 - TARGET] * 3
    now = NOW_MS + 1000
    site.sample(0, now, HOUSE + 9000, HOUSE + 100, HOUSE, False)
    tell(point, now, 10000, BLIND, CHARGING)
    # for 12 s a rise may be its own
    assert over(site, now) == [HOUSE + 9000 - TARGET, HOUSE + 100 - TARGET, HOUSE - TARGET]
    for _ in range(12):
        now += 1000
        site.sample(0, now, HOUSE + 9000, HOUSE + 100, HOUSE, False)
        tell(point, now, 10000, BLIND, CHARGING)
    found = over(site, now)
    # then it draws 9 A on L1, and what it does not draw of its setpoint counts on all
    assert found == [HOUSE + 10000 - TARGET] * 3, found
    # the house rises: that is not its own any more
    site.sample(0, now, HOUSE + 29000, HOUSE + 100, HOUSE, False)
    tell(point, now, 10000, BLIND, CHARGING)
    assert over(site, now)[0] == HOUSE + 30000 - TARGET
    # its car stops: it draws nothing
    tell(point, now, 10000, BLIND, READY)
    assert over(site, now)[0] == HOUSE + 29000 + 10000 - TARGET


def rise(site, point, now, meter):
    """13 s at a meter value; returns the time."""
    for _ in range(13):
        now += 1000
        site.sample(0, now, meter[0], meter[1], meter[2], False)
        tell(point, now, point.setpoint_ma, BLIND, CHARGING)
        weigh.weigh(site, now)
    return now


def test_section_5_a_raise_of_one_that_cannot_measure_is_looked_for_where_it_draws():
    rows = (
        # what the meter rose by after a raise of 6 A: what it is taken to draw then
        ((6000, 0, 0), (15000, 0, 0)),
        ((9000, 0, 0), (15000, 0, 0)),  # at most the raise
        ((5000, 0, 0), (14000, 0, 0)),
        ((3000, 0, 0), (12000, 0, 0)),
        ((2900, 0, 0), (9000, 0, 0)),  # less than half: noise
        ((6000, 8000, 0), (15000, 0, 0)),  # the house, on a phase where it draws nothing
    )
    for more, right in rows:
        site, point = blind_site()
        now = rise(site, point, NOW_MS, [HOUSE + 9000, HOUSE, HOUSE])
        assert tuple(point.estimate) == (9000, 0, 0)
        site.change(point, 16000, now)
        rise(site, point, now, [HOUSE + 9000 + more[0], HOUSE + more[1], HOUSE + more[2]])
        assert tuple(point.estimate) == right, (more, point.estimate)
    # a cut: at most its new setpoint
    site.change(point, 7000, now)
    assert tuple(point.estimate) == (7000, 0, 0)


def test_one_that_cannot_measure_is_not_looked_for_where_there_is_no_meter():
    point = wallbox()
    site = steady([Circuit("grid", None, [32000] * 3)], [point], [10000], [BLIND], [])
    site.change(point, 16000, NOW_MS)
    assert point.start_meter is None and point.setpoint_ma == 16000


def test_one_below_two_meters_keeps_its_least_draw_until_both_were_read():
    grid = metered(TARGET)
    branch = metered(20000, "branch", 0)
    point = wallbox(circuit=1)
    site = steady([grid, branch], [point], [16000], [(0,) * 3], [[HOUSE] * 3, [HOUSE] * 3])
    now = NOW_MS
    for _ in range(3):  # it starts; only the grid's meter is read
        now += 1000
        tell(point, now - 500, 16000, (9000,) * 3)
        site.sample(0, now, HOUSE + 9000, HOUSE + 9000, HOUSE + 9000, False)
    assert list(point.drawn[6:9]) == [0, 0, 0]
    site.sample(1, now, HOUSE + 9000, HOUSE + 9000, HOUSE + 9000, False)
    tell(point, now + 500, 16000, (9000,) * 3)
    site.sample(0, now + 1000, HOUSE + 9000, HOUSE + 9000, HOUSE + 9000, False)
    assert list(point.drawn[6:9]) == [9000] * 3


def test_what_the_wallboxes_surely_draw_is_their_least_of_two_readings():
    circuit = metered(TARGET)
    points = [wallbox("a", "L231"), wallbox("b", None), wallbox("c", "L123")]
    rows = [(8000, 9000, 7000), (0, 6000, 0), BLIND]
    site = steady([circuit], points, [10000] * 3, rows, [[30000] * 3])
    own, calm_ms = weigh.own_draw(site, circuit, NOW_MS)
    # c cannot measure, the phase of b is unknown
    assert own == [7000, 8000, 9000]
    assert calm_ms == NOW_MS - 1000  # nothing moved since the first answer
    tell(points[0], NOW_MS + 500, 10000, (2000, 9000, 7000))
    own, calm_ms = weigh.own_draw(site, circuit, NOW_MS + 1000)
    assert own == [7000, 2000, 9000]
    assert calm_ms == 500
    # who says nothing may have lost its power: no moment to judge a meter by
    assert weigh.own_draw(site, circuit, NOW_MS + 2100)[1] == 0
