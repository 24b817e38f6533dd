"""Five hundred malformed requests while cars charge; `make soak` sends ten thousand."""

import time

from host_tests.site import judge
from host_tests.web.fuzzing import Fuzz, check


def test_malformed_requests_disturb_nothing(firmware):
    site = firmware.site
    Fuzz(firmware, seed=2).run(60)  # what is loaded once in a life
    used = firmware.least_used()
    fuzz = Fuzz(firmware)
    fuzz.run(240)  # meanwhile the cars begin to charge
    first = fuzz.begin
    site.charging(0, 1, 2)
    # the step has to be too much
    site.wait_status(lambda status: min(status["circuits"][0]["cars_ma"]) > 36000, 60, "drawing")
    stepped = site.step("oven", [35000] * 3)
    fuzz.run(260)
    fuzz.begin = first
    print("answers:", dict(sorted(fuzz.seen.items(), key=str)))
    check(fuzz, used)
    assert judge.check_reactions(site.record, judge.fuse(site), stepped, time.monotonic(), 2000)
    site.step("oven", 0)
    # it has heard both good requests and bad ones
    assert {200, 400, 401, 404, 405} <= set(fuzz.seen), fuzz.seen
