"""The solver reaches the figures promised against the exact optimum, and the tools that say so.

The optima were worked out by `tools/benchmarks/optimum.py --fixture` and are stored beside this
file; a few are worked out anew here.
"""

import itertools
import json
import pathlib
import random

import pytest

from tools.benchmarks import optimum, random_sites, warp_allocation

STORED = json.loads(pathlib.Path(__file__).with_name("optimum_fixture.json").read_text())


@pytest.fixture(scope="module")
def rows():
    """The figures of every stored kind of site, with the firmware's own solver."""
    return {
        kind: optimum.row(kind, STORED["seed"], best) for kind, best in STORED["kinds"].items()
    }


@pytest.mark.parametrize("kind", STORED["kinds"])
def test_the_stored_optima_belong_to_the_generator(kind):
    best = STORED["kinds"][kind]
    sites = random_sites.sites(kind, STORED["seed"], len(best["cars"]))
    assert optimum.digest(sites) == best["digest"]
    assert best["uncertain"] == 0
    for k in (0, len(sites) // 2, len(sites) - 1):
        problem = random_sites.problem(sites[k])
        assert optimum.most_current(*problem)[0] == pytest.approx(best["current"][k], rel=2e-4)
        assert optimum.most_cars(*problem) == (best["cars"][k], True)


@pytest.mark.parametrize("kind", optimum.GOALS)
def test_first_pass_reaches_the_goals(rows, kind):
    assert rows[kind]["count"] == 300
    for value, goal in zip(rows[kind]["figures"], optimum.GOALS[kind]):
        assert value >= goal


@pytest.mark.parametrize("kind", STORED["kinds"])
def test_equals_get_equal_shares(rows, kind):
    assert rows[kind]["jain"][0] >= optimum.GOAL_JAIN


@pytest.mark.parametrize("kind", STORED["kinds"])
def test_uses_more_current_than_the_model_of_warp(rows, kind):
    mean, tenth, cars = rows[kind]["beside"]
    warp_mean, warp_tenth, warp_cars = rows[kind]["warp"]
    assert mean > warp_mean
    assert tenth > warp_tenth
    # nobody left waiting: as many cars, too
    assert rows[kind]["all on"][2] > warp_cars - 0.02
    assert cars > warp_cars - 0.03


def test_shares_are_within_limits_minima_and_requests():
    for site in random_sites.sites("minima", 3, 60):
        low, cap, uses, _, budget = random_sites.problem(site)
        for patient in (False, True):
            out = optimum.first_pass(site, patient)
            assert all(a == 0 or low[i] <= a <= cap[i] for i, a in enumerate(out))
            for j, limit in enumerate(budget):
                assert sum(a for i, a in enumerate(out) if j in uses[i]) <= limit


def test_the_order_of_the_list_does_not_matter():
    shuffle = random.Random(4).shuffle
    for site in random_sites.sites("tight", 4, 60):
        plain = {box["name"]: a for box, a in zip(site["chargers"], optimum.first_pass(site))}
        shuffle(site["chargers"])
        again = {box["name"]: a for box, a in zip(site["chargers"], optimum.first_pass(site))}
        assert again == plain


def test_every_kind_of_site_is_as_described():
    for kind in random_sites.KINDS:
        sites = random_sites.sites(kind, 1, 20)
        assert sites == random_sites.sites(kind, 1, 20)
        for site in sites:
            low, cap, uses, earn, budget = random_sites.problem(site)
            assert len(low) == len(cap) == len(uses) == len(earn) == len(site["chargers"])
            assert 2 <= len(low) <= 64
            assert all(6000 <= a <= b <= 32000 for a, b in zip(low, cap))
            assert all(10000 <= limit <= 400000 for limit in budget)
            assert len(budget) == 3 + 3 * len(site["circuits"])
            assert all(0 <= j < len(budget) for used in uses for j in used)
    assert all(
        box["rotation"] for s in random_sites.sites("known", 1, 20) for box in s["chargers"]
    )


def box(phases=3, rotation="L123", asked=32000, circuit=None, least=6000):
    return {
        "name": f"{phases} {rotation} {asked} {circuit}",
        "phases": phases,
        "rotation": rotation,
        "min": least,
        "max": 32000,
        "asked": asked,
        "circuit": circuit,
        "waiting_s": 0,
    }


def test_where_a_wallbox_counts():
    site = {
        "limits": [1, 2, 3],
        "circuits": [
            {"name": "a", "parent": None, "limits": [4, 5, 6]},
            {"name": "b", "parent": "a", "limits": [7, 8, 9]},
        ],
        "chargers": [
            box(1, "L231"),
            box(1, None, circuit="a"),
            box(2, "L312", circuit="b"),
            box(3, None, circuit="b"),
        ],
    }
    _, _, uses, earn, budget = random_sites.problem(site)
    assert uses[0] == (1,)
    assert sorted(uses[1]) == [0, 1, 2, 3, 4, 5]
    assert sorted(uses[2]) == [0, 2, 3, 5, 6, 8]
    assert sorted(uses[3]) == list(range(9))
    assert earn == [1, 1, 2, 3]
    assert budget == list(range(1, 10))


def brute_force(low, cap, uses, earn, budget):
    """Most phase-current and most cars, in steps of 1 A; for a few wallboxes."""
    best = cars = 0
    choices = [[0, *range(a, b + 1, 1000)] for a, b in zip(low, cap)]
    for out in itertools.product(*choices):
        if all(
            sum(a for i, a in enumerate(out) if j in uses[i]) <= limit
            for j, limit in enumerate(budget)
        ):
            best = max(best, sum(a * e for a, e in zip(out, earn)))
            cars = max(cars, sum(a > 0 for a in out))
    return best, cars


def test_the_optimum_is_the_optimum():
    rows = (
        ([12000] * 3, [box(asked=8000), box(1, None, 8000), box(1, "L123", 9000)]),
        ([10000, 16000, 20000], [box(asked=10000), box(1, "L123", 9000), box(2, "L231", 12000)]),
        ([5000] * 3, [box(asked=10000), box(1, None, 9000)]),
    )
    for limits, boxes in rows:
        problem = random_sites.problem({"limits": limits, "circuits": [], "chargers": boxes})
        current, cars = brute_force(*problem)
        assert optimum.most_current(*problem) == (pytest.approx(current, abs=1), True)
        assert optimum.most_cars(*problem) == (cars, True)


def test_fairness_index():
    assert optimum.jain([5, 5, 5]) == 1
    assert optimum.jain([6, 0, 0]) == pytest.approx(1 / 3)
    site = {
        "limits": [1] * 3,
        "circuits": [],
        "chargers": [box(1), box(1), box(1, "L231"), box(3)],
    }
    assert optimum.jain_indices(site, [6, 6, 12, 9], True) == [1]
    assert optimum.jain_indices(site, [6, 6, 12, 9], False) == [pytest.approx(24**2 / 3 / 216)]
    assert optimum.jain_indices(site, [6, 0, 0, 9], True) == []


def test_model_of_warp():
    rows = (
        # limits, wallboxes -> currents
        ([30000] * 3, [box(), box()], [15000, 15000]),
        # who asks for less leaves the rest to the other
        ([30000] * 3, [box(asked=8000), box()], [8000, 22000]),
        # the order of the list decides who charges
        ([10000] * 3, [box(1, None), box()], [10000, 0]),
        ([10000] * 3, [box(asked=5000), box()], [0, 10000]),
        # a known single-phase one uses its own phase only, after the three-phase ones
        ([20000] * 3, [box(), box(1, "L231")], [10000, 10000]),
        ([20000, 40000, 20000], [box(), box(1, "L231")], [20000, 20000]),
    )
    for limits, boxes, right in rows:
        assert warp_allocation.allocate(limits, boxes) == right
    assert warp_allocation.allocate([20000] * 3, [{}, {"wants": False}]) == [20000, 0]


def test_model_of_warp_keeps_the_limits():
    for site in random_sites.sites("half unknown", 5, 100):
        site["circuits"] = []
        for one in site["chargers"]:
            one["circuit"] = None
        low, cap, uses, _, budget = random_sites.problem(site)
        out = warp_allocation.allocate(site["limits"], site["chargers"])
        assert all(a == 0 or low[i] <= a <= cap[i] for i, a in enumerate(out))
        for j, limit in enumerate(budget):
            assert sum(a for i, a in enumerate(out) if j in uses[i]) <= limit


def test_report(capsys):
    optimum.report(optimum.measure(("known", "deep"), 7, 5))
    text = capsys.readouterr().out
    assert "known" in text
    assert "0.980" in text
