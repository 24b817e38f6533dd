"""A wallbox that is gone keeps its share, is left alone, and never stops the others (R5)."""

import pytest

from host_tests.site import judge
from host_tests.site.fleet import three_phase_site
from host_tests.site.running import Running

LOST_S = 5.0
DEAD_MAN_S = 30.0


def charger(status, i):
    return status["chargers"][i]


def check_others_never_stopped(site, since, *boxes):
    for i in boxes:
        assert min(judge.drawn_ma(site, i, since)) > 5000, f"wallbox {i} stopped"


@pytest.mark.parametrize("how", ["vanish", "mute"])
def test_a_wallbox_that_is_not_heard(how):
    """vanish: nothing comes in or goes out. mute: it hears, but we do not hear it."""
    with Running(three_phase_site(3)) as site:
        site.charging(0, 1, 2)
        site.calm()
        share = site.sim.call(lambda s: s.boxes[0].commanded_ma)
        gone_at = site.fault(0, how)
        lost = site.wait_status(
            lambda s: charger(s, 0) if charger(s, 0)["state"] == "lost" else None, 12, "lost"
        )
        assert lost["committed_ma"] >= share, "its share stays reserved"
        last_heard = judge.events(site, "state", 0, until=gone_at)[-1]["t"]

        # the others go on and still give way to the house
        site.step("oven", [4000, 0, 0])
        site.watch(8)
        site.step("oven", 0)
        ended = site.wait(lambda s: s.boxes[0].offer_ma == 0, 40, "its dead-man") and True
        assert ended
        dead_at = judge.events(site, "dead_man", 0, gone_at)[0]["t"]
        # it was sent nothing that could keep it alive after it was lost
        quiet = [
            e
            for kind in ("command", "dropped")
            for e in judge.events(site, kind, 0, last_heard + LOST_S + 1.5, dead_at)
        ]
        assert not quiet, quiet
        assert dead_at - last_heard <= LOST_S + 1.5 + DEAD_MAN_S
        check_others_never_stopped(site, gone_at, 1, 2)

        # then it is looked for, with 0 A
        kind = "dropped" if how == "vanish" else "command"
        site.poll(
            lambda: len(judge.events(site, kind, 0, dead_at)) >= 2, 15, 0.2, "looked for again"
        )
        looked_for = judge.commands(site, 0, dead_at)
        assert not [e for e in looked_for if e["current_ma"]], looked_for
        # its share goes to the others
        site.wait(lambda s: min(b.commanded_ma for b in s.boxes[1:]) >= 12000, 30, "handed on")

        back_at = site.fault(0, how, False)
        site.wait_status(lambda s: charger(s, 0)["state"] != "lost", 8, "back")
        site.charging(0, timeout_s=45)
        check_others_never_stopped(site, back_at, 1, 2)
        judge.check_rules(site)


def test_a_wallbox_that_hears_nothing():
    """deaf: it goes on telling what it does, and ends the charge by itself after 30 s."""
    with Running(three_phase_site(3)) as site:
        site.charging(0, 1, 2)
        site.calm()
        gone_at = site.fault(0, "deaf")
        site.step("oven", [0, 7000, 0])
        # it does not follow: the others are cut for it
        site.wait(lambda s: sum(b.commanded_ma for b in s.boxes[1:]) <= 17000, 15, "others cut")
        site.wait(lambda s: s.boxes[0].offer_ma == 0, 40, "its dead-man")
        check_others_never_stopped(site, gone_at, 1, 2)
        site.step("oven", 0)
        site.fault(0, "deaf", False)
        site.charging(0, timeout_s=75)
        check_others_never_stopped(site, gone_at, 1, 2)
        judge.check_rules(site)
