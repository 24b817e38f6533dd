"""What is switched on and fails is switched off; the pass goes on (R7)."""

from firmware import control
from loadmgmt import event, options
from loadmgmt.circuit import Circuit
from loadmgmt.point import CHARGING, ChargePoint
from loadmgmt.site import Site

NOW_MS = 1000


def site_with(**more):
    circuit = Circuit("grid", None, [40000] * 3, [40000] * 3)
    circuit.meter(NOW_MS, 1000, True, False)
    circuit.imbalance_ma = 20000
    circuit.breaker = "B"
    points = [ChargePoint("box %d" % i) for i in range(3)]
    site = Site([circuit], points, NOW_MS)
    site.events = []
    site.on_event = lambda *what: site.events.append(what)
    options.attach(site, dict({"learn": "use", "wake": 2}, **more), NOW_MS)
    return site


def play(site, seconds, now=NOW_MS):
    for _ in range(seconds):
        now += 1000
        total = 2000
        for p in site.points:
            drawn = max(0, p.setpoint_ma)
            total += drawn
            p.sent_ms = now
            p.report(now - 300, drawn, drawn, drawn, drawn, CHARGING if drawn else 2, 32000, 3)
        site.sample(0, now, total, total, total, False)
        site.step(now)
        site.step(now + 500)


def fail(*_):
    raise ValueError("broken")


def test_each_part_may_fail_and_the_others_go_on():
    for number in range(len(site_with().modules)):
        site = site_with()
        play(site, 5)
        module = site.modules[number]
        module.look = fail
        play(site, 60)
        assert module not in site.modules
        assert (event.PART_FAILED, number, 0) in site.events
        assert min([p.setpoint_ma for p in site.points]) >= 6000
        assert module not in (site.learner, site.breaker, site.balance)


def test_who_pauses_goes_on_when_the_part_that_wants_it_fails_and_only_then():
    for number, goes_on in ((0, False), (-1, True)):
        site = site_with()
        site.points[0].paused = True  # by a person
        site.points[1].paused = 2  # to wake its car
        waker = site.modules[-1]
        waker.stage[1] = 2
        site.modules[number].look = fail
        waker._since_ms[1] = NOW_MS
        play(site, 3)
        assert site.points[0].paused is True
        assert bool(site.points[1].paused) != goes_on


def test_a_part_without_memory_looks_again():
    site = site_with()
    module = site.modules[-1]
    look = module.look
    left = [3]

    def short(*what):
        if left[0]:
            left[0] -= 1
            raise MemoryError
        look(*what)

    module.look = short
    play(site, 60)
    assert left == [0]
    assert module in site.modules
    assert min([p.setpoint_ma for p in site.points]) >= 6000


def test_a_pass_that_fails_goes_on_without_all_parts():
    site = site_with()
    play(site, 30)
    now = NOW_MS + 30500
    site.balance.weigh = fail
    clock = control.ticks_ms
    control.ticks_ms = lambda: now
    try:
        owner = control.Control()
        owner.replace(site, lambda _: 0)
        owner.run_pass()
    finally:
        control.ticks_ms = clock
    assert site.modules == () and site.balance is None
    for point in site.points:
        assert max(point.seat.places) < 6
    play(site, 60, now)
    assert min([p.setpoint_ma for p in site.points]) >= 6000
