"""A car that comes first because a person wants it."""

from loadmgmt import options, takeover
from loadmgmt.boost import Boost
from loadmgmt.circuit import Circuit
from loadmgmt.point import NO_CAR, WAITING, ChargePoint
from loadmgmt.site import Site


def made(n=2, limit_ma=8000):
    site = Site(
        [Circuit("grid", None, [limit_ma] * 3)], [ChargePoint(str(i)) for i in range(n)], 0
    )
    site.log = []
    site.on_event = lambda *event: site.log.append(event)
    return site


def told(site):
    return [event[1:] for event in site.log if event[0] == 71]


def run(site, now_ms, seconds, cars=None):
    for now in range(now_ms, now_ms + 1000 * seconds, 500):
        for p in site.points:
            p.sent_ms = now
            ma = max(p.setpoint_ma, 0)
            car = cars[p.index] if cars else WAITING
            p.report(now, ma, 0, 0, 0, car, 32000, 3)
        site.step(now)
    return now


def boosted(site):
    return [p.index for p in site.points if p.priority > 9]


def test_it_takes_the_place_of_another():
    site = made()
    now = run(site, 0, 100)
    first = [p.setpoint_ma > 0 for p in site.points].index(True)
    other = 1 - first
    booster = Boost()
    booster.begin(site, site.points[other], None, now)
    assert site.modules == (booster,)
    now = run(site, now, 120)
    assert [p.setpoint_ma > 0 for p in site.points] == [i == other for i in range(2)]
    cars = [WAITING, WAITING]
    cars[other] = NO_CAR
    now = run(site, now, 100, cars)
    assert boosted(site) == []
    assert site.modules == ()
    assert told(site) == [(other, -1)]
    assert site.points[first].setpoint_ma > 0


def test_its_time_is_over():
    site = made()
    site.points[0].priority = 3
    booster = Boost()
    booster.begin(site, site.points[0], 2, 0)
    booster.begin(site, site.points[1], 5, 0)
    booster.begin(site, site.points[0], 3, 0)  # longer
    assert boosted(site) == [0, 1]
    now = run(site, 0, 178)
    assert boosted(site) == [0, 1]
    now = run(site, now, 4)
    assert boosted(site) == [1]
    assert site.points[0].priority == 3
    booster.stop(site, 1)
    site.step(now)
    assert site.modules == ()


def test_it_outlives_new_settings_and_ends_as_those_want_it():
    site = made(3)
    booster = Boost()
    booster.begin(site, site.points[0], None, 0)
    booster.begin(site, site.points[2], 10, 0)
    new = made()
    new.points[0].priority = 5
    takeover.take_over(site, new, [new.points[1], new.points[0], None], 1000)
    assert boosted(new) == [1]
    assert len(new.modules) == 1
    new.modules[0].end(new)
    assert boosted(new) == []
    assert new.points[1].priority == 0


def test_one_that_failed_leaves_nobody_boosted():
    site = made()
    booster = Boost()
    booster.begin(site, site.points[0], None, 0)
    options.drop(site, booster, ValueError("a mistake"))
    assert boosted(site) == []
    assert site.modules == ()


def test_a_pause_by_a_person_outlives_new_settings_and_what_the_settings_say_counts_anew():
    site = made(4)
    for p, paused in zip(site.points, (True, 2, 4, 5)):
        p.paused = paused
        p.name_error = p.index == 3
    new = made(4)
    new.points[0].paused = 4
    takeover.take_over(site, new, new.points, 1000)
    assert [int(p.paused) for p in new.points] == [5, 0, 0, 1]
