"""The simulated car keeps the times of the design, in virtual time."""

import random

import pytest

from tools.simsite.car import Car, CarConfig

STEP = 0.05


def settle(car, offer_ma, seconds):
    """Let the car run and return its draw after each step as (seconds, mA)."""
    out = []
    for i in range(round(seconds / STEP)):
        car.step(STEP, offer_ma)
        out.append(((i + 1) * STEP, car.draw_ma))
    return out


def charging(offer_ma=16000, **config):
    """A car that charges at this offer."""
    car = Car(CarConfig(offset_ma=0, start_s=1, **config))
    settle(car, offer_ma, 60)
    return car


def first(trace, condition):
    return next(t for t, draw in trace if condition(draw))


def test_starts_after_its_time_then_takes_1_a_per_s():
    car = Car(CarConfig(offset_ma=0, start_s=12))
    trace = settle(car, 10000, 40)
    assert first(trace, lambda d: d > 0) == pytest.approx(12, abs=0.2)
    assert first(trace, lambda d: d >= 10000) == pytest.approx(22, abs=0.2)


def test_start_takes_10_to_40_s_by_default():
    for seed in range(20):
        trace = settle(Car(CarConfig(), random.Random(seed)), 16000, 45)
        assert 9.9 <= first(trace, lambda d: d > 0) <= 40.2


def test_a_short_interruption_of_the_offer_restarts_the_wait():
    car = Car(CarConfig(offset_ma=0, start_s=5))
    settle(car, 10000, 4)
    settle(car, 0, 0.5)
    assert first(settle(car, 10000, 20), lambda d: d > 0) == pytest.approx(5, abs=0.2)


def test_a_cut_shows_after_3_s_and_is_done_at_5_s():
    trace = settle(charging(), 8000, 8)
    assert first(trace, lambda d: d < 16000) == pytest.approx(3, abs=0.15)
    assert first(trace, lambda d: d <= 8000) == pytest.approx(5, abs=0.1)


def test_a_slow_car_needs_11_s():
    trace = settle(charging(slow=True), 8000, 15)
    assert first(trace, lambda d: d <= 8000) == pytest.approx(11, abs=0.1)


def test_a_second_cut_has_its_own_5_s():
    car = charging()
    settle(car, 12000, 2)
    trace = settle(car, 6000, 8)
    assert first(trace, lambda d: d <= 12000) == pytest.approx(3, abs=0.1)
    assert first(trace, lambda d: d <= 6000) == pytest.approx(5, abs=0.1)


def test_an_offer_below_6_a_stops_it_and_it_needs_a_new_start():
    car = charging()
    settle(car, 5900, 6)
    assert car.draw_ma == 0
    assert not car.charging


def test_a_raise_waits_2_s_then_1_a_per_s():
    car = charging(8000)
    trace = settle(car, 12000, 10)
    assert first(trace, lambda d: d > 8000) == pytest.approx(2.05, abs=0.15)
    assert first(trace, lambda d: d >= 12000) == pytest.approx(6, abs=0.2)


def test_a_raise_takes_back_a_cut_that_has_not_shown():
    car = charging()
    settle(car, 6000, 1)
    assert min(d for _, d in settle(car, 16000, 10)) == 16000


# offset, own maximum, step of the charger, offer -> draw
@pytest.mark.parametrize(
    "offset, maximum, step, offer, draw",
    [
        (300, 16000, 0, 10000, 9700),
        (500, 16000, 0, 6000, 5500),
        (300, 16000, 0, 32000, 16000),
        (0, 32000, 2000, 11900, 10000),
        (0, 32000, 4000, 7900, 6000),
        (0, 16000, 0, 5999, 0),
    ],
)
def test_where_it_settles(offset, maximum, step, offer, draw):
    car = Car(CarConfig(offset_ma=offset, max_ma=maximum, step_ma=step, start_s=0))
    settle(car, offer, 60)
    assert car.draw_ma == draw


def test_phases_are_the_fewer_of_car_and_socket():
    for phases, socket, expected in ((3, 3, 3), (2, 3, 2), (1, 3, 1), (3, 1, 1)):
        car = charging(phases=phases)
        assert [ma > 0 for ma in car.drawn_ma(socket)].count(True) == expected


def test_a_full_battery_ends_the_charging():
    car = charging(battery_wh=200.0)
    settle(car, 16000, 60)
    assert car.full and not car.charging and car.draw_ma == 0
    assert car.energy_wh == pytest.approx(200, abs=30)
    settle(car, 16000, 60)
    assert car.draw_ma == 0


def test_a_car_that_ignores_cuts_goes_on():
    car = charging(ignores_cuts=True)
    settle(car, 6000, 20)
    assert car.draw_ma == 16000
