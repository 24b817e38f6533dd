"""Six wallboxes behind 3 x 35 A, and a house that takes 5, 10 and 16 A at once (R1, R2, R4)."""

import pytest

from host_tests.site import judge
from host_tests.site.fleet import mixed_site
from host_tests.site.running import Running

# which phases the step is on
PHASES = ((1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1))
ON_S = 9
CARS = 4  # on the phase that has most of them
OFF_S = 13  # the headroom has held for 10 s, and the raises have been sent


@pytest.mark.parametrize("includes", [True, False], ids=["including", "excluding"])
@pytest.mark.parametrize("step_ma", [5000, 10000, 16000])
def test_a_step_of_the_house_leads_to_cuts_within_a_second(step_ma, includes):
    with Running(mixed_site(meter_includes_cars=includes)) as site:
        site.charging(0, 1)
        before = site.calm()
        # a firmware that does nothing would keep every rule: the current has to be used
        assert max(before) >= 0.85 * judge.target(site)[0], before
        assert max(before) <= judge.target(site)[0] + 500, before
        full = 0
        for phases in PHASES:
            begin = site.step("appliance", [step_ma * p for p in phases])
            site.watch(ON_S)
            record = judge.seen_in_full(site)
            seen = judge.check_reactions(record, judge.target(site), begin, begin + 3, CARS * 500)
            full += bool(seen)
            site.step("appliance", 0)
            site.watch(OFF_S)
        assert full, "no step has led to an overload"
        judge.check_rules(site)
