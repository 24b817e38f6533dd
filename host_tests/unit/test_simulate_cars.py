"""Simulated cars that fall asleep or change their phases, in virtual time."""

import pytest

from tools.simulate import play
from tools.virtual.run import Run
from tools.virtual.scenario import ScenarioError, check


def scenario(car, charger=None, options=None, **more):
    return check(
        {
            "seconds": 900,
            "circuits": [{"name": "feeder", "limit_ma": 16000}],
            "chargers": [{"name": "box", **(charger or {})}],
            "cars": [{"charger": "box", "start_s": 10, "short_ma": 0, **car}],
            "options": options or {},
            **more,
        }
    )


def blocked(until_s=400):
    return [{"at_s": 1, "until_s": until_s, "charger": "box", "fault": "blocked"}]


def energy(found):
    return found["cars"]["box"]["energy_wh"]


@pytest.mark.parametrize(
    ("woken_by", "breaks_pilot", "wake", "charges"),
    [
        ("pause", False, 0, False),
        ("pause", False, 1, True),
        ("pilot", False, 3, False),
        ("pilot", True, 1, False),
        ("pilot", True, 2, True),
        ("never", True, 3, False),
    ],
)
def test_a_sleeping_car_charges_when_it_is_woken_its_way(woken_by, breaks_pilot, wake, charges):
    car = {"sleeps_after_s": 300, "woken_by": woken_by}
    charger = {"breaks_pilot": breaks_pilot}
    found = play(scenario(car, charger, {"wake": wake}, events=blocked()))
    assert (energy(found) > 0) == charges
    assert found["violations"] == 0


def test_a_car_that_is_offered_current_in_time_does_not_fall_asleep():
    found = play(scenario({"sleeps_after_s": 300}, events=blocked(200)))
    assert energy(found) > 1000


def test_a_car_that_charges_does_not_fall_asleep():
    found = play(scenario({"sleeps_after_s": 30}))
    assert energy(found) > 2000


def drawn_per_phase(run):
    return [round(line.now(run.clock.now)) for line in run.totals[0]]


def test_a_car_changes_its_phases_while_it_charges():
    car = {"phases_later": [[100, 1], [200, 3], [300, 2]]}
    run = Run(scenario(car))
    seen = []
    for at_s in (90, 110, 190, 210, 290, 310):
        run.clock.run(at_s * 1000)
        seen.append(sum(1 for ma in drawn_per_phase(run) if ma >= 15000))
    assert seen == [3, 1, 1, 3, 3, 2]
    run.clock.run(run.end_ms)
    run.cars[0][1].settle()
    minutes = (3 * 76 + 100 + 3 * 100 + 2 * 600) / 60
    assert run.cars[0][1].energy_wh == pytest.approx(minutes * 16 * 230 / 60, rel=0.05)


def test_a_battery_is_full_when_its_energy_is_in_whatever_the_phases_were():
    found = play(scenario({"phases_later": [[100, 1], [250, 3]], "wanted_wh": 1500}))
    assert energy(found) == pytest.approx(1500, abs=5)


def test_a_switch_when_the_car_does_not_charge_or_has_left_draws_nothing():
    run = Run(scenario({"phases_later": [[3, 1], [60, 3]], "unplug_s": 50, "start_s": 30}))
    run.clock.run(20000)
    assert drawn_per_phase(run) == [0, 0, 0]
    run.clock.run(49000)
    assert [ma > 0 for ma in drawn_per_phase(run)] == [True, False, False]
    run.clock.run(100000)
    assert drawn_per_phase(run) == [0, 0, 0]


@pytest.mark.parametrize(
    "car",
    [
        {"phases_later": [[1]]},
        {"phases_later": [[1, 4]]},
        {"phases_later": [[-1, 1]]},
        {"phases_later": 3},
        {"sleeps_after_s": 0},
        {"woken_by": "horn"},
    ],
)
def test_wrong_keys_are_refused_in_words(car):
    with pytest.raises(ScenarioError, match=next(iter(car))):
        scenario(car)
