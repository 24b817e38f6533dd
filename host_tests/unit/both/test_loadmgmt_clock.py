"""The clock wraps every 12.4 days, and ticks_diff is right for 6.2 days: a site runs for years."""

from compat import ticks_add
from loadmgmt.circuit import Circuit
from loadmgmt.point import CHARGING, NO_CAR, WAITING, ChargePoint
from loadmgmt.site import Site

HOUR_MS = 3600000


class Days:
    """A metered site with an idle wallbox, one that was lost long ago, and a clock that wraps."""

    def __init__(self, start_ms):
        self.now_ms = start_ms
        circuit = Circuit("grid", None, None, [35000] * 3)
        circuit.meter(start_ms, 1000, True, False)
        self.idle = ChargePoint("idle", 0, 3, "L123")
        self.lost = ChargePoint("lost", 0, 3, "L123")
        self.lost.dead_man_ms = 30000
        self.site = Site([circuit], [self.idle, self.lost], start_ms)

    def second(self, car=NO_CAR, ms=1000):
        self.now_ms = ticks_add(self.now_ms, ms)
        idle = self.idle
        setpoint = max(0, idle.setpoint_ma)
        drawn = setpoint if car == CHARGING else 0
        idle.sent_ms = self.now_ms
        idle.report(self.now_ms, setpoint, drawn, drawn, drawn, car, 32000, 3)
        self.site.sample(0, self.now_ms, 2000 + drawn, 2000 + drawn, 2000 + drawn, False)
        self.site.step(self.now_ms)
        self.site.step(ticks_add(self.now_ms, 500))


def test_a_car_is_served_at_once_after_any_number_of_idle_days():
    for start_ms in (0, (1 << 30) - 100000, 1 << 29):
        for days in (1, 4, 7, 10, 13, 20):
            site = Days(start_ms)
            for _ in range(60):
                site.second()
            for _ in range(24 * days):
                site.second(ms=HOUR_MS)
            for _ in range(60):
                site.second()
            assert site.lost.lost and site.lost.may_ma == 0
            for _ in range(10):
                site.second(WAITING)
            assert site.idle.setpoint_ma == 31000, (start_ms, days)
            for _ in range(30):
                site.second(CHARGING)
            assert site.idle.setpoint_ma == 31000 and site.idle.may_ma == 31000
            assert site.site.circuits[0].believed()


def test_a_wallbox_at_rest_for_days_still_has_to_obey():
    site = Days(0)
    for _ in range(60):
        site.second(WAITING)
    for _ in range(24 * 8):
        site.second(CHARGING, ms=HOUR_MS)
    for _ in range(30):
        site.second(CHARGING)
    assert not site.site.disobeys(site.idle)
    site.idle.applied_ma = site.idle.setpoint_ma
    # it draws more than it may, although nothing has changed for days
    for _ in range(20):
        site.now_ms = ticks_add(site.now_ms, 1000)
        site.idle.report(site.now_ms, 31000, 36000, 36000, 36000, CHARGING, 32000, 3)
        site.site.sample(0, site.now_ms, 38000, 38000, 38000, False)
        site.site.step(site.now_ms)
        site.site.step(ticks_add(site.now_ms, 500))
    assert site.idle.may_ma >= 36000
    assert site.site.disobeys(site.idle)


def test_who_waits_longer_comes_first_across_the_wrap():
    start_ms = (1 << 30) - 90000
    circuit = Circuit("grid", None, [7000] * 3, None)
    first = ChargePoint("z", 0, 3, "L123")
    second = ChargePoint("a", 0, 3, "L123")
    site = Site([circuit], [second, first], start_ms)
    for second_of_run in range(240):
        now_ms = ticks_add(start_ms, 1000 * second_of_run)
        for point, plugged in ((first, 60), (second, 120)):
            car = NO_CAR if second_of_run < plugged else WAITING
            point.sent_ms = now_ms
            supported_ma = 32000 if second_of_run >= 180 else 0
            point.report(now_ms, max(0, point.setpoint_ma), 0, 0, 0, car, supported_ma, 3)
        site.step(now_ms)
    assert first.setpoint_ma == 7000 and second.setpoint_ma == 0
