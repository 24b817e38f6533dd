"""tools/simulate.py: the command, its errors, and that its physics and its judge are right."""

import copy
import csv
import json
import pathlib
import random
import subprocess
import sys

import pytest

from tools.simulate import play
from tools.virtual.car import Car
from tools.virtual.clock import Clock
from tools.virtual.keys import ScenarioError
from tools.virtual.line import Line
from tools.virtual.run import Run
from tools.virtual.scenario import check

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = ROOT / "tools" / "simulate.py"

SMALL = {
    "seconds": 120,
    "circuits": [{"name": "grid", "main_ma": 35000, "meter": {}, "house": [{"ma": 3000}]}],
    "chargers": [{"name": "box", "count": 2}],
    "cars": [{"charger": "all"}],
}


def changed(**members):
    document = copy.deepcopy(SMALL)
    document.update(members)
    return document


def run_tool(tmp_path, document, *options):
    path = tmp_path / "scenario.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return subprocess.run(
        [sys.executable, str(TOOL), str(path), *options],
        capture_output=True,
        text=True,
        timeout=60,
    )


# --- the command


def test_it_prints_a_summary_and_writes_a_trace(tmp_path):
    trace = tmp_path / "out.csv"
    done = run_tool(tmp_path, SMALL, "--trace", str(trace))
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["violations"] == 0
    assert result["cars"]["box 1"]["energy_wh"] > 0
    with trace.open() as file:
        rows = list(csv.reader(file))
    assert len(rows) == 1 + 121
    assert rows[0][0] == "t_s" and "box 1 setpoint mA" in rows[0]
    assert all(len(row) == len(rows[0]) for row in rows)


def test_the_same_scenario_comes_to_the_same(tmp_path):
    first, second = play(check(SMALL)), play(check(SMALL))
    for result in (first, second):
        del result["wall_s"], result["speed"]
    assert first == second


def test_it_says_which_expectation_is_not_met(tmp_path):
    document = changed(expect={"energy_wh": {"min": 10**9}, "nothing/such": {"max": 1}})
    done = run_tool(tmp_path, document)
    assert done.returncode == 1
    assert "energy_wh is" in done.stderr and "at least" in done.stderr
    assert "nothing/such" in done.stderr
    assert len(json.loads(done.stdout)["unmet"]) == 2


@pytest.mark.parametrize(
    "document, path, right",
    [
        ("{", "", "no JSON"),
        (changed(secnds=3), "secnds", "unknown key"),
        (changed(seconds="long"), "seconds", "a number"),
        (changed(seconds=True), "seconds", "a number"),
        ({"circuits": []}, "seconds", "missing"),
        (changed(circuits=[]), "circuits", "1..16"),
        (changed(circuits=[{"name": "a", "meter": {}}]), "circuits[0].main_ma", "fuse"),
        (changed(circuits=[{"name": "a", "parent": "b"}]), "circuits[0].parent", "right: null"),
        (
            changed(circuits=[{"name": "a", "main_ma": [1000, 2000]}]),
            "circuits[0].main_ma",
            "list of three",
        ),
        (
            changed(circuits=[{"name": "a", "main_ma": 9000, "meter": {"period": 1}}]),
            "circuits[0].meter.period",
            "period_s",
        ),
        (changed(circuits=[{"name": "a", "house": [{}]}]), "circuits[0].house[0]", "one of"),
        (changed(chargers=[{"name": "a", "phases": 2}]), "chargers[0].phases", "1, 3"),
        (changed(chargers=[{"name": "a", "rotation": "L12"}]), "chargers[0].rotation", "L231"),
        (changed(chargers=[{"name": "a"}, {"name": "a"}]), "chargers[1].name", "no other"),
        (
            changed(chargers=[{"name": "a", "min_ma": 16000, "max_ma": 10000}]),
            "chargers[0].max_ma",
            "at least",
        ),
        (changed(cars=[{"charger": "nobody"}]), "cars[0].charger", "box 1"),
        (changed(cars=[{"charger": "box 1"}, {"charger": "box 1"}]), "cars[1].plug_s", "stays"),
        (changed(cars=[{"charger": "box 1", "unplug_s": 0}]), "cars[0].unplug_s", "more than"),
        (changed(cars=[{"charger": "box 1", "start_s": [9, 3]}]), "cars[0].start_s", "[least"),
        (changed(events=[{"at_s": 1}]), "events[0]", "one of fault"),
        (
            changed(events=[{"at_s": 1, "fault": "vanish", "charger": "x"}]),
            "events[0].charger",
            "box 2",
        ),
        (changed(events=[{"at_s": 1, "fault": "frozen"}]), "events[0].meter", "missing"),
        (changed(events=[{"at_s": 1, "fault": "odd"}]), "events[0].fault", "frozen"),
        (changed(expect={"stops": 3}), "expect.stops", "an object"),
    ],
)
def test_a_bad_scenario_is_one_line_that_names_the_key(tmp_path, document, path, right):
    if isinstance(document, dict):
        with pytest.raises(ScenarioError) as caught:
            check(document)
        text = str(caught.value)
    else:
        done = run_tool(tmp_path, document)
        assert done.returncode == 2 and not done.stdout
        text = done.stderr.strip()
    assert "\n" not in text
    assert path in text and right in text


def test_a_missing_file_is_one_line_and_status_2(tmp_path):
    done = subprocess.run(
        [sys.executable, str(TOOL), str(tmp_path / "no.json")], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1 and "no.json" in done.stderr


# --- physics


def test_overload_is_integrated_exactly():
    line = Line(10000)
    line.move(0, 8000, 1.0)  # 1 A/s: above the limit from 2 s on
    line.move(5000, 0, -1.0)  # at 13 A for 2 s
    line.move(7000, 0, -2.0)  # down 2 A/s: below it after 1.5 s
    line.advance(20000)
    assert line.over_mas / 1e6 == pytest.approx(4.5 + 6 + 2.25)
    assert line.longest_ms == pytest.approx(6500, abs=2)
    assert line.peak_ma == 13000
    assert line.times_ms[0] == pytest.approx(1700 + 2000 + 850)


def test_the_fuse_model_trips_as_the_standard_wants():
    def trips_after(times, seconds):
        line = Line(10000)
        line.move(0, times * 10000, 0)
        for t in range(1000, seconds * 1000 + 1, 1000):
            line.advance(t)
        return None if line.tripped_ms is None else line.tripped_ms / 1000

    assert trips_after(1.13, 20000) is None
    assert trips_after(1.45, 3600) is not None
    assert trips_after(2.55, 60) is not None
    assert trips_after(2.55, 1) is None
    assert trips_after(6, 1) is not None


def car_draws(limits, **config):
    """The draw each 0.1 s of a car that sees these (t_s, mA)."""
    base = {"charger": "box 1", "short_ma": 0, "start_s": 1}
    scenario = check(changed(cars=[{**base, **config}]))
    clock = Clock()
    car = Car(scenario.cars[0], clock, random.Random(1), lambda *move: None)
    for t, ma in limits:
        clock.at(t * 1000, car.offer, ma)
    out = []
    for t in range(100, 120001, 100):
        clock.run(t)
        out.append((t / 1000, car.drawn_ma()))
    return out, car


def test_a_car_ramps_follows_a_cut_and_stops():
    draws, car = car_draws([(0, 10000), (30, 7000), (60, 0)], cut_hold_s=3)
    at = dict(draws)
    assert at[0.9] == 0 and at[6.0] == pytest.approx(5000) and at[12.0] == 10000
    assert at[33.0] == 10000 and at[34.0] == pytest.approx(8500) and at[35.0] == 7000
    assert at[62.9] == 7000 and at[65.0] == 0
    assert not car.charging and car.breaks == 1


def test_a_car_waits_before_it_takes_more_and_keeps_to_its_maximum():
    at = dict(car_draws([(0, 8000), (30, 30000)], max_ma=11000)[0])
    assert at[32.0] == 8000 and at[33.0] == pytest.approx(9000) and at[60.0] == 11000


def test_a_ramp_ends_at_a_limit_that_was_lowered_meanwhile():
    draws, _ = car_draws([(0, 30000), (9, 12000), (12, 10000)], max_ma=32000, cut_hold_s=3)
    assert max(ma for _, ma in draws) == pytest.approx(12000, abs=1100)
    assert draws[-1][1] == 10000


def test_a_car_without_enough_current_draws_nothing():
    assert max(ma for _, ma in car_draws([(0, 9000)], min_ma=9200)[0]) == 0


def test_a_battery_gets_full_at_the_energy_wanted():
    document = changed(seconds=900, cars=[{"charger": "box 1", "wanted_wh": 500}])
    car = play(check(document))["cars"]["box 1"]
    assert car["is_full"] and 495 <= car["energy_wh"] <= 530


def test_house_loads_add_up():
    house = [
        {"ma": [1000, 2000, 3000]},
        {"ma": 5000, "from_s": 10, "until_s": 20, "every_s": 30},
        {"ma": 4000, "from_s": 50, "ramp_s": 10},
        {"points": [[0, 0, 0, 0], [70, 100, 0, 0], [80, 300, 0, 0]], "linear": True},
    ]
    circuit = {"name": "grid", "main_ma": 35000, "meter": {}, "house": house}
    run = Run(check(changed(circuits=[circuit], chargers=[], cars=[])))
    seen = {}
    for t in (5, 15, 25, 45, 55, 65, 75, 95):
        run.clock.run(t * 1000)
        seen[t] = [line.now(t * 1000) for line in run.house[0]]
    assert seen[5][1] == 2000 and seen[15][1] == 7000 and seen[25][1] == 2000
    assert seen[45][1] == 7000
    assert seen[55][1] == pytest.approx(4000) and seen[65][2] == pytest.approx(7000)
    assert seen[75][0] - seen[75][1] == pytest.approx(-1000 + 200)
    assert seen[95][1] == pytest.approx(6000)


def test_the_dead_man_ends_the_charge_of_a_box_that_hears_nothing():
    event = {"at_s": 80, "charger": "box 1", "fault": "vanish"}
    run = Run(check(changed(seconds=130, events=[event])))
    run.clock.run(100000)
    assert run.boxes[0].car.charging
    run.clock.run(130000)
    assert not run.boxes[0].car.charging and run.boxes[1].car.charging


# --- the judge: laws that break the rules are caught


class Careless:
    """Gives everybody 32 A, whatever the meter says, and talks on to who is lost."""

    tick_ms = 500
    pushes = True
    given = 32000

    def __init__(self, scenario, now, events):
        self.n = len(scenario.chargers)
        self.setpoint = 0
        self.begin = now

    def run(self, now):
        was = self.setpoint
        self.setpoint = self.wish(now)
        return was != self.setpoint

    def wish(self, now):
        return self.given if now > 5000 else 0

    def setpoint_ma(self, i):
        return self.setpoint

    def decided_ma(self, i):
        return self.setpoint

    def believes(self, c):
        return True

    def hears(self, i):
        return True

    def target_ma(self, c, phase):
        return 33000

    def reason(self, i):
        return ""

    def trust_name(self, c):
        return "good"

    def sample(self, *arguments):
        pass

    report = sent = sample


class Stopper(Careless):
    given = 8000

    def wish(self, now):
        return 0 if 60000 < now < 70000 else super().wish(now)


class Wrong(Careless):
    given = 5000


def broken_rules(monkeypatch, law, **members):
    monkeypatch.setattr("tools.virtual.run.law_class", lambda name: law)
    return play(check(changed(**members)))["rules"]


def test_the_judge_sees_a_raise_above_the_fuse_and_an_overload_left_alone(monkeypatch):
    rules = broken_rules(monkeypatch, Careless, cars=[{"charger": "all", "max_ma": 32000}])
    assert "R1" in rules and "R2" in rules and "R4" not in rules


def test_the_judge_sees_a_lost_wallbox_kept_alive(monkeypatch):
    events = [{"at_s": 50, "charger": "box 2", "fault": "vanish"}]
    assert "R5" in broken_rules(monkeypatch, Careless, events=events)
    assert "R5" not in broken_rules(monkeypatch, Careless)


def test_the_judge_sees_a_needless_stop_and_an_illegal_setpoint(monkeypatch):
    assert "R9" in broken_rules(monkeypatch, Stopper)
    assert "R4" in broken_rules(monkeypatch, Wrong)


def test_the_judge_sees_a_silent_meter_believed(monkeypatch):
    events = [{"at_s": 50, "meter": "grid", "fault": "silent"}]
    assert "R6" in broken_rules(monkeypatch, Careless, events=events)
