"""Properties of the brain on sites that hypothesis draws: 20,000 passes in all.

The examples are the same in every run (`derandomize`): a test that fails does so for everybody,
and no database of examples is kept. What is found by chance belongs to the long run (`make soak`,
host_tests/soak/test_brain.py). A plan (random_plan.py) is drawn number by number, so that
hypothesis can shrink it; the printed plan is the counterexample.
"""

import random_plan
from drawn_dice import Drawn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from loadmgmt import limits, planner
from loadmgmt.fill import fill
from random_judge import Judge
from random_site import RandomSite

QUIETLY = {
    "derandomize": True,
    "database": None,
    "deadline": None,
    "phases": (Phase.generate, Phase.shrink),
    "report_multiple_bugs": False,
    "suppress_health_check": list(HealthCheck),
}
TICKS = 200
SITES = 80  # times TICKS, and twice that in pairs of sites
PAIRS = 10


@st.composite
def plans(draw, most):
    return random_plan.plan(Drawn(draw), TICKS, most)


@settings(max_examples=SITES, **QUIETLY)
@given(plans(16))
def test_the_rules_hold_on_any_site(made):
    site = RandomSite(made)
    Judge(site)
    site.run()


@settings(max_examples=PAIRS, **QUIETLY)
@given(plans(12), st.randoms(use_true_random=False))
def test_the_order_of_the_list_changes_nothing(made, dice):
    order = list(range(len(made["boxes"])))
    dice.shuffle(order)
    one = RandomSite(made)
    other = RandomSite(made, order)
    for _ in range(TICKS):
        one.step()
        other.step()
        assert [box.point.setpoint_ma for box in one.boxes] == [
            box.point.setpoint_ma for box in other.boxes
        ]


def planned(site):
    """The fair shares of the brain for those who charge now, by name."""
    brain = site.site
    planner.first_pass(brain, site.now)
    return {p.name: brain.out[p.index] for p in brain.points if brain.out[p.index] > 0}


@settings(max_examples=PAIRS, **QUIETLY)
@given(plans(12), st.integers(0, 15), st.integers(0, 60000))
def test_more_limit_on_a_site_never_lowers_the_sorted_shares(made, which, more):
    made["events"] = []
    for box in made["boxes"]:
        box["priority"] = 0
        box["weight"] = 1
    site = RandomSite(made)
    for _ in range(40):
        site.step()
    before = planned(site)
    circuit = site.site.circuits[which % len(site.site.circuits)]
    if circuit.limit_ma:
        limits.put(circuit, [mA + more for mA in circuit.limit_ma], circuit.why)
    after = planned(site)
    if before.keys() == after.keys():
        not_lower(sorted(before.values()), sorted(after.values()))


def not_lower(before, after):
    """Compare sorted shares from the least on."""
    rounding = len(before)  # what a division leaves over is less than 1 mA a wallbox
    for a, b in zip(before, after):
        if b > a + rounding:
            break
        assert b >= a - rounding, (before, after)


@st.composite
def shares(draw):
    """A problem for fill: (lows, caps, uses, budgets) that the lows fit in."""
    limits = draw(st.integers(1, 6))
    count = draw(st.integers(1, 12))
    lows = [draw(st.sampled_from((0, 6000, 8000))) for _ in range(count)]
    caps = [low + draw(st.integers(0, 26000)) for low in lows]
    uses = [
        tuple(sorted(draw(st.sets(st.integers(0, limits - 1), max_size=4)))) for _ in range(count)
    ]
    budgets = []
    for j in range(limits):
        least = sum(low for low, use in zip(lows, uses) if j in use)
        budgets.append(least + draw(st.integers(0, 100000)))
    return lows, caps, uses, budgets


def filled(lows, caps, uses, budgets):
    out = [0] * len(lows)
    fill(list(range(len(lows))), lows, caps, uses, budgets, out, [-1] * len(lows))
    return out


@settings(max_examples=300, **QUIETLY)
@given(shares(), st.integers(0, 5), st.integers(0, 50000))
def test_more_limit_never_lowers_the_sorted_shares(problem, which, more):
    lows, caps, uses, budgets = problem
    higher = list(budgets)
    higher[which % len(budgets)] += more
    before = sorted(filled(lows, caps, uses, budgets))
    not_lower(before, sorted(filled(lows, caps, uses, higher)))


@settings(max_examples=300, **QUIETLY)
@given(shares())
def test_shares_keep_the_limits_and_leave_nothing_that_somebody_could_use(problem):
    lows, caps, uses, budgets = problem
    out = filled(lows, caps, uses, budgets)
    left = list(budgets)
    for a, low, cap, use in zip(out, lows, caps, uses):
        assert low <= a <= cap
        for j in use:
            left[j] -= a
    assert min(left) >= 0
    for a, cap, use in zip(out, caps, uses):
        if a < cap:
            assert min([left[j] for j in use]) <= len(out)  # some limit of it is full
