"""Reductions of a site at rest: above the fuse itself, below a fallback, and who is stopped."""

from loadmgmt import cut, event, fuse, reason, shrink, trust, weigh
from loadmgmt.circuit import Circuit
from loadmgmt.event import TOLD_STOPPED
from loadmgmt.point import CHARGING, READY, UNDECIDED
from steady_site import BLIND, NOW_MS, metered, steady, tell, wallbox

ALL = (8000, 8000, 8000)


def lowered(site, now_ms=NOW_MS):
    """Setpoints after one look for overloads, which tells whether it changed one."""
    before = [point.setpoint_ma for point in site.points]
    weigh.weigh(site, now_ms)
    told = cut.cut(site, now_ms)
    after = [point.setpoint_ma for point in site.points]
    assert told == (after != before)
    return after


def reading(*above, fuses=(35000, 35000, 35000)):
    """A meter at its fuses: these phases are 1 A above theirs."""
    return [fuses[k] + 1000 if k in above else fuses[k] for k in range(3)]


def test_r2_above_the_fuse_a_ramp_on_that_phase_ends_whichever_it_is():
    for rotation in ("L123", "L231", "L312"):
        for phase in range(3):
            circuit = metered()
            circuit.main_ma = [35000, 40000, 45000]
            meter = reading(phase, fuses=circuit.main_ma)
            another = ("L123", "L231", "L312")[(phase + 1) % 3]
            points = [wallbox("a", rotation), wallbox("b", another, 1), wallbox("c", None, 1)]
            rows = [(9000, 8800, 8900), (9000, 0, 0), (9000, 0, 0)]
            site = steady([circuit], points, [20000] * 3, rows, [meter])
            assert fuse.stop_ramps(site, circuit, NOW_MS)
            # what it draws and half an ampere; who is on another phase, or nobody knows where, may
            assert [p.setpoint_ma for p in points] == [9500, 20000, 20000], (rotation, phase)
            assert (points[0].reason, points[0].reason_at) == (reason.LIMIT, phase)


def test_r2_a_ramp_that_is_done_or_not_on_the_phase_goes_on():
    rows = (
        # draw, minimum, applied, a phase above, new setpoint
        ((19001, 0, 0), 6000, 20000, 0, 20000),  # it is there
        ((0, 19001, 0), 6000, 20000, 0, 20000),
        ((0, 0, 19001), 6000, 20000, 0, 20000),
        ((19000, 0, 0), 6000, 20000, 0, 19500),
        ((3000, 0, 0), 6000, 20000, 0, 6000),  # not below its minimum (R4)
        ((3000, 0, 0), 6000, 6000, 0, 6000),
        ((9000, 0, 0), 6000, 20000, None, 20000),  # at the fuse is not above it
    )
    for drawn, least, applied, phase, right in rows:
        circuit = metered()
        point = wallbox(min_ma=least)
        meter = reading(phase) if phase is not None else [35000] * 3
        site = steady([circuit], [point], [applied], [drawn], [meter])
        assert fuse.stop_ramps(site, circuit, NOW_MS) == (right < applied), drawn
        assert point.setpoint_ma == right, drawn


def test_r2_what_the_second_look_alone_lowers_is_told_at_once():
    # b was told 10 A less a moment ago, which covers the excess over the target: a, which was
    # raised to 20 A with it, draws
    rows = (
        # 9 A and may not go on to 20 A; b drew all it had, so that covers the fuse, too
        (9000, 20000, 36000, [9500, 10000]),
        # 20 A and is cut by the 3 A that b, which drew 12 A, does not give
        (20000, 12000, 45000, [17000, 10000]),
    )
    for first, second, meter, right in rows:
        circuit = metered(40000 if meter > 40000 else 35000)
        points = [wallbox("a"), wallbox("b")]
        draws = [(first,) * 3, (second,) * 3]
        site = steady([circuit], points, [20000] * 2, draws, [[meter] * 3])
        site.change(points[1], 10000, NOW_MS - 1500)
        points[0].changed_ms = NOW_MS - 1500
        weigh.weigh(site, NOW_MS)
        assert max(site.over) <= 0
        assert lowered(site) == right


def test_r4_the_ramp_ends_at_a_step_of_the_wallbox():
    circuit = metered()
    point = wallbox(step_ma=1000)
    site = steady([circuit], [point], [20000], [(9300, 9300, 9300)], [reading(1)])
    fuse.stop_ramps(site, circuit, NOW_MS)
    assert point.setpoint_ma == 9000


def test_section_5_a_cut_on_an_unknown_phase_is_credited_on_none_until_the_meter_shows_it():
    for rotation, credited in (("L123", True), (None, False)):
        circuit = metered()
        point = wallbox("a", rotation, 1)
        site = steady([circuit], [point], [16000], [(16000, 0, 0)], [[40000, 20000, 20000]])
        assert fuse.above_fuse(circuit, NOW_MS) == [5000, -15000, -15000]
        site.change(point, 11000, NOW_MS)
        tell(point, NOW_MS + 500, 11000, (16000, 0, 0))
        site.sample(0, NOW_MS + 1000, 40000, 20000, 20000, False)
        found = fuse.above_fuse(circuit, NOW_MS + 1000)
        assert found == [0 if credited else 5000, -15000, -15000], rotation


def test_r2_the_whole_excess_is_taken_from_those_on_the_phase():
    # 5 A above the fuse on L2; a known on it, b known on another, c anywhere
    circuit = metered(40000)
    points = [wallbox("a", "L231", 1), wallbox("b", "L123", 1)]
    meter = [20000, 45000, 20000]
    site = steady([circuit], points, [16000] * 2, [(16000, 0, 0), (16000, 0, 0)], [meter])
    assert lowered(site) == [11000, 16000]
    assert (points[0].reason, points[0].reason_at) == (reason.LIMIT, 1)
    # the same value in the next pass: that was taken back already
    tell(points[0], NOW_MS + 200, 11000, (16000, 0, 0))
    assert lowered(site, NOW_MS + 300) == [11000, 16000]


def test_section_5_with_too_little_known_load_each_that_may_be_there_is_cut_by_the_rest():
    circuit = metered(40000)
    points = [wallbox("a", None, 1), wallbox("b", None, 1)]
    meter = [45000, 20000, 20000]
    site = steady([circuit], points, [16000] * 2, [(16000, 0, 0), (14000, 0, 0)], [meter])
    found = lowered(site)
    # the one that is there, whichever it is, gives 5 A of what it draws
    assert found == [11000, 9000], found


def test_section_5_above_the_fuse_one_of_unknown_place_is_cut_on_any_phase():
    for phase in range(3):
        circuit = metered(40000)
        point = wallbox("a", None, 1)
        meter = [45000 if k == phase else 20000 for k in range(3)]
        site = steady([circuit], [point], [16000], [(16000, 0, 0)], [meter])
        weigh.weigh(site, NOW_MS)
        assert fuse.against_fuse(site, circuit, phase, NOW_MS)
        assert point.setpoint_ma == 11000, phase
        assert (point.reason, point.reason_at) == (reason.LIMIT, phase)


def test_section_5_what_one_of_unknown_place_gives_spares_nobody_on_another_phase():
    # 5 A too much on L1, 3 A on L2: a may be on either, b is on L2
    circuit = metered(40000)
    points = [wallbox("a", None, 1), wallbox("b", "L231", 1)]
    meter = [45000, 43000, 20000]
    site = steady([circuit], points, [16000] * 2, [(16000, 0, 0)] * 2, [meter])
    circuit.main_ma = [60000] * 3  # the fuse itself is not looked at here
    assert lowered(site) == [11000, 13000]


def test_r2_below_a_fallback_one_that_does_not_obey_is_told_what_the_cars_may_have():
    rows = ((20000, 6000), (30000, 0))  # 15 A or 5 A for the cars: its minimum fits, or not
    for load, right in rows:
        circuit = metered()
        circuit.fallback_ma = [load] * 3
        point = wallbox()
        site = steady([circuit], [point], [20000], [(20000,) * 3], [[25000] * 3])
        site.change(point, 18000, NOW_MS - 9000)
        point.may_ma = 20000
        circuit.trust.state = trust.SILENT
        assert weigh.expected_ma(point, NOW_MS) == 20000
        assert lowered(site) == [right], load
        assert point.may_ma == 20000


def blind_car(state, setpoint, may, since_ms):
    circuit = metered(40000)
    point = wallbox("a", "L123", 3)
    site = steady([circuit], [point], [may], [BLIND], [[45000] * 3])
    tell(point, NOW_MS - 500, may, BLIND, state)
    if setpoint < may:
        site.change(point, setpoint, NOW_MS - since_ms)
    return site, point


def test_one_that_cannot_measure_is_cut_by_what_it_is_taken_to_draw():
    rows = (
        # state, setpoint, what it may draw, ms since its cut, setpoint after a look at 45 A of 40
        (CHARGING, 16000, 16000, 0, 11000),
        (READY, 16000, 16000, 0, 16000),  # it draws nothing
        (CHARGING, 11000, 16000, 3000, 11000),  # that cut does not show yet
    )
    for state, setpoint, may, since_ms, right in rows:
        site, point = blind_car(state, setpoint, may, since_ms)
        site.low[0] = 20000  # what an earlier look left there
        above = fuse.above_fuse(site.circuits[0], NOW_MS)
        for phase in range(3):
            if above[phase] > 0:
                fuse.against_fuse(site, site.circuits[0], phase, NOW_MS)
        assert point.setpoint_ma == right, (state, setpoint, may, since_ms)


def test_r9_who_is_stopped_first():
    # less priority, not on again for less than a slot, idle, charges for longest, the name
    rows = (
        ({"priority": 1}, {}, False),
        ({}, {"priority": 1}, True),
        ({"again": True}, {}, False),
        ({"drawn": 0}, {}, True),
        ({"drawn": 499}, {"drawn": 500}, True),
        ({"since_ms": 30000}, {"since_ms": 20000}, False),
        ({"since_ms": 20000}, {"since_ms": 30000}, True),
        ({"since_ms": 20000, "drawn": 8000}, {"since_ms": 30000, "drawn": 0}, False),
        ({"again": True, "drawn": 0}, {}, False),
        ({"again": True, "priority": -1}, {}, True),
        ({}, {}, True),  # a before b
    )
    for first, second, right in rows:
        points = [wallbox("a"), wallbox("b")]
        site = steady([Circuit("grid", None, [32000] * 3)], points, [8000] * 2, [ALL, ALL], [])
        for point, options in zip(points, (first, second)):
            point.priority = options.get("priority", 0)
            point.since_ms = options.get("since_ms", 20000)
            point.drawn[12] = options.get("drawn", 8000)
            if "again" in options:
                site.told[point.index] |= TOLD_STOPPED
        assert shrink._stops_before(site, points[0], points[1], NOW_MS) == right, (first, second)
        assert shrink._stops_before(site, points[1], points[0], NOW_MS) == (not right)
    # a slot later its earlier stop is forgotten
    site.told[0] |= TOLD_STOPPED
    assert not shrink._stops_before(site, points[0], points[1], NOW_MS)
    assert shrink._stops_before(site, points[0], points[1], 1000 + 900000)


def test_r9_r10_one_is_stopped_where_two_minima_do_not_fit_and_the_limit_is_named():
    circuits = [Circuit("grid", None, [32000] * 3), Circuit("cellar", 0, [32000, 11000, 32000])]
    points = [wallbox("a", circuit=1), wallbox("b", circuit=1), wallbox("c")]
    site = steady(circuits, points, [6000, 6000, 7000], [(6000,) * 3] * 3, [])
    assert lowered(site) == [0, 6000, 7000]
    assert (points[0].reason, points[0].reason_at) == (reason.NO_ROOM, 4)
    assert site.reason_ma[0] == 6000
    assert (event.STOPPED, 0, 4) in site.log
    assert (event.OVERLOAD, 4, 1000) in site.log


def test_r7_a_wallbox_that_was_not_heard_costs_the_others_no_stop():
    points = [wallbox("a"), wallbox("b")]
    site = steady([Circuit("grid", None, [16000] * 3)], points, [10000] * 2, [ALL, ALL], [])
    points[1].setpoint_ma = UNDECIDED
    points[1].heard = False
    points[1].may_ma = 32000
    assert lowered(site) == [10000, UNDECIDED]


def test_r9_a_late_car_costs_the_others_a_cut_but_no_stop():
    # a was told 6 A 9 s ago and draws 12 A still; 16 A for both
    points = [wallbox("a"), wallbox("b")]
    site = steady(
        [Circuit("grid", None, [16000] * 3)], points, [12000, 8000], [(12000,) * 3, ALL], []
    )
    site.change(points[0], 6000, NOW_MS - 9000)
    points[0].may_ma = 12000
    assert lowered(site) == [6000, 6000]
    # 12 s after its cut it counts as one that does not obey: nothing else is legal
    site.change(points[0], 6000, NOW_MS - 12000)
    points[0].may_ma = 12000
    points[0].changed_ms = NOW_MS - 12000
    assert lowered(site) == [6000, 0]


def test_what_one_that_does_not_obey_let_go_since_the_sample_counts_as_taken_back():
    # a slow meter: 5 A above the fuse 7 s ago, when a drew 16 A; now it draws 12 A of its 6 A
    circuit = metered(40000)
    points = [wallbox("a"), wallbox("b")]
    site = steady([circuit], points, [16000] * 2, [(16000,) * 3] * 2, [[45000] * 3])
    site.change(points[0], 6000, NOW_MS - 2500)
    tell(points[0], NOW_MS + 3000, 6000, (12000,) * 3)
    tell(points[1], NOW_MS + 3000, 16000, (16000,) * 3)
    now = NOW_MS + 6000
    assert weigh.expected_ma(points[0], now) == 12000
    for phase in range(3):
        fuse.against_fuse(site, circuit, phase, now)
    # b gives the 1 A that is left of the 5 A, once
    assert [p.setpoint_ma for p in points] == [6000, 15000]
    assert points[1].reason == reason.LIMIT
