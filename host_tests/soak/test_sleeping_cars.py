"""Cars that fell asleep are woken by the whole firmware: a pause, a break of the control pilot."""

from host_tests.site import judge
from host_tests.site.fleet import car, three_phase_site
from host_tests.site.running import Running
from tools.simsite import warp_wire

PAUSE_S = 10
# two minutes of an offer in vain before each attempt, the attempt, and a slow machine
ATTEMPT_S = 120 + PAUSE_S + 40


def breaks(site, box):
    """When commands asked for a break of the pilot."""
    commands = judge.commands(site, box)
    return [e["t"] for e in commands if e["flags"] & warp_wire.FLAG_CP_DISCONNECT]


def test_one_is_woken_by_a_pause_another_by_a_break_of_its_pilot():
    sleepers = [car(sleeps_after_s=40.0, woken_by=what) for what in ("pause", "pilot")]
    config = three_phase_site(3, [*sleepers, car()], settings={"wake_up": {"attempts": 3}})
    with Running(config) as site:
        for box in (0, 1):
            site.fault(box, "blocked")
        site.charging(2)
        site.wait(lambda s: s.boxes[0].car.asleep and s.boxes[1].car.asleep, 90, "asleep")
        for box in (0, 1):
            site.fault(box, "blocked", False)
        site.wait(lambda s: min(s.boxes[i].offer_ma for i in (0, 1)) >= 6000, 60, "offered")
        site.charging(0, timeout_s=ATTEMPT_S + 45)
        assert not breaks(site, 0)
        assert not site.sim.call(lambda s: s.boxes[1].car.charging)
        site.charging(1, timeout_s=ATTEMPT_S + 45)
        moments = breaks(site, 1)
        assert 3 <= moments[-1] - moments[0] <= 8, moments
        assert not breaks(site, 0) and not breaks(site, 2)
        codes = {row["reason"]["code"] for row in site.status()["chargers"]}
        assert not codes & {"paused", "contactor"}
        assert min(judge.drawn_ma(site, 2, moments[0])) > 5000, "the others go on"
        judge.check_rules(site)
