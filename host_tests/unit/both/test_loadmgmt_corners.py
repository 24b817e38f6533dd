"""Corners of the records: what a wallbox may draw (R1, R5), what a site is made of, its sums."""

from loadmgmt import event, reason, summary, takeover, trust, weigh
from loadmgmt.circuit import NONE_MA, Circuit
from loadmgmt.point import (
    CHARGING,
    NO_CAR,
    READY,
    UNDECIDED,
    WAITING,
    ChargePoint,
    order_of,
    tolerance_ma,
)
from loadmgmt.site import LOWERED, RAISED, Site
from steady_site import BLIND, NOW_MS, metered, steady, tell, wallbox

ALL = (8000, 8000, 8000)
TEN = (10000, 10000, 10000)


def fails(make):
    try:
        make()
    except ValueError as error:
        return error.args[0]
    raise AssertionError("no ValueError")


def static(limit_ma=32000):
    return Circuit("grid", None, [limit_ma] * 3)


def one(applied=10000, drawn=TEN, **options):
    point = wallbox(**options)
    return steady([static()], [point], [applied], [drawn], []), point


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


def test_r1_a_lower_limit_is_confirmed_by_what_is_applied_and_drawn():
    rows = (
        # setpoint, applied, draw, and what it may draw then, of 16 A before
        (10000, 10000, 10000, 10000),
        (10000, 9000, 9000, 10000),
        (10000, 10000, 10500, 10000),  # 0.5 A is within its tolerance
        (10000, 10000, 10501, 16000),
        (30000, 30000, 30900, 30000),  # and 3 %
        (30000, 30000, 30901, 32000),
        (10000, 10001, 0, 16000),
        (10000, 18000, 0, 18000),
        (10000, 10000, 17000, 17000),
    )
    for setpoint, applied, drawn, right in rows:
        most = 32000 if setpoint == 30000 else 16000
        site, point = one(most, (most,) * 3)
        site.change(point, setpoint, NOW_MS)
        assert point.may_ma == most
        tell(point, NOW_MS + 1000, applied, (0, drawn, 0))
        assert point.may_ma == right, (setpoint, applied, drawn, point.may_ma)
    assert tolerance_ma(0) == 500 and tolerance_ma(20000) == 600


def test_r1_a_state_from_before_the_command_confirms_nothing():
    site, point = one()
    site.change(point, 8000, NOW_MS)
    point.report(NOW_MS + 100, 8000, 8000, 8000, 8000, CHARGING, 32000, 0)
    assert point.may_ma == 10000 and point.applied_ok_ms is None
    point.sent_ms = NOW_MS
    point.report(NOW_MS + 200, 8000, 8000, 8000, 8000, CHARGING, 32000, 0)
    assert point.may_ma == 8000


def test_r1_one_that_cannot_measure_confirms_12_s_after_it_applied_the_limit():
    site, point = one(drawn=BLIND)
    site.change(point, 8000, NOW_MS)
    tell(point, NOW_MS + 3000, 9000, BLIND)
    tell(point, NOW_MS + 4000, 8000, BLIND)
    tell(point, NOW_MS + 15999, 8000, BLIND)
    assert point.may_ma == 10000
    tell(point, NOW_MS + 16000, 8000, BLIND)
    assert (point.may_ma, point.confirm_ms) == (8000, NOW_MS + 16000)


def test_r1_one_that_applies_more_counts_with_that_when_nothing_higher_is_on_its_way():
    site, point = one(16000, (9000,) * 3)
    site.change(point, 8000, NOW_MS)
    point.report(NOW_MS + 12000, 12000, 9000, 9000, 9000, CHARGING, 32000, 0)
    assert point.may_ma == 16000  # no command has gone out since the change
    tell(point, NOW_MS + 11999, 12000, (9000,) * 3)
    assert point.may_ma == 16000
    tell(point, NOW_MS + 12000, 12000, (9000,) * 3)
    assert point.may_ma == 12000
    tell(point, NOW_MS + 13000, 12000, (0, 14000, 0))
    assert point.may_ma == 14000


def test_r1_one_that_draws_more_counts_with_its_draw_until_it_obeys():
    site, point = one(16000, (16000,) * 3)
    site.change(point, 8000, NOW_MS)
    for second in range(1, 12):
        tell(point, NOW_MS + second * 1000, 8000, (0, 0, 12000))
        assert point.may_ma == 16000
    tell(point, NOW_MS + 13000, 8000, (0, 0, 12000))
    assert point.may_ma == 12000 and point.is_disobeying()
    tell(point, NOW_MS + 14000, 8000, (0, 0, 8300))
    assert point.may_ma == 8000 and not point.is_disobeying()


def test_r5_the_reserve_of_a_lost_wallbox():
    rows = (
        # failsafe, boot, time-out; reserve at once, and when its time-out is over
        (0, 0, 30000, 10000, 0),
        (6000, 0, 30000, 10000, 6000),
        (13000, 0, 30000, 13000, 13000),  # it may be at its failsafe before its time for us
        (0, 12000, 30000, 12000, 12000),
        (6000, 12000, 30000, 12000, 12000),
        (0, 0, None, 10000, 10000),  # without a time-out for ever
    )
    for failsafe, boot, time_out, before, after in rows:
        site, point = one(failsafe_ma=failsafe, boot_ma=boot, dead_man_ms=time_out)
        site.circuits[0].limit_ma = [10000] * 3
        sent = point.sent_ms
        site.step(sent + 5001)
        assert not point.lost
        site.step(point.reading_ms + 5001)
        assert point.lost and point.is_silent() and not point.heard
        assert (event.CHARGER_LOST, 0, before) in site.log
        assert point.may_ma == before, (failsafe, boot, time_out)
        site.step(sent + 32000)
        assert (point.reason, site.reason_ma[0]) == (reason.LOST, before)
        assert point.may_ma == before and point.setpoint_ma == 10000
        site.step(sent + 32001)
        assert point.may_ma == after, (failsafe, boot, time_out)
        if time_out:
            assert point.setpoint_ma == failsafe and point.car == NO_CAR
        # looked for again only where it cannot draw by itself
        assert point.is_silent() == (after > 0)


def test_r5_a_raise_that_was_on_its_way_is_reserved():
    _, point = one()
    point.setpoint_ma = 14000
    assert point.grow_old(NOW_MS + 5000)
    assert point.may_ma == 14000
    assert not point.grow_old(NOW_MS + 6000)  # told once


def test_a_name_that_is_no_address_is_never_lost_and_takes_nothing():
    points = [wallbox("a"), wallbox("b", name_error=True)]
    site = Site([static(16000)], points, 0)
    for now in range(1000, 40000, 1000):
        setpoint = max(points[0].setpoint_ma, 0)
        tell(points[0], now, setpoint, (setpoint,) * 3, CHARGING if setpoint else READY)
        site.step(now)
    assert not points[1].lost and points[1].setpoint_ma == UNDECIDED
    assert points[0].setpoint_ma == 16000
    summary.summarize(site)
    assert site.circuits[0].may_ma == [16000] * 3


def test_r7_the_first_answer_is_taken_over():
    rows = ((10000, 10000), (5999, 0), (6000, 6000), (40000, 32000))
    for applied, right in rows:
        point = wallbox()
        Site([static(63000)], [point], 0)
        tell(point, 1000, applied, TEN)
        assert point.setpoint_ma == right and point.may_ma == max(applied, 10000)


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


def test_two_answers_close_together_are_one_reading():
    _, point = one()
    now = NOW_MS + 2000
    for ms, drawn, before in (
        (0, 12000, 10000),
        (699, 14000, 10000),
        (700, 15000, 14000),
        (1300, 16000, 14000),
    ):
        tell(point, now + ms, 16000, (drawn,) * 3)
        assert list(point.drawn[9:12]) == [before] * 3, (ms, point.drawn[9])
    assert list(point.drawn[:9]) == [16000] * 6 + [0] * 3 and point.drawn[12] == 16000


def test_a_move_on_any_phase_is_noticed():
    for k in range(3):
        _, point = one()
        row = [10000] * 3
        row[k] += 500
        tell(point, NOW_MS, 10000, row)
        assert point.moved_ms < NOW_MS
        row[k] += 501
        tell(point, NOW_MS + 1000, 10000, row)
        assert point.moved_ms == NOW_MS + 1000


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
    summary.summarize(site)
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
    summary.summarize(site)
    assert grid.budget_ma == [0, 20000, 20000]
    # a meter without the wallboxes reads the house
    grid.includes = False
    summary.summarize(site)
    assert grid.house_ma == [50000, 25000, 21000] and grid.budget_ma == [0, 10000, 14000]
    # not believed: the fallback
    grid.fallback_ma = (20000, 30000, 99000)
    grid.trust.state = trust.SILENT
    weigh.weigh(site, NOW_MS)
    summary.summarize(site)
    assert grid.budget_ma == [15000, 5000, 0]
    # without any limit there is none to tell
    site = steady([Circuit("free")], [wallbox()], [8000], [ALL], [])
    summary.summarize(site)
    assert site.circuits[0].budget_ma == [NONE_MA] * 3


def test_new_settings_that_change_the_setpoint_start_its_time_to_follow():
    old, point = one()
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
