"""The firmware is killed or hangs: the guardian restarts it, running charges go on (R7)."""

import signal

import pytest

from host_tests.site import judge
from host_tests.site.fleet import three_phase_site
from host_tests.site.running import Running
from tools.simsite import analysis

WATCHDOG_S = 8.0
LOST_S = 5.0


def restarted(site, cause="watchdog"):
    """Wait for the next life of the firmware; return its status."""
    site.expected_restarts += 1
    site.poll(lambda: len(site.restarts) == site.expected_restarts, 40, 0.1, "a restart")
    assert site.restarts[-1] == cause, site.restarts
    return site.wait_status(lambda s: s if s["reset_cause"] == cause else None, 30)


def raises(site, since):
    """(t, box) of each command that raised a limit."""
    found = []
    for box in range(len(site.record.grid_phases)):
        newest = 0
        for t, ma in analysis.setpoints(site.record, box):
            if t >= since and ma > newest:
                found.append((t, box))
            newest = ma
    return sorted(found)


def first_heard(site, since):
    """When each wallbox sent its first state after a moment."""
    count = len(site.record.grid_phases)
    return [judge.events(site, "state", i, since)[0]["t"] for i in range(count)]


@pytest.mark.parametrize("kind", ["including", "excluding", "static"])
def test_after_sigkill_running_charges_go_on(kind):
    more = {"meter_includes_cars": kind != "excluding"}
    if kind == "static":
        more["limit_ma"] = 24000
    with Running(three_phase_site(3, **more)) as site:
        site.charging(0, 1, 2)
        before = site.calm()
        killed_at = site.kill()
        status = restarted(site)
        assert status["uptime_s"] < 30
        site.watch(20)
        for i in range(3):
            assert min(judge.drawn_ma(site, i, killed_at)) > 5000, f"car {i} was stopped"
        for t, box in raises(site, killed_at):
            assert t > max(first_heard(site, killed_at)), f"wallbox {box} raised too early"
        assert max(site.calm()) >= max(before) - 2500
        judge.check_rules(site)


def test_after_sigkill_a_wallbox_that_is_gone_is_waited_for():
    """Nothing is raised until each was heard or declared lost, and then its share is reserved."""
    with Running(three_phase_site(3)) as site:
        site.charging(0, 1, 2)
        site.calm()
        gone_at = site.fault(0, "vanish")
        site.unplug(1)  # leaves current that could be handed on at once
        killed_at = site.kill()
        restarted(site)
        site.wait_status(lambda s: s["chargers"][0]["state"] == "lost", 15, "lost")
        first = judge.commands(site, 2, killed_at)[0]["t"]
        site.wait(lambda s: s.boxes[2].commanded_ma >= 20000, 60, "handed on")
        assert min(t for t, _ in raises(site, killed_at)) >= first + LOST_S - 1.0
        assert min(judge.drawn_ma(site, 2, gone_at)) > 5000
        judge.check_rules(site)


def test_a_firmware_that_hangs_is_killed_and_restarted():
    with Running(three_phase_site(3)) as site:
        site.charging(0, 1, 2)
        site.calm()
        pid = site.pid()
        hung_at = site.kill(signal.SIGSTOP)
        restarted(site)
        assert site.pid() != pid
        silent = judge.commands(site, 0, hung_at + 0.2)[0]["t"] - hung_at
        assert WATCHDOG_S - 1 <= silent <= WATCHDOG_S + 12, silent
        for i in range(3):
            assert min(judge.drawn_ma(site, i, hung_at)) > 5000, f"car {i} was stopped"
        # and it controls: the house takes some, the cars give way
        begin = site.step("oven", [10000, 0, 0])
        site.watch(9)
        assert judge.check_reactions(site.record, judge.fuse(site), begin)
        judge.check_rules(site)
