"""Corners of the queue: who is held back, who is left to wait, whose turn ends."""

from array import array

from loadmgmt import choose, event, reason, worth
from loadmgmt.circuit import Circuit
from loadmgmt.event import TOLD_CUT, TOLD_LOST, TOLD_STOPPED
from loadmgmt.point import CHARGING, NO_CAR, READY, WAITING
from loadmgmt.queue import account
from loadmgmt.site import Site
from steady_site import BLIND, NOW_MS, metered, steady, tell, wallbox

ZERO = (0, 0, 0)


def static(limit_ma=32000, name="grid", parent=None):
    return Circuit(name, parent, [limit_ma] * 3)


def obey(site, seconds, now_ms=0):
    """Let every wallbox do at once what it is told, for so long; returns the time."""
    for _ in range(seconds):
        now_ms += 1000
        for point in site.points:
            mA = max(point.setpoint_ma, 0)
            tell(point, now_ms - 400, mA, (mA,) * 3, CHARGING if mA else WAITING)
        site.step(now_ms)
    return now_ms


def test_what_a_car_has_received_is_counted_over_its_phases():
    rows = (
        # phases, draw, state; in a minute of mA * s / 16, of 1000 before
        (3, (8000, 16000, 4000), CHARGING, 1000 + 28000 * 60 // 16),
        (1, (16000, 0, 0), CHARGING, 1000 + 16000 * 60 // 16),
        (3, BLIND, CHARGING, 1000 + 3 * 10000 * 60 // 16),
        (1, BLIND, CHARGING, 1000 + 10000 * 60 // 16),
        (3, (300, 0, 0), READY, 1000),
        (3, ZERO, CHARGING, 1000),
        (3, ZERO, NO_CAR, 0),
    )
    for phases, drawn, car, right in rows:
        point = wallbox("a", "L123", phases)
        site = steady([static()], [point], [10000], [drawn], [])
        site.served[0] = 1000
        site.told[0] = TOLD_STOPPED | TOLD_CUT | TOLD_LOST
        site.accounted_ms = NOW_MS - 60000
        tell(point, NOW_MS, 10000, drawn, car)
        account(site, NOW_MS)
        assert (site.served[0], site.accounted_ms) == (right, NOW_MS), (phases, drawn, car)
        # another car is no longer the one that was stopped
        stopped = TOLD_STOPPED | TOLD_CUT if car else 0
        assert site.told[0] == TOLD_LOST | stopped
    # one that cannot be heard may still have its car
    site.served[0] = 1000
    point.heard = False
    account(site, NOW_MS)
    assert site.served[0] == 1000
    point.car = CHARGING
    point.measures = False
    site.served[0] = 0x3FFFFFFF
    account(site, NOW_MS + 60000)
    assert site.served[0] == 0x3FFFFFFF


def test_r3_headroom_that_held_for_one_of_two_stopped_cars_starts_one():
    # 12 A are free, 5 A of them not yet for a minute
    circuit = metered(35000)
    points = [wallbox("a"), wallbox("b")]
    site = steady([circuit], points, [0, 0], [ZERO] * 2, [[23000] * 3])
    for point in points:
        tell(point, NOW_MS - 300, 0, ZERO, WAITING)
        site.told[point.index] |= TOLD_CUT
    circuit._seconds = array("i", [23000] * 33)
    circuit._tens = array("i", [28000] * 3 + [23000] * 18)
    circuit._clock_ms = NOW_MS
    site.step(NOW_MS)
    assert [p.setpoint_ma > 0 for p in points] == [True, False]
    assert (points[1].reason, points[1].reason_at) == (reason.HOLD, 0)
    # had it held for both, both would have started
    points = [wallbox("a"), wallbox("b")]
    circuit = metered(35000)
    site = steady([circuit], points, [0, 0], [ZERO] * 2, [[23000] * 3])
    for point in points:
        tell(point, NOW_MS - 300, 0, ZERO, WAITING)
        site.told[point.index] |= TOLD_CUT
    circuit._seconds = array("i", [23000] * 33)
    circuit._tens = array("i", [23000] * 21)
    circuit._clock_ms = NOW_MS
    site.step(NOW_MS)
    assert [p.setpoint_ma for p in points] == [6000, 6000]


def test_r3_a_turn_does_not_end_while_its_group_has_not_settled():
    circuits = [static(7000, "left"), static(32000, "right")]
    points = [wallbox("a"), wallbox("b"), wallbox("c", circuit=1)]
    site = Site(circuits, points, 0)
    now = obey(site, 930)
    on = 0 if points[0].setpoint_ma else 1
    assert points[on].setpoint_ma == 7000 and points[2].setpoint_ma == 32000
    # the first of the phases that it lacks (R10)
    assert (points[1 - on].reason, points[1 - on].reason_at) == (reason.WAITS_TURN, 0)
    site.turn_ms[on] = now - 900000
    site.log = []
    site.on_event = lambda code, subject, value: site.log.append((code, subject))
    circuits[0].settled_ms = now + 10000
    site.told[1 - on] = 0
    now = obey(site, 9, now)
    assert points[on].setpoint_ma == 7000 and not site.log
    now = obey(site, 3, now)
    assert points[on].setpoint_ma == 0 and (event.TURN_ENDED, on) in site.log


def test_choosing_goes_on_without_the_memory_for_the_better_choice():
    low, cap = [6000] * 3, [16000] * 3
    uses, earn, rank = [(0, 1, 2)] * 3, [3, 3, 1], [0] * 3
    call = choose.call

    def no_memory(*_):
        raise MemoryError

    for replaced in (call, no_memory):
        room = [13000] * 3
        choose.call = replaced
        try:
            found = choose.choose([0, 1, 2], low, cap, uses, room, earn, rank, [])
        finally:
            choose.call = call
        assert sorted(found) == [0, 1] and room == [1000] * 3


def test_the_better_choice_of_many_fits_and_of_nobody_is_nobody():
    room = [500000] * 3
    # 40 single-phase cars of unknown place, which are worth little beside the others
    n = 60
    uses = [(0, 1, 2)] * n
    earn = [1] * 40 + [3] * 20
    found = worth.choose(list(range(n)), [6000] * n, [32000] * n, uses, room, earn, [0] * n, [])
    assert set(range(40, 60)) <= set(found) and min(room) >= 0
    room = [5000] * 3
    assert worth.choose([0], [6000], [9000], [(0, 1, 2)], room, [3], [0], []) == []
    assert room == [5000] * 3


def fleet(limits, cars):
    """Wallboxes of three phases and known or unknown place on static limits."""
    points = []
    for i, rotation in enumerate(cars):
        points.append(wallbox("box %d" % i, rotation, 3 if rotation else 1))
    return Site([Circuit("grid", None, limits)], points, 0)


def test_those_left_to_wait_for_the_sake_of_the_others_wait_for_a_slot_at_most():
    site = fleet([90000] * 3, ["L123"] * 6 + [None] * 7)
    for seconds in (2, 100, 790):
        obey(site, seconds, site.accounted_ms)
        assert [p.setpoint_ma for p in site.points] == [15000] * 6 + [0] * 7
        assert {p.reason for p in site.points[6:]} == {reason.WAITS_TURN}
    obey(site, 20, site.accounted_ms)
    assert min([p.setpoint_ma for p in site.points]) >= 6900


def test_one_left_to_wait_does_not_join_a_moment_later():
    site = fleet([50000] * 3, ["L123"] * 5 + [None])
    obey(site, 50)
    assert [p.setpoint_ma for p in site.points] == [10000] * 5 + [0]
    assert site.points[5].reason == reason.WAITS_TURN


def best_of(cars, limit_ma):
    """cars: (limits, phases fed, minimum, most). Returns who is in the best set."""
    uses, earn, low, cap = [list(column) for column in zip(*cars)]
    room = [limit_ma] * 3
    return sorted(
        worth.choose(list(range(len(cars))), low, cap, uses, room, earn, [0] * len(cars), [])
    )


def test_of_two_sets_the_one_with_clearly_more_current_is_taken():
    every = (0, 1, 2)
    one, three = ((0,), 1, 10000, 32000), (every, 3, 6000, 32000)
    small, two = ((0,), 1, 6000, 32000), ((1,), 1, 10000, 16000)
    # 66 A with two cars, or 55 A with three
    assert best_of((one, three, (every, 3, 10000, 16000), small, two), 22000) == [1, 2]
    # 26 A with two cars each: the set that is found first
    assert best_of((one, three, ((1,), 1, 10000, 32000), small), 13000) == [2, 3]
