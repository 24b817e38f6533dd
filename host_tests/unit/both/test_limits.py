"""Where the limit of a circuit comes from, and the profile of a day."""

from loadmgmt import limits, reason, schedule
from loadmgmt.circuit import Circuit
from loadmgmt.point import CHARGING, ChargePoint
from loadmgmt.site import Site

HARD = [32000, 32000, 25000]
L, E, S = reason.LIMIT, reason.EXTERNAL, reason.SCHEDULE
O, I = reason.OPERATOR, reason.INPUT  # noqa: E741


def test_the_least_of_all_sources_holds_on_each_phase():
    for given, limit, why in (
        # hard, operator, offset while live, schedule now, available
        ((None, None, None, None, None), None, None),
        ((HARD, None, None, None, None), HARD, None),
        # the operator's limit, with and without a live input
        ((HARD, [20000] * 3, None, None, None), [20000] * 3, (O, O, O)),
        ((HARD, [32000, 20000, 25000], None, None, None), [32000, 20000, 25000], (L, O, L)),
        ((HARD, [20000] * 3, [5000, 0, 30000], None, None), [15000, 20000, 0], (I, O, I)),
        ((HARD, None, [5000, 0, 30000], None, None), [27000, 32000, 0], (I, L, I)),
        ((HARD, None, [0, 0, 0], None, None), HARD, None),
        # the profile of the day, which may be above the hard limit
        ((HARD, None, None, [30000] * 3, None), [30000, 30000, 25000], (S, S, L)),
        ((None, None, None, [30000, 0, 1], None), [30000, 0, 1], (S, S, S)),
        # from outside
        ((HARD, None, None, None, 26000), [26000, 26000, 25000], (E, E, L)),
        ((None, None, None, None, 0), [0, 0, 0], (E, E, E)),
        # of equal ones the first is named
        ((HARD, [20000] * 3, None, [20000] * 3, 20000), [20000] * 3, (O, O, O)),
        # all together
        (
            (HARD, [30000, 30000, 25000], [1000] * 3, [40000, 16000, 40000], 28000),
            [28000, 16000, 24000],
            (E, S, I),
        ),
        # an offset takes nothing off a limit that is not there
        ((None, None, [5000] * 3, None, None), None, None),
    ):
        assert limits.effective(*given) == (limit, why), given
    assert HARD == [32000, 32000, 25000]


def test_a_limit_that_comes_and_goes_is_heeded_at_once():
    root = Circuit("grid", None, None, [63000] * 3)
    root.meter(0, 1000, True, False)
    garage = Circuit("garage", 0)
    point = ChargePoint("a", 1, 3, "L123")
    site = Site([root, garage], [point], 0)
    site.sample(0, 0, 16000, 16000, 16000, False)
    point.sent_ms = 0
    point.report(0, 16000, 15900, 15900, 15900, CHARGING, 32000, 3)
    site.step(0)
    assert point.setpoint_ma == 16000
    assert limits.put(garage, [32000, 11000, 32000], (L, O, L))
    site.step(100)
    assert point.setpoint_ma == 11000
    assert (point.reason, point.reason_at) == (O, 4)
    assert not limits.put(garage, [32000, 11000, 32000], (L, O, L))
    assert limits.put(garage, None, None)
    site.step(200)
    assert max(site.over) <= 0
    assert not point.seat.static and point.seat.dynamic


def test_available_current_is_for_root_circuits():
    circuits = [Circuit("a", None, [20000] * 3), Circuit("b", 0, [9000] * 3), Circuit("c")]
    site = Site(circuits, [], 0)
    limits.set_available(site, 16000)
    assert [c.limit_ma[0] for c in circuits] == [16000, 9000, 16000]
    assert circuits[0].why == (E, E, E) and circuits[1].why is None
    limits.set_available(site, 25000)
    assert [c.limit_ma[0] for c in circuits] == [20000, 9000, 25000]
    limits.set_available(site, None)
    assert [c.limit_ma and c.limit_ma[0] for c in circuits] == [20000, 9000, None]


DAY = (
    (22 * 60, [32000, 32000, 32000]),
    (6 * 60, [16000, 20000, 10000]),
    (17 * 60 + 30, [8000, 20000, 32000]),
)


def at(rows, hour, minute=0):
    return schedule.current_ma(rows, schedule.row_at(rows, hour * 60 + minute))


def test_a_row_holds_until_the_next_one_and_the_last_over_midnight():
    rows = schedule.rows_of(DAY)
    assert at(rows, 0) == [32000] * 3
    assert at(rows, 5, 59) == [32000] * 3
    assert at(rows, 6) == [16000, 20000, 10000]
    assert at(rows, 17, 29) == [16000, 20000, 10000]
    assert at(rows, 17, 30) == [8000, 20000, 32000]
    assert at(rows, 21, 59) == [8000, 20000, 32000]
    assert at(rows, 22) == at(rows, 23, 59) == [32000] * 3


def test_one_row_holds_all_day():
    rows = schedule.rows_of([(720, [1, 2, 3])])
    for hour in range(24):
        assert at(rows, hour) == [1, 2, 3]


def test_the_strictest_row_of_each_phase_holds_while_the_time_is_unknown():
    rows = schedule.rows_of(DAY)
    assert schedule.row_at(rows, schedule.UNKNOWN) == schedule.UNKNOWN
    assert schedule.current_ma(rows, schedule.UNKNOWN) == [8000, 20000, 10000]
