"""Calm beside pulses and an oven, judged from the current that truly flows: the quick part of
tools/benchmarks/pulses.py."""

import json
import math
import pathlib
import subprocess
import sys

import pytest

from tools.benchmarks import pulses
from tools.simulate import play
from tools.virtual.run import Run
from tools.virtual.scenario import check

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECONDS = 900


def short(make, seed, seconds=SECONDS):
    site = make(seed)
    site["seconds"] = seconds
    return site


@pytest.mark.parametrize("length_s", pulses.PULSES_S)
def test_with_the_fuse_model_nobody_is_stopped_more_often_than_by_warps_law(length_s):
    def make(seed):
        return short(lambda seed: pulses.pulse_site(length_s, seed), seed)

    stops = dict.fromkeys(pulses.LAWS, 0)
    for seed in range(100, 102):
        for law in ("B", "gG", "warp"):
            found = pulses.play(make(seed), law)
            stops[law] += found["stops"]
            assert law == "warp" or found["budget"] <= 0.5, (law, seed, found)
            assert not found["tripped"]
    assert stops["B"] <= stops["warp"] and stops["gG"] <= stops["warp"], stops


def test_strict_mode_stops_no_car_twice_in_a_quarter_of_an_hour_for_which_another_would_do():
    for seed in (100, 102):
        found = pulses.play(short(lambda seed: pulses.pulse_site(5, seed), seed, 2400), "strict")
        assert found["stops"] and not found["needless"], (seed, found)


def test_the_car_whose_turn_ended_for_a_stopped_one_does_not_come_back_beside_it():
    # both would fit for 10 s, between two pulses; the next one would stop one of them again
    for seed in (4, 7):
        found = pulses.play(pulses.pulse_site(1, seed), "strict")
        assert (found["stops"], found["turns"], found["twice"]) == (1, 2, 0), (seed, found)


def test_below_an_oven_a_car_has_more_than_60_percent_of_what_is_possible():
    for seed, law in ((100, "B"), (101, "gG")):
        site = short(pulses.oven_site, seed, 1800)
        possible = pulses.possible_wh(site)
        found = pulses.play(site, law)
        assert found["energy_wh"] > 0.6 * possible, (law, seed, found)
        assert found["budget"] <= 0.5 and not found["stops"]


def test_what_is_possible_below_an_oven_is_what_a_car_takes_without_it_but_its_minimum_with_it():
    site = short(pulses.oven_site, 1)
    site["circuits"][0]["house"][1]["ma"] = [0, 0, 0]
    without = pulses.play(site, "strict")["energy_wh"]
    possible = pulses.possible_wh(short(pulses.oven_site, 1))
    assert 0.5 * without < possible < without


def test_strict_is_what_it_is_without_the_setting():
    for seed in (100,):
        site = short(lambda seed: pulses.pulse_site(5, seed), seed)
        plain = play(check(site))
        site["circuits"][0]["breaker"] = "strict"
        strict = play(check(site))
        for found in (plain, strict):
            del found["wall_s"], found["speed"]
        assert plain == strict


SCRIPT = """
import json, sys
from tools.simulate import play
from tools.virtual.scenario import check
play(check(json.loads(sys.argv[1])))
print(sorted(name for name in sys.modules if name.startswith("loadmgmt.")))
"""


@pytest.mark.parametrize("breaker", ["strict", "B"])
def test_the_modules_are_loaded_only_where_the_model_is_on(breaker):
    site = short(lambda seed: pulses.pulse_site(5, seed), 1, 30)
    site["circuits"][0]["breaker"] = breaker
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps(site)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    for name in ("breaker", "envelope", "thermal"):
        assert (f"loadmgmt.{name}'" in done.stdout) == (breaker == "B")


def test_the_judge_is_at_its_limit_where_the_standards_are():
    for law, times, seconds in (("B", 1.13, 3600), ("C", 2.55, 1), ("gG", 1.25, 3600)):
        budget = pulses.Budget(10000, law)
        budget.carry(times * 10000, times * 10000, seconds)
        assert math.isclose(budget.used, 1, rel_tol=0.01), (law, budget.used)
        budget.carry(5000, 5000, 60)
        assert math.isclose(budget.used, math.exp(-1), rel_tol=0.01)
    budget = pulses.Budget(10000, "gG")
    budget.carry(20000, 20000, 10)
    assert math.isclose(budget.used, 1, rel_tol=0.01)


def test_the_brains_budget_is_near_the_judges():
    for seed in (100, 101):
        used, judged = _both_budgets(short(lambda seed: pulses.pulse_site(3, seed), seed))
        assert used >= 0.6 * judged, (seed, used, judged)
        assert used <= 2 * judged + 0.05, (seed, used, judged)


def _both_budgets(site):
    site["circuits"][0]["breaker"] = "B"
    run = Run(check(site))
    budgets = [pulses.Budget(35000, "B") for _ in range(3)]
    was = [line.now(0) for line in run.totals[0]]
    used = 0
    while run.clock.now < run.end_ms:
        run.clock.run(run.clock.now + 100)
        for k, line in enumerate(run.totals[0]):
            now = line.now(run.clock.now)
            budgets[k].carry(was[k], now, 0.1)
            was[k] = now
        if run.clock.now > 390000:  # what the brain assumes of the time before its start is gone
            used = max(used, max(run.law.site.breaker.heat) / 1e6)
    return used, max(one.most for one in budgets)
