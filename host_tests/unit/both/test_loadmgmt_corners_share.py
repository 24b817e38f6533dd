"""Corners of the shares: what a car asks for, why one has nothing, how much is handed out."""

from loadmgmt import handout, peaks, planner, reason, weigh
from loadmgmt.ask import asked_ma
from loadmgmt.circuit import Circuit
from loadmgmt.fill import fill
from loadmgmt.point import CHARGING, FAULT, READY, WAITING
from loadmgmt.site import Site
from steady_site import BLIND, NOW_MS, metered, steady, tell, wallbox

ZERO = (0, 0, 0)


def static(limit_ma=32000, name="grid", parent=None):
    return Circuit(name, parent, [limit_ma] * 3)


def test_what_a_car_asks_for_is_learnt_in_a_minute_and_forgotten_at_once():
    point = wallbox()
    site = steady([static()], [point], [20000], [(9000,) * 3], [])
    site.less_ms[0] = 0
    rows = (
        # at ms, draw, what it asks for
        (59999, 9000, 32000),
        (60000, 9000, 12000),
        (61000, 10500, 12000),
        (62000, 10501, 32000),  # it takes half of its margin: it may have all
        (121999, 9000, 32000),
        (122000, 9000, 12000),
        (181999, 2000, 12000),  # less still counts for a minute, too
        (182000, 2000, 6000),  # at least its minimum
    )
    for now, drawn, right in rows:
        tell(point, now, 20000, (0, drawn, 0))
        assert asked_ma(site, point, now) == right, (now, drawn)
    # when it stops charging, or cannot measure, nothing is known
    for car, row in ((READY, (2000,) * 3), (CHARGING, BLIND)):
        site.asked[0] = 6000
        tell(point, 183000, 20000, row, car)
        assert asked_ma(site, point, 183000) == 32000 and site.asked[0] == 0
    assert site.less_ms[0] == 183000


def test_what_a_car_may_have_at_most():
    point = wallbox()
    site = steady([static()], [point], [20000], [(20000,) * 3], [])
    for max_ma, supported, least, right in (
        (16000, 32000, 6000, 16000),
        (32000, 16000, 6000, 16000),
        (32000, 5000, 6000, 6000),
    ):
        point.max_ma, point.supported_ma, point.min_ma = max_ma, supported, least
        assert asked_ma(site, point, NOW_MS) == right


def test_first_shares_for_planners_leave_nobody_a_rest():
    circuit = static(13000)
    points = [wallbox("a"), wallbox("b"), wallbox("c")]
    site = Site([circuit], points, 0)
    for point in points:
        tell(point, 1000, 0, ZERO, WAITING)
    site.out[2] = 9000
    weigh.weigh(site, 1000)
    planner.first_pass(site, 1000)
    assert site.out == [6500, 6500, 0]
    assert [p.reason for p in points[:2]] == [reason.LIMIT] * 2


def test_r10_why_a_wallbox_has_nothing():
    rows = (
        ({"car": FAULT}, True, reason.FAULT),
        ({"car": WAITING}, False, reason.SWITCHED_OFF),
        ({"car": WAITING, "supported_ma": 5000}, True, reason.BLOCKED_BY_BOX),
    )
    for answer, enabled, right in rows:
        point = wallbox()
        site = Site([static()], [point], 0)
        site.enabled = enabled
        for now in (1000, 2000, 3000, 4000):
            tell(point, now, 0, ZERO, **answer)
            site.step(now)
        assert (point.setpoint_ma, point.reason) == (0, right)


def test_r7_switched_off_stops_all():
    site = steady([static()], [wallbox()], [10000], [(10000,) * 3], [])
    site.enabled = False
    site.step(NOW_MS)
    assert site.points[0].setpoint_ma == 0
    site.step(NOW_MS + 2000)
    assert site.points[0].reason == reason.SWITCHED_OFF


def test_r3_groups_settle_by_themselves_and_by_their_meters():
    left, right = metered(name="left"), static(32000, "right")
    branch = static(32000, "branch", 0)
    site = steady([left, right, branch], [wallbox()], [0], [ZERO], [[9000] * 3])
    weigh.weigh(site, NOW_MS)
    rows = (
        # left, right settled at ms from now; the left meter's sample is 1 s old
        (-1000, 0, (1, 1, 1)),
        (-999, 0, (0, 1, 0)),
        (-1000, 1, (1, 0, 1)),
    )
    for one, other, right_marks in rows:
        left.settled_ms = NOW_MS + one
        right.settled_ms = NOW_MS + other
        assert tuple(handout.settled(site, NOW_MS)) == right_marks, (one, other)


def test_a_meter_without_the_wallboxes_enters_the_holds_as_it_is():
    for includes, right in ((False, 20000), (True, 20000 - 9000 - 1500)):
        circuit = metered(includes=includes)
        point = wallbox()
        site = steady([circuit], [point], [16000], [(9000,) * 3], [[20000] * 3])
        weigh.weigh(site, NOW_MS)
        circuit.forget_house(NOW_MS)
        peaks.see_peak(circuit, NOW_MS)
        assert circuit.house_lo == [right] * 3
        assert circuit.held_house_ma(0, False) >= right


def test_a_start_between_two_shares_is_no_load_of_the_house():
    circuit = metered()
    point = wallbox()
    steady([circuit], [point], [16000], [ZERO], [[20000] * 3])
    peaks.see_peak(circuit, NOW_MS)
    assert circuit.house_lo == [14000] * 3  # a car that starts draws 6 A
    point.may_ma = 4000
    peaks.see_peak(circuit, NOW_MS)
    assert circuit.house_lo == [16000] * 3


def test_r3_small_raises_wait_unless_they_complete_what_is_asked():
    rows = (
        # limit, the most it takes, setpoint before and after
        (10499, 32000, 10000),
        (10500, 32000, 10500),
        (32000, 10099, 10000),
        (32000, 10100, 10100),
    )
    for limit, most, right in rows:
        point = wallbox(max_ma=most)
        site = steady([static(limit)], [point], [10000], [(10000,) * 3], [])
        site.step(NOW_MS)
        assert point.setpoint_ma == right, (limit, most)


def test_who_has_more_than_its_share_gives_when_somebody_lacks_half_an_ampere():
    for other, right in ((9600, 10400), (9500, 10000)):
        points = [wallbox("a"), wallbox("b")]
        first = 20000 - other
        rows = [(first,) * 3, (other,) * 3]
        site = steady([static(20000)], points, [first, other], rows, [])
        site.step(NOW_MS)
        assert [p.setpoint_ma for p in points] == [right, other], other


def test_filling_leaves_whom_no_limit_binds_alone():
    out, bound = [7] * 3, [7] * 3
    fill([0, 2], [6000] * 3, [9000] * 3, [(), (0,), (1,)], [0, 18000], out, bound)
    assert out == [9000, 7, 9000] and bound == [-1, 7, -1]


def test_first_shares_for_planners_give_a_higher_priority_the_place_of_a_lower_one():
    points = [wallbox("a"), wallbox("b", priority=1)]
    site = steady([static(7000)], points, [6000, 0], [(6000,) * 3, ZERO], [])
    tell(points[1], NOW_MS, 0, ZERO, WAITING)
    weigh.weigh(site, NOW_MS)
    planner.first_pass(site, NOW_MS)
    assert site.out == [0, 7000]
    assert points[0].reason == reason.WAITS_TURN
