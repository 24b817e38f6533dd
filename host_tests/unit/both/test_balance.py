"""The balance between the phases (balance.py), by single formulas on sites at rest."""

from steady_site import NOW_MS, metered, steady, tell, wallbox

from loadmgmt import options, reason
from loadmgmt.circuit import NONE_MA, Circuit
from loadmgmt.site import LOWERED


def site_of(points, applied, drawn, meter, limit_ma=20000, preventive=False, **circuit):
    """One circuit with these wallboxes at rest; meter: None, there is none."""
    if meter is None:
        grid = Circuit("grid", None, [100000] * 3)
    else:
        grid = metered(200000, **circuit)
    grid.imbalance_ma = limit_ma
    grid.is_preventive = preventive
    site = steady([grid], points, applied, drawn, [meter] if meter else [])
    options.attach(site, {}, NOW_MS)
    site.shared_ms = NOW_MS  # cuts only
    return site


def singles():
    """One wallbox on each phase."""
    return [wallbox("a", "L123", 1), wallbox("b", "L231", 1), wallbox("c", "L312", 1)]


def tell_all(site, applied, drawn, now_ms=NOW_MS - 400):
    for point, mA, row in zip(site.points, applied, drawn):
        tell(point, now_ms, mA, row)


def one(mA):
    return (mA, 0, 0)


def setpoints(site):
    return [point.setpoint_ma for point in site.points]


def test_measured_lends_what_the_lowest_phase_has():
    points = singles()
    drawn = [one(30000), one(16000), one(12000)]
    # L1 30 + 5, the lowest is L3 with 12 + 2: 21 A apart
    site = site_of(points, [30000, 16000, 12000], drawn, (35000, 17000, 14000))
    site.step(NOW_MS)
    assert setpoints(site) == [29000, 16000, 12000]
    assert points[0].reason == reason.IMBALANCE and points[0].reason_at == 0


def test_preventive_lends_nothing():
    points = singles()
    drawn = [one(18000), one(16000), one(12000)]
    # the house has 5 on L1, 1 on L2 and 2 on L3: 15 A are left on L1
    site = site_of(points, [18000, 16000, 12000], drawn, (23000, 17000, 14000), preventive=True)
    site.step(NOW_MS)
    assert setpoints(site) == [15000, 16000, 12000]


def test_generation_on_another_phase_is_taken_away():
    points = [wallbox("a", "L123", 1)]
    site = site_of(points, [18000], [one(18000)], (18000, -6000, 0), preventive=True)
    site.step(NOW_MS)
    assert setpoints(site) == [14000]


def test_a_three_phase_car_does_not_count_and_is_not_cut():
    drawn = [(16000, 16000, 16000), (10000, 10000, 10000)]
    for preventive in (False, True):
        points = [wallbox("a", "L123", 3), wallbox("b", None, 3)]
        site = site_of(points, [16000, 10000], drawn, (80000, 26000, 26000), 6000, preventive)
        site.step(NOW_MS)
        assert setpoints(site) == [16000, 10000]


def test_the_car_on_the_lowest_phase_is_not_cut():
    for preventive in (False, True):
        points = [wallbox("a", "L123", 1)]
        site = site_of(points, [10000], [one(10000)], (40000, 41000, 65000), 6000, preventive)
        site.step(NOW_MS)
        assert setpoints(site) == [10000]
    # one that comes above the lowest is cut no deeper than that
    points = [wallbox("a", "L123", 1)]
    site = site_of(points, [16000], [one(16000)], (46000, 41000, 65000), 6000, True)
    site.step(NOW_MS)
    assert setpoints(site) == [11000]


def test_what_is_taken_from_the_lowest_phase_is_given_back_on_the_others_in_the_same_pass():
    points = singles()
    drawn = [one(30000), one(20000), one(12000)]
    site = site_of(points, [30000, 20000, 12000], drawn, (30000, 20000, 12000))
    assert not site.step(NOW_MS) & LOWERED
    points[2].paused = True  # by a person
    assert site.step(NOW_MS + 100) & LOWERED
    # up to 0.5 A more than it reported may be let go on L3
    assert setpoints(site) == [20000, 20000, 0]
    assert points[0].reason == reason.IMBALANCE


def test_one_of_unknown_rotation_counts_wherever_it_may_be():
    points = [wallbox("a", "L123", 1), wallbox("u", None, 1)]
    site = site_of(points, [14000, 8000], [one(14000), one(8000)], None)
    assert points[1].seat.places == (0, 1, 2, 6, 7, 8) and points[0].seat.places == (0, 6)
    site.step(NOW_MS)
    assert setpoints(site) == [12000, 8000]  # 14 + 8 - 20 = 2 A too much on L1


def test_between_the_cars_where_there_is_no_meter():
    points = singles()
    drawn = [one(30000), one(12000), one(8000)]
    site = site_of(points, [30000, 12000, 8000], drawn, None)
    site.step(NOW_MS)
    assert setpoints(site) == [28000, 12000, 8000]
    points = singles()
    site = site_of(points, [30000, 12000, 8000], drawn, None, preventive=True)
    site.step(NOW_MS)
    assert setpoints(site) == [20000, 12000, 8000]


def test_a_meter_that_is_not_believed_leaves_the_cars_without_credit():
    points = singles()
    applied = [30000, 12000, 12000]
    drawn = [one(mA) for mA in applied]
    site = site_of(points, applied, drawn, (30000, 12000, 12000))
    site.circuits[0].fallback_ma = (0, 0, 0)
    site.step(NOW_MS)
    assert setpoints(site) == applied
    later_ms = NOW_MS + 15000  # the meter is silent
    tell_all(site, applied, drawn, later_ms - 100)
    site.step(later_ms)
    assert setpoints(site) == [20000, 12000, 12000]


def test_a_car_on_fewer_phases_than_its_wallbox_has_counts_at_once():
    points = [wallbox("a", "L231", 3)]
    site = site_of(points, [32000], [(25000, 0, 0)], None)
    assert points[0].seat.places == (0, 1, 2)
    site.step(NOW_MS)
    assert points[0].seat.places == (0, 1, 2, 7)
    assert setpoints(site) == [20000] and points[0].reason_at == 1
    tell(points[0], NOW_MS + 1000, 20000, (19000, 19000, 19000))
    site.step(NOW_MS + 1100)
    assert points[0].seat.places == (0, 1, 2)


def test_each_circuit_of_the_tree_has_its_own():
    grid = Circuit("grid", None, [100000] * 3)
    row = Circuit("row", 0, [80000] * 3)
    grid.imbalance_ma = 20000
    row.imbalance_ma = 10000
    points = [wallbox("a", "L123", 1, circuit=1), wallbox("b", "L123", 1)]
    site = steady([grid, row], points, [16000, 16000], [one(16000), one(16000)], [])
    options.attach(site, {}, NOW_MS)
    site.shared_ms = NOW_MS
    assert points[0].seat.places == (0, 3, 12, 15)
    site.step(NOW_MS)
    assert setpoints(site) == [10000, 10000]
    assert [point.reason for point in points] == [reason.IMBALANCE] * 2


def test_new_settings_know_which_phases_a_car_uses():
    old = site_of([wallbox("a", "L123", 3)], [16000], [(16000, 0, 0)], None)
    old.step(NOW_MS)
    new = site_of([wallbox("b"), wallbox("a", "L123", 3)], [0, 0], [(0, 0, 0)] * 2, None)
    new.balance.take_over(old.balance, [new.points[1]], NOW_MS)
    assert list(new.balance.rows.used) == [7, 1]


def test_without_a_limit_nothing_is_loaded():
    grid = Circuit("grid", None, [100000] * 3)
    site = steady([grid], [wallbox()], [16000], [(16000,) * 3], [])
    options.attach(site, {}, NOW_MS)
    assert site.balance is None and site.modules == () and len(site.over) == 6
    grid.imbalance_ma = 0
    options.attach(site, {}, NOW_MS)
    assert len(site.over) == 9
    site.step(NOW_MS)
    assert site.over[6:] == [0, 0, 0] and NONE_MA not in site.over
