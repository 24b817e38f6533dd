"""Settings that are written while cars charge: control goes on as if nothing had happened."""

import itertools
import time

from host_tests.site import judge
from host_tests.site.fleet import mixed_site
from host_tests.site.running import Running
from tools.simsite import analysis


def test_settings_written_again_and_again_delay_nothing():
    with Running(mixed_site()) as site:
        site.charging(0, 1)
        site.calm()
        limit_ma = 30000
        assert site.put("/charge_manager/available_current", limit_ma)[0] == 200
        config = site.get("/charge_manager/config")
        begin = time.monotonic()
        for n in range(40):
            config["requested_current_threshold"] = n
            assert site.put("/charge_manager/config", config)[0] == 200
            if n == 5:
                site.step("oven", [14000] * 3)
            site.watch(0.3)
        end = time.monotonic()
        assert site.status()["available_ma"] == limit_ma
        assert judge.check_reactions(site.record, judge.fuse(site), begin, end, 2000)
        for box in range(6):
            moments = [e["t"] for e in judge.commands(site, box, begin, end)]
            gaps = [b - a for a, b in itertools.pairwise(moments)]
            assert max(gaps) <= 2, (box, gaps)
        site.step("oven", 0)
        judge.check_rules(site)


def test_what_a_wallbox_that_was_taken_out_draws_is_not_handed_on_before_it_stops():
    with Running(mixed_site()) as site:
        site.charging(0, 1)
        site.calm()
        config = site.get("/charge_manager/config")
        config["chargers"] = config["chargers"][1:]
        begin = time.monotonic()
        assert site.put("/charge_manager/config", config)[0] == 200
        site.wait(lambda s: max(s.boxes[0].drawn_ma()) == 0, 45, "the charge ends")
        stopped = time.monotonic()
        assert stopped - begin > 25
        raises = [
            (old, new)
            for event, old, new, _ in analysis.exposures(site.record)
            if event["kind"] == "command" and begin < event["t"] < stopped - 5 and new > old
        ]
        assert not raises, raises
        judge.check_rules(site)
