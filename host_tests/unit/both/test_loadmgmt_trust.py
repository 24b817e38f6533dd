"""Whether a meter is believed (R6): the house moves, the cars take what it leaves."""

from loadmgmt import event, limits, trust
from virtual_site import VirtualSite


def big_cars(seed, **options):
    virtual = VirtualSite(seed, n=2, single=False, start_ms=2000, **options)
    for box in virtual.boxes:
        box.car.max_ma = 32000
    virtual.run(60)
    return virtual


def test_a_meter_that_stands_still_because_the_cars_take_what_the_sun_gives_is_believed():
    for ampere, seconds in ((8, 180), (16, 90), (10, 40)):
        virtual = big_cars(1, generation=True)
        for t in range(600):
            # up and down in a parabola each: fastest in the middle, steady at the ends
            x = t % seconds * 4 - seconds
            x = x if x <= seconds else 2 * seconds - x
            mA = ampere * 1000 * x * (2 * seconds - abs(x)) // (seconds * seconds)
            virtual.house = [mA - 10000] * 3
            virtual.run(1)
            assert virtual.circuit.believed(), (ampere, seconds, t, virtual.circuit.trust.state)


def test_with_generation_a_phase_that_does_not_follow_three_changes_is_found():
    for seed in (1, 2):
        virtual = big_cars(seed, generation=True)
        grid = virtual.grid
        virtual.grid = lambda grid=grid: [grid()[0], grid()[1], 300]  # a clamp fell off L3
        found = []
        virtual.site.on_event = lambda code, _, value, found=found: found.append((code, value))
        for available in (19000, None, 19000, None):
            limits.set_available(virtual.site, available)
            virtual.run(60)
        assert (event.METER_LOST, trust.NOT_FOLLOWING) in found, found


def judged(meter, own, seconds=3, same=False, calm_ms=9000, judge=None, since=1000):
    """Hand the judge a sample a second; return it and the time of the last one."""
    judge = judge or trust.Trust(0, 1000, False)
    for k in range(seconds):
        judge.judge(since + k * 1000, meter, own, same, True, calm_ms)
    return judge, since + seconds * 1000


def test_a_low_meter_is_believed_when_the_wallboxes_have_drawn_and_it_has_shown_that():
    draws = [16000, 16000, 16000]
    judge, now = judged([20000] * 3, draws)
    assert judge.state == trust.GOOD
    _, now = judged([20000, 300, 20000], draws, 3, judge=judge, since=now)
    assert judge.state == trust.LOW
    # the cars were stopped: that it now reads more than nothing proves nothing, for a long time
    _, now = judged([300] * 3, [0] * 3, 600, judge=judge, since=now)
    assert judge.state == trust.LOW
    # one that draws little, or on another phase, is no test either
    _, now = judged([20000, 2000, 20000], [16000, 1000, 16000], 30, judge=judge, since=now)
    assert judge.state == trust.LOW
    # as long as they move nothing can be said
    _, now = judged([20000] * 3, draws, 10, judge=judge, since=now, calm_ms=500)
    assert judge.state == trust.LOW
    _, now = judged([20000] * 3, draws, 2, judge=judge, since=now)
    assert judge.state == trust.RECOVERING
    # another low sample and it starts again
    _, now = judged([20000, 300, 20000], draws, 1, judge=judge, since=now)
    _, now = judged([20000] * 3, draws, 2, judge=judge, since=now)
    assert judge.state == trust.RECOVERING
    judged([20000] * 3, draws, 1, judge=judge, since=now)
    assert judge.state == trust.GOOD


def test_a_meter_that_was_low_and_then_silent_still_has_to_pass_the_test():
    draws = [16000, 16000, 16000]
    judge, now = judged([300, 20000, 20000], draws, 3)
    assert judge.state == trust.LOW
    judge.age(now + 30000)
    assert judge.state == trust.SILENT
    _, now = judged([300] * 3, [0] * 3, 100, judge=judge, since=now + 31000)
    assert judge.state == trust.LOW
    judged([20000] * 3, draws, 3, judge=judge, since=now)
    assert judge.state == trust.GOOD


def test_where_nobody_may_draw_a_quarter_of_an_hour_later_there_is_a_trial():
    judge, now = judged([300] * 3, [16000] * 3, 3)
    _, now = judged([300] * 3, [0] * 3, 895, judge=judge, since=now)
    assert judge.state == trust.LOW
    _, now = judged([300] * 3, [0] * 3, 10, judge=judge, since=now)
    assert judge.state == trust.GOOD
    # which it fails
    judged([300] * 3, [6000] * 3, 3, judge=judge, since=now)
    assert judge.state == trust.LOW


def test_a_meter_that_did_not_follow_is_believed_when_it_has_followed():
    judge = trust.Trust(0, 1000, True)
    now = 1000

    def change(to_ma, follows):
        nonlocal now
        own = [to_ma] * 3
        meter = [to_ma if follows else 10000] * 3
        for _ in range(4):
            judge.judge(now, meter, own, False, True, 9000)
            now += 1000

    for to_ma in (10000, 10000, 16000, 10000, 16000):
        change(to_ma, False)
    assert judge.state == trust.NOT_FOLLOWING
    for _ in range(20):
        change(16000, False)
    assert judge.state == trust.NOT_FOLLOWING
    change(16000, True)
    change(6000, True)
    change(6000, True)
    assert judge.state == trust.GOOD


def test_with_telegrams_of_ten_seconds_a_meter_that_does_not_follow_is_found():
    judge = trust.Trust(0, 1000, True)
    now = 10000
    for k in range(12):
        own = [16000 if k % 4 < 2 else 6000] * 3
        judge.judge(now, [10000, own[1], own[2]], own, False, True, 9000)
        now += 10000
    assert judge.state == trust.NOT_FOLLOWING


def test_whole_amperes_that_stay_the_same_are_no_frozen_meter():
    """The car had reached its current before the sample, its wallbox said so after it."""
    for grain_ma, period, expected in (
        (1000, 1, trust.GOOD),
        (1000, 10, trust.GOOD),
        (0, 1, trust.GOOD),  # nor is a finer one where the house is quite still
    ):
        judge = trust.Trust(0, 1000, False)
        judge.grain_ma = grain_ma
        for k in range(0, 90, period):
            own = [14000 if k == 0 else 16000] * 3
            judge.judge(1000 + k * 1000, [18000] * 3, own, k > 0, True, 9000)
        assert judge.state == expected, (grain_ma, period)
        # what moves later has to show
        for k in range(90, 130, period):
            judge.judge(1000 + k * 1000, [18000] * 3, [10000] * 3, True, True, 9000)
        assert judge.state == trust.FROZEN, (grain_ma, period)


def test_a_repeated_sample_is_no_new_one_but_shows_that_the_meter_is_alive():
    virtual = VirtualSite(1, n=1)
    circuit = virtual.circuit
    circuit.update_ms = 10000
    site = virtual.site
    assert site.sample(0, 1000, 5000, 5000, 5000, False)
    for second in range(2, 10):
        assert site.sample(0, second * 1000, 5000, 5000, 5000, True)
        assert (circuit.sample_ms, circuit.samples) == (1000, 1)
        assert circuit.trust.sample_ms == second * 1000
    # a little early is in time: the next telegram was the same
    assert site.sample(0, 10800, 5000, 5000, 5000, True)
    assert (circuit.sample_ms, circuit.samples) == (10800, 2)
    # another value is new whenever it comes
    assert site.sample(0, 11800, 5001, 5000, 5000, False)
    assert (circuit.sample_ms, circuit.samples) == (11800, 3)
    assert not site.sample(0, 12800, 500100, 5000, 5000, False)
    assert circuit.trust.sample_ms == 11800 and circuit.trust.dropped == 1
    # without a period of its own each answer is a new value
    circuit.update_ms = 1000
    assert site.sample(0, 12800, 5001, 5000, 5000, True)
    assert circuit.samples == 4
