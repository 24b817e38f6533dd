"""Corners of the site: what it is made of, what a pass returns, its sums, new settings."""

from loadmgmt import event, reason, summary, takeover, trust, weigh
from loadmgmt.circuit import NONE_MA, Circuit
from loadmgmt.point import CHARGING, NO_CAR, READY, UNDECIDED, WAITING, ChargePoint, order_of
from loadmgmt.site import LOWERED, RAISED, Site
from steady_site import BLIND, NOW_MS, metered, steady, tell, wallbox

ALL = (8000, 8000, 8000)
TEN = (10000, 10000, 10000)


def people(site):
    """The sums for people, as attributes of the circuits."""
    for circuit, found in zip(site.circuits, summary.sums(site)):
        (
            circuit.house_ma,
            circuit.cars_ma,
            circuit.may_ma,
            circuit.reserved_ma,
            circuit.budget_ma,
        ) = found


def fails(make):
    try:
        make()
    except ValueError as error:
        return error.args[0]
    raise AssertionError("no ValueError")


def static(limit_ma=32000):
    return Circuit("grid", None, [limit_ma] * 3)


def test_rotations():
    assert order_of(None) is None
    assert order_of("L312") == (2, 0, 1)
    for wrong in ("L122", "123", ""):
        assert fails(lambda wrong=wrong: order_of(wrong)) == "rotation"


def test_a_site_that_is_no_tree_is_refused():
    def circuits(*parents):
        return [Circuit("c", parent, [32000] * 3) for parent in parents]

    assert fails(lambda: Site([], [], 0)) == "size"
    assert fails(lambda: Site(circuits(*[None] * 17), [], 0)) == "size"
    assert fails(lambda: Site(circuits(None), [ChargePoint("a") for _ in range(65)], 0)) == "size"
    assert fails(lambda: Site(circuits(None, 1), [], 0)) == "parent"
    assert fails(lambda: Site(circuits(None, 2, 0), [], 0)) == "parent"
    assert fails(lambda: Site(circuits(None, -1), [], 0)) == "parent"
    assert fails(lambda: Site(circuits(None, 0, 1, 2, 3), [], 0)) == "depth"
    site = Site(circuits(None, 0, 1, 2, *[None] * 12), [ChargePoint("a", 3)] * 64, 0)
    assert site.circuits[3].path == (3, 2, 1, 0)


def test_names_of_codes_are_in_their_order():
    for names in (trust, reason):
        codes = [name for name in dir(names) if name.lower() in names.NAMES]
        assert len(codes) >= len(names.NAMES) - 4  # a code may be called otherwise
        for name in codes:
            assert names.NAMES[getattr(names, name)] == name.lower(), name
    assert trust.NAMES[trust.SILENT] == "silent" and trust.NAMES[trust.GOOD] == "good"


def test_a_name_that_is_no_address_is_never_lost_and_takes_nothing():
    points = [wallbox("a"), wallbox("b", name_error=True)]
    site = Site([static(16000)], points, 0)
    for now in range(1000, 40000, 1000):
        setpoint = max(points[0].setpoint_ma, 0)
        tell(points[0], now, setpoint, (setpoint,) * 3, CHARGING if setpoint else READY)
        site.step(now)
    assert not points[1].lost and points[1].setpoint_ma == UNDECIDED
    assert points[0].setpoint_ma == 16000
    people(site)
    assert site.circuits[0].may_ma == [16000] * 3


def test_a_wallbox_that_switches_to_one_phase_counts_on_that_with_its_own_minimum():
    point = wallbox(rotation="L231", minima=(6000, 7000, 8000), min_ma=8000)
    site = steady([static()], [point], [10000], [TEN], [])
    assert point.seat.places == (0, 1, 2) and site.earn[0] == 3 and point.min_ma == 8000
    tell(point, NOW_MS, 10000, (10000, 0, 0), phases=1)
    site.step(NOW_MS)
    assert point.seat.places == (1,) and site.earn[0] == 1 and point.min_ma == 6000
    tell(point, NOW_MS + 1000, 10000, TEN, phases=7)  # never more than it has
    site.step(NOW_MS + 1000)
    assert point.phases_now == 3 and point.min_ma == 8000


def test_step_says_what_it_did():
    circuit = static(16000)
    site = Site([circuit], [wallbox()], 0)
    point = site.points[0]
    found = set()
    for second in range(1, 60):
        now = second * 1000
        if second == 40:
            circuit.limit_ma = [9000] * 3
        before = max(point.setpoint_ma, 0)
        tell(point, now, before, (before,) * 3, CHARGING if before else WAITING)
        flags = site.step(now)
        after = max(point.setpoint_ma, 0)
        assert flags == (RAISED if after > before else LOWERED if after < before else 0), second
        found.add(flags)
    assert (LOWERED, RAISED) == (1, 2) and found == {0, 1, 2}
    tell(point, 60000, 9000, (0, 0, 0), NO_CAR)
    assert site.step(60000) == LOWERED and point.setpoint_ma == 0


def test_the_sums_for_people():
    grid = metered(35000, limit_ma=20000)
    branch = Circuit("branch", 0, [9000, 32000, 32000])
    points = [
        wallbox("a"),
        wallbox("b", "L231", 1, 1),
        wallbox("c", None, 1, 1),
        wallbox("d", "L123", 3),
        wallbox("e", name_error=True),
        wallbox("f", "L321", 1),
    ]
    applied = [8000, 7000, 6000, 6000, 0, 6000]
    rows = [ALL, (7000, 0, 0), (6000, 0, 0), (6000,) * 3, (0, 0, 0), BLIND]
    site = steady([grid, branch], points, applied, rows, [[30000, 25000, 21000]])
    points[3].heard = False
    points[4].may_ma = 5000
    weigh.weigh(site, NOW_MS)
    people(site)
    # c is on an unknown phase, d is lost, f cannot measure: they stand in the house load
    assert grid.cars_ma == [8000, 8000 + 7000, 8000]
    assert branch.cars_ma == [0, 7000, 0]
    assert branch.may_ma == [6000, 13000, 6000] and branch.reserved_ma == [0, 0, 0]
    assert grid.may_ma == [20000, 27000, 26000] and grid.reserved_ma == [6000] * 3
    assert grid.house_ma == [22000, 10000, 13000]
    assert grid.budget_ma == [13000, 20000, 20000]
    assert branch.budget_ma == [9000, 32000, 32000]
    # the house alone is above the target: nothing is left
    grid.meter_ma[0] = 50000
    people(site)
    assert grid.budget_ma == [0, 20000, 20000]
    # a meter without the wallboxes reads the house
    grid.includes = False
    people(site)
    assert grid.house_ma == [50000, 25000, 21000] and grid.budget_ma == [0, 10000, 14000]
    # not believed: the fallback
    grid.fallback_ma = (20000, 30000, 99000)
    grid.trust.state = trust.SILENT
    weigh.weigh(site, NOW_MS)
    people(site)
    assert grid.budget_ma == [15000, 5000, 0]
    # without any limit there is none to tell
    site = steady([Circuit("free")], [wallbox()], [8000], [ALL], [])
    people(site)
    assert site.circuits[0].budget_ma == [NONE_MA] * 3


def test_new_settings_that_change_the_setpoint_start_its_time_to_follow():
    point = wallbox()
    old = steady([static()], [point], [10000], [TEN], [])
    for max_ma, since in ((8000, NOW_MS + 1000), (32000, point.changed_ms)):
        new = Site([static()], [ChargePoint("a", 0, 3, "L123", 6000, max_ma)], NOW_MS + 1000)
        takeover.take_over(old, new, [new.points[0]], NOW_MS + 1000)
        assert new.points[0].setpoint_ma == min(10000, max_ma)
        assert new.points[0].changed_ms == since
        assert (new.points[0].applied_ok_ms is None) == (max_ma == 8000)
    # one that was taken out and never stops by itself holds nothing up
    point.dead_man_ms = None
    new = Site([static()], [], NOW_MS + 1000)
    takeover.take_over(old, new, [None], NOW_MS + 1000)
    assert new.circuits[0].settled_ms == NOW_MS + 1000
    # a lost one keeps what is reserved for it, whatever the new settings say
    point.lost = True
    new = Site([static()], [ChargePoint("a", 0, 3, "L123", 6000, 8000)], NOW_MS + 1000)
    takeover.take_over(old, new, [new.points[0]], NOW_MS + 1000)
    assert new.points[0].setpoint_ma == 10000 and new.points[0].changed_ms == point.changed_ms


def test_a_contactor_that_was_opened_is_tried_again_after_a_quarter_of_an_hour():
    point = wallbox()
    site = steady([static()], [point], [16000], [(16000,) * 3], [])
    site.circuits[0].limit_ma = [10000] * 3
    site.step(NOW_MS)
    assert point.setpoint_ma == 10000
    now = NOW_MS
    while not point.is_open:
        now += 1000
        assert now <= NOW_MS + 31000
        tell(point, now - 400, 16000, (16000,) * 3)
        site.step(now)
    assert now >= NOW_MS + 30000  # it had its time to follow
    assert (event.DISOBEYS, 0, 16000) in site.log and point.opened_ms == now
    opened = now
    while point.is_open:
        now += 1000
        mA = max(point.setpoint_ma, 0)
        tell(point, now - 400, mA, (0, 0, 0), READY)
        site.step(now)
        assert now < opened + 2000000
    assert (event.OBEYS, 0) in [row[:2] for row in site.log]
    assert now - opened == 900000


def test_new_settings_before_a_wallbox_was_heard():
    point = ChargePoint("a")
    assert (point.phases, point.min_ma, point.max_ma, point.circuit) == (3, 6000, 32000, 0)
    old = Site([static()], [point], 0)
    old.step(1000)
    new = Site([static()], [ChargePoint("a", 0, 1, "L231", 6000, 16000)], 2000)
    takeover.take_over(old, new, [new.points[0]], 2000)
    new.step(2000)
    after = new.points[0]
    assert (after.setpoint_ma, after.may_ma, after.phases_now) == (UNDECIDED, 32000, 1)
    assert after.seat.places == (1,) and not after.heard and not new.learned()
    tell(after, 2500, 8000, (8000, 0, 0))
    assert after.setpoint_ma == after.may_ma == 8000 and new.learned()


def test_r4_a_car_that_changes_to_more_phases_gets_the_minimum_of_those_or_nothing():
    for limit, right in ((8999, 0), (9000, 9000)):
        point = wallbox()
        site = steady([static(limit)], [point], [6000], [(6000, 0, 0)], [])
        point.minima = (6000, 6000, 9000)
        point.phases_now = 1
        site.place(point)
        tell(point, NOW_MS, 6000, (6000,) * 3, phases=3)
        site.step(NOW_MS)
        assert point.min_ma == 9000 and point.setpoint_ma == right


def test_new_settings_leave_an_opened_contactor_open():
    old = steady([static()], [wallbox(), wallbox("b")], [8000] * 2, [ALL] * 2, [])
    old.points[1].is_open = True
    old.points[1].opened_ms = NOW_MS - 5000
    new = Site([static()], [ChargePoint("b"), ChargePoint("a")], NOW_MS)
    takeover.take_over(old, new, [new.points[1], new.points[0]], NOW_MS)
    assert [point.is_open for point in new.points] == [True, False]
    assert new.points[0].opened_ms == NOW_MS - 5000
