"""Calm: minimum on and off times, the start margin, stops and their pause; loads that cycle."""

from compat import ticks_add
from loadmgmt import envelope, event, limits, options, reason
from loadmgmt.circuit import Circuit
from loadmgmt.point import WAITING, ChargePoint
from loadmgmt.site import Site
from loadmgmt.thermal import HALF, bearable, kind_of, rate
from steady_site import metered, tell
from virtual_site import VirtualSite

MINUTE = 60
OVEN = [12000, 12000, 0]


def pulses(site, size_ma, on_s, every_s, times, base_ma=2000):
    """House pulses on all phases; returns (second, wallbox) of each stop for want of current."""
    stops = []
    for _ in range(times):
        for house, seconds in ((base_ma + size_ma, on_s), (base_ma, every_s - on_s)):
            site.house = [house] * 3
            for _ in range(seconds * 50):
                seen = len(site.events)
                site.step()
                for code, subject in site.events[seen:]:
                    if code == event.STOPPED:
                        stops.append((site.now_ms // 1000, subject))
    return stops


def full_site(n=3, breaker=None, seed=1, **how):
    """n three-phase cars below 35 A that charge for two minutes."""
    site = VirtualSite(seed, n=n, single=False, start_ms=5000)
    site.circuit.breaker = breaker
    options.attach(site.site, how, 0)
    site.run(120)
    return site


def test_strict_mode_stops_each_car_at_most_twice_in_a_row_and_then_once_in_15_minutes():
    # beside a pulse there is room for two minima, not for three
    site = full_site()
    stops = pulses(site, 14000, 5, 120, 24)
    assert len(stops) >= 3
    for i in range(3):
        times = [second for second, subject in stops if subject == i]
        for k in range(2, len(times)):
            assert times[k] - times[k - 2] >= 15 * MINUTE, (i, times)
        for k in range(1, len(times)):
            if times[k] - times[k - 1] < 15 * MINUTE:
                # then each of the others had been stopped within that time, too, or was off
                for j in range(3):
                    last = [s for s, subject in stops if subject == j and s < times[k]]
                    assert j == i or (last and times[k] - last[-1] < 15 * MINUTE), (i, j, stops)


def test_with_the_fuse_model_the_same_pulses_stop_nobody():
    for breaker in ("B", "C", "gG"):
        site = full_site(breaker=breaker)
        assert pulses(site, 14000, 5, 120, 6) == [], breaker
        assert min(site.setpoints()) >= 6000


def test_a_pulse_that_does_not_end_stops_somebody_before_half_of_the_budget_is_used():
    for breaker, most_ma in (("B", 39500), ("gG", 43700)):
        for level_ma in (39000, 41000, 46000, 52000):
            site = VirtualSite(1, n=3, single=False, start_ms=5000)
            for box in site.boxes:
                box.car.max_ma = 6000
            site.circuit.breaker = breaker
            options.attach(site.site, {}, 0)
            site.run(240)  # the fuse has cooled
            seen = []

            def used(virtual, before, after, seen=seen):
                seen.append(max(virtual.site.breaker.heat))

            site.checks = (used,)
            stops = pulses(site, level_ma - 18000 - 2000, 120, 120, 1)
            # 1.13 or 1.25 times the fuse are carried for half an hour
            assert bool(stops) == (level_ma > most_ma), (breaker, level_ma)
            assert max(seen) <= HALF, (breaker, level_ma, max(seen))


def test_cuts_to_the_minimum_are_never_put_off():
    site = full_site(breaker="gG")
    assert min(site.setpoints()) > 8000
    site.house = [19000] * 3
    site.run(1)
    site.step()
    assert site.setpoints() == [6000] * 3


def static(n=2, limit_ma=20000, **how):
    points = [ChargePoint("box %d" % i, 0, 3, "L123") for i in range(n)]
    site = Site([Circuit("grid", None, [limit_ma] * 3)], points, 0)
    options.attach(site, how, 0)
    return site


def play(site, seconds, cars=None, start=0):
    """Cars that draw what they are told at once; returns the setpoints after each second."""
    rows = []
    for second in range(start, start + seconds):
        now_ms = second * 1000
        for i, point in enumerate(site.points):
            setpoint = max(0, point.setpoint_ma)
            if cars is None or i in cars:
                drawn = [setpoint] * 3
                tell(point, now_ms, setpoint, drawn, 4 if setpoint else WAITING)
            else:
                tell(point, now_ms, 0, [0] * 3, 0)
        site.step(now_ms)
        rows.append([point.setpoint_ma for point in site.points])
    return rows


def test_a_car_starts_only_with_the_margin_beside_its_minimum_and_then_uses_it():
    for limit_ma, starts in ((7999, False), (8000, True), (8500, True)):
        site = static(1, limit_ma, start_margin_ma=2000)
        rows = play(site, 60)
        assert (rows[-1][0] > 0) == starts, limit_ma
        if starts:
            assert rows[-1][0] == limit_ma
            limits.set_available(site, 6500)  # it goes on without the margin
            assert play(site, 30, None, 60)[-1][0] == 6500
        else:
            assert site.points[0].reason == reason.NO_ROOM


def test_without_a_margin_the_minimum_is_enough():
    assert play(static(1, 6000), 30)[-1] == [6000]


def test_a_stopped_car_pauses_for_the_minimum_off_time():
    for off_s in (0, 120, 600):
        site = static(1, 10000, off_ms=off_s * 1000)
        assert play(site, 30)[-1][0] > 0
        limits.set_available(site, 0)
        assert play(site, 2, None, 30)[-1] == [0]
        limits.set_available(site, None)
        rows = play(site, 700, None, 32)
        begun = next(k for k, row in enumerate(rows) if row[0] > 0) + 2
        assert off_s <= begun <= off_s + 75, (off_s, begun)


def test_the_pause_has_a_reason_of_its_own():
    site = static(1, 10000, off_ms=300000)
    play(site, 30)
    limits.set_available(site, 0)
    play(site, 2, None, 30)
    limits.set_available(site, None)
    play(site, 20, None, 32)
    assert site.points[0].reason == reason.PAUSES


def test_a_stop_of_long_ago_makes_the_next_one_no_second_stop():
    for off_s, pause_s in ((120, 900), (7200, 0)):
        site = static(1, 10000)
        play(site, 30)
        limits.set_available(site, 0)
        for at in range(30, 30 + off_s, 60):
            play(site, 60, None, at)
        limits.set_available(site, None)
        assert play(site, 300, None, 30 + off_s)[-1][0] > 0
        limits.set_available(site, 0)  # stopped again while it is on for less than 15 minutes
        play(site, 5, None, 330 + off_s)
        limits.set_available(site, None)
        rows = play(site, 1000, None, 335 + off_s)
        begun = next(k for k, row in enumerate(rows) if row[0] > 0)
        assert pause_s - 10 <= begun <= pause_s + 10, (off_s, begun)


def test_a_turn_lasts_for_the_minimum_on_time():
    for on_minutes in (0, 40):
        site = static(2, 10000, on_ms=on_minutes * 60000)
        rows = [play(site, MINUTE, None, k * MINUTE)[-1] for k in range(45)]
        who = 0 if rows[0][0] else 1
        assert rows[0][who]
        ended = next(k for k in range(45) if rows[k][who] == 0)
        assert abs(ended - max(15, on_minutes)) <= 2, (on_minutes, ended)


def test_the_minimum_on_time_holds_no_one_above_a_limit():
    site = static(2, 20000, on_ms=3600000)
    assert min(play(site, 60)[-1]) > 0
    limits.set_available(site, 7000)
    assert sorted(play(site, 3, None, 60)[-1]) == [0, 7000]


# --- loads that cycle


def cycled(on_s, off_s, times, size_ma=15000, low_ma=2000, jitter=0, start=5000000):
    """A cycle that has seen so many on-phases, once a second."""
    cycle = envelope.new_cycle()
    now_ms = start
    for k in range(times):
        shift = jitter if k % 2 else -jitter
        for house, seconds in ((low_ma, off_s + shift), (low_ma + size_ma, on_s - shift)):
            for _ in range(seconds):
                now_ms = ticks_add(now_ms, 1000)
                envelope.watch(cycle, house - 100, house + 100, now_ms)
    for _ in range(2):
        now_ms = ticks_add(now_ms, 1000)
        envelope.watch(cycle, low_ma - 100, low_ma + 100, now_ms)
    return cycle, now_ms


def test_a_cycle_is_known_after_three_like_on_phases():
    for on_s, off_s in ((20, 40), (5, 25), (60, 60), (120, 300), (3, 60)):
        for times in (1, 2, 3, 5):
            cycle, _ = cycled(on_s, off_s, times)
            assert envelope.is_regular(cycle, metered()) == (times >= 4), (on_s, off_s, times)


def test_it_may_vary_by_a_quarter_and_the_clock_may_wrap():
    assert envelope.is_regular(cycled(20, 40, 6, jitter=2)[0], metered())
    assert envelope.is_regular(cycled(20, 40, 6, start=(1 << 30) - 100000)[0], metered())
    assert not envelope.is_regular(cycled(30, 40, 6, jitter=12)[0], metered())


def test_small_or_single_loads_are_no_cycle():
    assert not envelope.is_regular(cycled(20, 40, 6, size_ma=2500)[0], metered())
    assert not envelope.is_regular(cycled(20, 600, 1)[0], metered())


def test_a_cycle_that_ends_is_forgotten():
    cycle, now_ms = cycled(20, 40, 6)
    for _ in range(130):
        now_ms = ticks_add(now_ms, 1000)
        envelope.watch(cycle, 1900, 2100, now_ms)
    assert not envelope.is_regular(cycle, metered())
    # or stays on for ever
    cycle, now_ms = cycled(20, 40, 6)
    for _ in range(1000):
        now_ms = ticks_add(now_ms, 1000)
        envelope.watch(cycle, 16900, 17100, now_ms)
    assert not envelope.is_regular(cycle, metered())


def test_other_heights_begin_anew():
    cycle, now_ms = cycled(20, 40, 6)
    for house, seconds in ((2000, 38), (25000, 20), (2000, 2)):
        for _ in range(seconds):
            now_ms = ticks_add(now_ms, 1000)
            envelope.watch(cycle, house - 100, house + 100, now_ms)
    assert not envelope.is_regular(cycle, metered())


def test_what_is_allowed_beside_a_cycle_stays_within_half_of_the_budget_for_ever():
    for breaker in ("B", "gG"):
        for on_s, off_s in ((20, 40), (5, 25), (60, 60), (10, 200)):
            circuit = metered(25000)
            circuit.breaker = breaker
            kind = kind_of(circuit)
            cycle, _ = cycled(on_s, off_s, 5)
            for least in (0, 6000, 12000):
                on, jump = envelope.allowed_ma(cycle, circuit, 0, least, kind)
                assert on >= 25000 - 17100 and jump >= 25000 - 17100
                if least > on:
                    continue
                on_times = (17000 + least) * 1000 // 25000
                jump_times = (17000 + max(jump, least)) * 1000 // 25000
                used = most = 0.0
                for _ in range(30):
                    used += rate(jump_times, kind) * 5 + rate(on_times, kind) * max(0, on_s - 5)
                    most = max(most, used + rate(on_times, kind) * 6)
                    used *= 1 - min(1, off_s / (60 + off_s))
                assert most <= HALF, (breaker, on_s, off_s, least, most)
    assert bearable(0, 1000, kind) == 1000


def test_below_an_oven_a_car_charges_with_the_model_and_hardly_without():
    energy = {}
    for breaker in (None, "B", "gG"):
        site = VirtualSite(4, n=1, main_ma=25000, single=False, start_ms=10000)
        site.boxes[0].car.max_ma = 16000
        site.circuit.breaker = breaker
        options.attach(site.site, {}, 0)
        total = 0
        for _ in range(15):
            for house, seconds in ((17000, 20), (2000, 40)):
                site.house = [house] * 3
                for _ in range(seconds):
                    site.run(1)
                    total += site.boxes[0].car.drawn_ma
        energy[breaker] = total // 900
    assert energy[None] < 3000 and energy["B"] > 7500 and energy["gG"] > 9000, energy
