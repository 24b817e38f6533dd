"""The phases of a thousand random sites are kept alike: random_balance.py, on CPython.

`make soak`, or another number with `SOAK_SITES=5000`, other sites with `SOAK_SEED=7`. A seed that
fails is printed with the rule; keep it in host_tests/unit/both/test_balance_random.py.
"""

import os

from random_balance import BalancedSite, BalanceJudge, add_limits
from random_judge import Broken
from random_plan import Dice, plan

SITES = int(os.environ.get("SOAK_SITES", "1000"))
SEED = int(os.environ.get("SOAK_SEED", "1"))
TICKS = 400
MOST = 16  # wallboxes


def test_the_phases_of_random_sites_differ_by_no_more_than_allowed(capsys):
    broken = {}
    raises = cuts = limited = 0
    for seed in range(10000000 * SEED, 10000000 * SEED + SITES):
        site = BalancedSite(add_limits(plan(Dice(seed), TICKS, MOST), Dice(seed + 5)))
        judge = BalanceJudge(site)
        try:
            site.run()
        except Broken as error:
            broken[seed] = error.args
        raises += judge.raises
        cuts += judge.cuts
        limited += judge.limited
    with capsys.disabled():
        print(f"{SITES} sites: {raises} raises, {cuts} cuts, {limited} times bound, {broken}")
    assert not broken
