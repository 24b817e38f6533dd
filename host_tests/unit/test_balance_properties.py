"""The balance between the phases on sites that hypothesis draws; and that a site without it loads
nothing of it. The examples are the same in every run, as in test_loadmgmt_properties.py."""

import pathlib
import subprocess
import sys

import random_plan
from drawn_dice import Drawn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from random_balance import BalancedSite, BalanceJudge, add_limits

from tools import interpreter

ROOT = pathlib.Path(__file__).resolve().parents[2]
TICKS = 120
SITES = 40


@st.composite
def plans(draw):
    dice = Drawn(draw)
    return add_limits(random_plan.plan(dice, TICKS, 12), dice)


@settings(
    max_examples=SITES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.generate, Phase.shrink),
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
@given(plans())
def test_the_phases_of_any_site_differ_by_no_more_than_allowed(made):
    site = BalancedSite(made)
    BalanceJudge(site)
    site.run()


def test_both_interpreters_play_the_same_site():
    script = (
        "import sys\n"
        f"sys.path[:0] = [{str(ROOT / 'lib')!r}, {str(ROOT / 'host_tests/unit/both')!r}]\n"
        "from random_balance import BalancedSite, add_limits\n"
        "from random_plan import Dice, plan\n"
        "for seed in (6, 7, 12):\n"
        "    print(BalancedSite(add_limits(plan(Dice(seed), 60, 12), Dice(seed))).run())\n"
    )
    said = [
        subprocess.run([name, "-c", script], check=True, capture_output=True, timeout=60).stdout
        for name in (sys.executable, interpreter.micropython())
    ]
    assert said[0].split() == said[1].split() and len(said[0].split()) == 3


def test_a_site_without_it_loads_nothing_of_it():
    script = (
        "import sys\n"
        f"sys.path[:0] = [{str(ROOT / 'lib')!r}]\n"
        "from loadmgmt import options\n"
        "from loadmgmt.circuit import Circuit\n"
        "from loadmgmt.point import ChargePoint\n"
        "from loadmgmt.site import Site\n"
        "site = Site([Circuit('grid', None, [16000] * 3)], [ChargePoint('a')], 0)\n"
        "options.attach(site, {}, 0)\n"
        "site.step(1000)\n"
        "assert 'loadmgmt.balance' not in sys.modules\n"
        "site.circuits[0].imbalance_ma = 20000\n"
        "options.attach(site, {}, 0)\n"
        "site.step(2000)\n"
        "assert 'loadmgmt.balance' in sys.modules and 'loadmgmt.uneven' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
