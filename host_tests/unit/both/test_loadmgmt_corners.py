"""Corners of what a wallbox may draw: confirmed, reserved, taken over (R1, R5, R7)."""

from compat import ticks_add
from loadmgmt import event, reason
from loadmgmt.circuit import Circuit
from loadmgmt.point import CHARGING, NO_CAR, tolerance_ma
from loadmgmt.site import Site
from steady_site import BLIND, NOW_MS, steady, tell, wallbox

TEN = (10000, 10000, 10000)


def static(limit_ma=32000):
    return Circuit("grid", None, [limit_ma] * 3)


def one(applied=10000, drawn=TEN, **options):
    point = wallbox(**options)
    return steady([static()], [point], [applied], [drawn], []), point


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
        assert point.lost and not point.heard
        assert point.is_silent() == (time_out is not None)  # else there is nothing to keep alive
        assert (event.CHARGER_LOST, 0, before) in site.log
        assert point.may_ma == before, (failsafe, boot, time_out)
        site.step(sent + 32000)
        assert (point.reason, site.reason_ma[0]) == (reason.LOST, before)
        assert point.may_ma == before and point.setpoint_ma == 10000
        site.step(sent + 32001)
        assert point.may_ma == after, (failsafe, boot, time_out)
        if time_out:
            assert point.setpoint_ma == 0 and point.car == NO_CAR
        # looked for again only where it cannot draw by itself
        assert not point.is_silent()  # it is looked for again, with 0 A


def test_r5_a_raise_that_was_on_its_way_is_reserved():
    _, point = one()
    point.setpoint_ma = 14000
    assert point.grow_old(NOW_MS + 5000)
    assert point.may_ma == 14000
    assert not point.grow_old(NOW_MS + 6000)  # told once


def test_r7_the_first_answer_is_taken_over():
    rows = ((10000, 10000), (5999, 0), (6000, 6000), (40000, 32000))
    for applied, right in rows:
        point = wallbox()
        Site([static(63000)], [point], 0)
        tell(point, 1000, applied, TEN)
        assert point.setpoint_ma == right and point.may_ma == max(applied, 10000)


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


def test_r1_one_at_rest_for_a_week_still_counts_with_its_draw_when_it_does_not_obey():
    site, point = one(16000, (16000,) * 3)
    site.circuits[0].limit_ma = [16000] * 3
    now = NOW_MS
    for _ in range(24 * 7):
        now = ticks_add(now, 3600000)
        tell(point, now, 16000, (16000,) * 3)
        site.step(now)
    assert point.setpoint_ma == point.may_ma == 16000
    for drawn in (20000, 18000, 16000):
        now = ticks_add(now, 1000)
        tell(point, now, 16000, (drawn,) * 3)
        assert point.may_ma == drawn
