"""New settings: what is known of the wallboxes stays known."""

from chargers import takeover as chargers_takeover
from chargers.warp import WarpChargers
from loadmgmt import takeover
from loadmgmt.circuit import Circuit
from loadmgmt.point import CHARGING, UNDECIDED, WAITING, ChargePoint
from loadmgmt.site import Site
from loadmgmt.trust import SILENT


def made(*limits, limit_ma=16000):
    """A site and its chargers; limits: (address, min, max) of each wallbox."""
    points = [ChargePoint(a, 0, 3, "L123", low, high) for a, low, high in limits]
    site = Site([Circuit("grid", None, [limit_ma] * 3)], points, 0)
    return site, WarpChargers(points, [a for a, _, _ in limits], lambda data, address: None)


def charging_at(ma, *limits):
    site, warp = made(*limits)
    point = site.points[0]
    point.report(1000, ma, ma, ma, ma, CHARGING, 32000, 3)
    point.sent_ms = 1000
    return site, warp


def go_on(old, new, now_ms=2000):
    successors = chargers_takeover.take_over(old[1], new[1])
    takeover.take_over(old[0], new[0], successors, now_ms)
    return new[0]


def test_a_running_charge_can_be_cut_at_once():
    old = charging_at(15000, ("a", 6000, 32000))
    site = go_on(old, made(("b", 6000, 32000), ("a", 6000, 32000), limit_ma=9000))
    b, a = site.points
    assert b.setpoint_ma == UNDECIDED
    assert a.heard
    assert (a.setpoint_ma, a.may_ma, a.reading_ms) == (15000, 15000, 1000)
    site.step(2000)
    assert a.setpoint_ma == 9000


def test_nothing_is_handed_on_before_one_that_was_taken_out_has_stopped():
    site = go_on(charging_at(15000, ("a", 6000, 32000)), made(("b", 6000, 32000)))
    b = site.points[0]
    for now in range(2000, 50000, 500):
        b.sent_ms = now
        b.report(now, max(0, b.setpoint_ma), 0, 0, 0, WAITING, 32000, 3)
        site.step(now)
        if b.setpoint_ma > 0:
            break
    assert 33000 <= now <= 36000


def test_a_lost_wallbox_keeps_its_reserve():
    old = charging_at(15000, ("a", 6000, 32000))
    old[0].step(7000)
    assert old[0].points[0].lost
    site = go_on(old, made(("a", 6000, 32000)), 8000)
    a = site.points[0]
    assert a.lost
    assert a.is_silent()
    assert a.may_ma == 15000
    site.step(32000)
    assert a.may_ma == 15000
    site.step(33500)
    assert a.may_ma == 0


def test_new_limits_of_a_wallbox_hold_at_once():
    limits = (((6000, 10000), 10000), ((16000, 32000), 0), ((6000, 32000), 15000))
    for (low, high), wanted in limits:
        site = go_on(charging_at(15000, ("a", 6000, 32000)), made(("a", low, high)))
        assert site.points[0].setpoint_ma == wanted
        assert site.points[0].may_ma == 15000


def metered():
    site, warp = charging_at(10000, ("a", 6000, 32000))
    circuit = site.circuits[0]
    circuit.main_ma = [32000] * 3
    circuit.meter_name = "grid"
    circuit.meter(1000, 1000, True, False)
    return site, warp


def test_a_meter_is_no_less_silent_for_settings_that_are_written_again_and_again():
    was = metered()
    was[0].sample(0, 1000, 12000, 12000, 12000, False)
    for now in range(4000, 20001, 4000):
        new = metered()
        site = go_on(was, new, now)
        for point in site.points:
            point.report(now, 10000, 10000, 10000, 10000, CHARGING, 32000, 3)
        site.step(now)
        assert (site.circuits[0].trust.state == SILENT) == (now > 11000), now
        was = new
    assert site.points[0].setpoint_ma == 0
    for now in range(21000, 26000, 1000):  # and it is believed again as usual
        site.sample(0, now, 2000 + now // 1000, 2000, 2000, False)
    assert site.circuits[0].believed()


def test_a_name_that_is_no_address_has_nothing_to_take_over():
    old = made((None, 6000, 32000))
    old[0].points[0].name_error = True
    new = made((None, 6000, 32000))
    settled_ms = new[0].circuits[0].settled_ms
    assert go_on(old, new).circuits[0].settled_ms == settled_ms
