"""Wallboxes as they come: old protocol, bad network, disobedient, restarted, badly documented."""

import pytest

from host_tests.site import judge
from host_tests.site.fleet import car, mixed_site, three_phase_site
from host_tests.site.running import Running
from tools.simsite import BoxConfig, SiteConfig, analysis

STEP_S = 9


def test_a_charger_that_obeys_version_2_only_is_found_and_controlled():
    """Tinkerforge's own charger emulator is one."""
    boxes = [BoxConfig(), BoxConfig(emulator=True)]
    with Running(three_phase_site(2, boxes=boxes)) as site:
        site.charging(0, 1, timeout_s=90)
        site.calm()
        assert judge.commands(site, 1)[-1]["version"] == 2
        assert judge.commands(site, 0)[-1]["version"] == 4, "the other one speaks version 4"
        begin = site.step("oven", 12000)
        site.wait(lambda s: s.boxes[1].applied_ma <= 12000, 4, "obeys a cut")
        site.watch(STEP_S)
        versions = {e["version"] for e in judge.commands(site, 1, begin)}
        assert versions == {2}, "it must not look for another version any more"
        judge.check_rules(site)


def test_a_third_of_all_packets_is_lost():
    with Running(three_phase_site(3)) as site:
        for box in range(3):
            site.fault(box, "loss", 0.3)
        site.charging(0, 1, 2, timeout_s=60)
        site.calm(timeout_s=60)
        begin = site.sim.call(lambda s: s.record.rows()[-1][0])
        for phases in ((1, 0, 0), (0, 1, 1)):
            site.step("oven", [8000 * p for p in phases])
            site.watch(STEP_S + 3)
            site.step("oven", 0)
            site.watch(14)
        for i in range(3):
            assert min(judge.drawn_ma(site, i, begin)) > 5000, f"car {i} was stopped"
        # a reduction is repeated after 0.45 s and each second from then on
        slowest = judge.longest_overload_s() + 3.0
        judge.check_overload(site, longest_s=slowest)
        raised = analysis.r1_violations(site.record, judge.target(site))
        assert not raised, raised


@pytest.mark.parametrize("how", ["ignore_cuts", "lying"])
def test_a_wallbox_that_does_not_reduce_counts_with_what_it_draws(how):
    """lying: it even reports the lower limit as applied."""
    with Running(three_phase_site(3)) as site:
        site.charging(0, 1, 2)
        site.calm()
        draws = site.sim.call(lambda s: s.boxes[0].drawn_ma()[0])
        begin = site.fault(0, how)
        site.step("heat pump", 8000)
        status = site.wait_status(
            lambda s: s if s["chargers"][0]["reason"]["code"] == "disobeys" else None, 25
        )
        assert status["chargers"][0]["committed_ma"] >= draws - 500
        found = judge.events(site, "box_fault", 0, begin)[0]["t"]
        # the others have made up for it: they settle within the target
        total = site.calm()
        assert max(total) <= judge.target(site)[0] + 600, total
        for i in (1, 2):
            assert min(judge.drawn_ma(site, i, found)) > 5000, "the others need not stop"
        # one look at all, another after the time that a car has to obey
        judge.check_overload(site, longest_s=judge.longest_overload_s() + judge.CAR_S + 1)
        raised = analysis.r1_violations(site.record, judge.target(site))
        assert not raised, raised
        # when it obeys at last, all share again
        site.fault(0, how, False)
        site.step("heat pump", 0)
        site.wait_status(
            lambda s: "disobeys" not in [c["reason"]["code"] for c in s["chargers"]], 25, "obeys"
        )


def test_current_goes_where_the_cars_are():
    """A car leaves, its current is handed on; another one comes, it gets its share."""
    with Running(three_phase_site(3)) as site:
        site.charging(0, 1, 2)
        assert max(site.calm()) >= 0.85 * judge.target(site)[0]
        shares = site.sim.call(lambda s: [b.commanded_ma for b in s.boxes])
        assert max(shares) - min(shares) <= 1000, f"a fair share for each: {shares}"

        site.unplug(0)
        site.wait(lambda s: min(b.drawn_ma()[0] for b in s.boxes[1:]) >= 13000, 30, "handed on")
        assert max(site.calm()) >= 0.85 * judge.target(site)[0]
        assert judge.commands(site, 0)[-1]["current_ma"] == 0, "nothing for an empty place"

        come_at = site.plug(0, car())
        site.charging(0, timeout_s=30)
        site.calm()
        shares = site.sim.call(lambda s: [b.commanded_ma for b in s.boxes])
        assert max(shares) - min(shares) <= 1500, f"a fair share for each: {shares}"
        for i in (1, 2):
            assert min(judge.drawn_ma(site, i, come_at)) > 5000, "nobody stops for it"
        judge.check_rules(site)


def test_a_wallbox_that_restarts():
    """It has forgotten its manager, so that it says nothing before it is looked for again."""
    with Running(three_phase_site(3)) as site:
        site.charging(0, 1, 2)
        site.calm()
        boot_at = site.fault(1, "reboot")
        site.wait(lambda s: not max(s.boxes[1].drawn_ma()), 3, "off")
        site.charging(1, timeout_s=90)
        booted = judge.events(site, "boot", 1, boot_at)
        assert len(booted) == 1
        site.calm()
        for i in (0, 2):
            assert min(judge.drawn_ma(site, i, boot_at)) > 5000, "the others go on"
        judge.check_rules(site)


def test_single_phase_cars_on_phases_that_nobody_wrote_down():
    """The worst case: all on the same phase, and the firmware does not know which."""
    boxes = [BoxConfig(phases=1, rotation="L231", tell_rotation=False) for _ in range(3)]
    config = SiteConfig(boxes=boxes, cars=[car(1), car(1, max_ma=16000), car(1)])
    with Running(config) as site:
        site.charging(0, 1, 2)
        total = site.calm(timeout_s=90)
        assert total[1] >= 18000, f"each has at least its minimum: {total}"
        for ma in (5000, 10000):
            site.step("oven", [0, ma, 0])
            site.watch(STEP_S)
            site.step("oven", 0)
            site.watch(16)
        site.step("kettle", [9000, 0, 0])  # another phase
        site.watch(STEP_S)
        judge.check_rules(site)


def test_a_wallbox_that_cannot_measure():
    boxes = [BoxConfig(has_meter=False), BoxConfig()]
    with Running(three_phase_site(2, boxes=boxes)) as site:
        site.charging(0, 1, timeout_s=60)
        site.calm(timeout_s=60)
        begin = site.step("oven", 10000)
        site.watch(STEP_S + 6)
        site.step("oven", 0)
        site.watch(20)
        assert min(judge.drawn_ma(site, 0, begin)) > 5000
        # nobody knows by how much the car stays below its setpoint: up to 0.5 A
        judge.check_rules(site, r1_tolerance_ma=800)


def test_mixed_cars_with_steps_of_their_own():
    """Slow cars, cars with coarse steps, one that takes less than it is offered."""
    cars = [car(3, 16000, slow=True), car(2, 16000, step_ma=1000), car(1, 7400), None, car(1)]
    config = mixed_site(cars=cars)
    # the judge of R1 counts a setpoint on all phases, those that a car has left alone included
    config.settings = {"sharing": {"free_phases_s": 0}}
    with Running(config) as site:
        site.charging(0, 1, 2, 4)
        site.calm(timeout_s=60)
        site.step("oven", [9000, 9000, 9000])
        site.watch(14)
        site.step("oven", 0)
        site.watch(14)
        slow = judge.longest_overload_s() - judge.CAR_S + 11
        judge.check_overload(site, longest_s=slow)
        judge.check_reactions(site.record, judge.fuse(site))
        raised = analysis.r1_violations(site.record, judge.target(site))
        assert not raised, raised
