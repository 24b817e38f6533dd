"""What can be switched on, in the whole firmware: the wiring is learnt, kept, and used again."""

import json
import pathlib
import tempfile

from host_tests.site import judge
from host_tests.site.fleet import car
from host_tests.site.running import Running
from tools.benchmarks import everything
from tools import login
from tools.simsite import BoxConfig, SiteConfig

HEAP = "300K"  # new settings need the site twice for a moment
TURNS = ("L123", "L231", "L312")
LEARN_S = 240
FILE = "learnt.json"


def learning_site(rotation="use"):
    """One wallbox of unknown rotation with a single-phase car, one whose rotation is told."""
    boxes = [BoxConfig(rotation="L231", tell_rotation=False), BoxConfig(rotation="L123")]
    return SiteConfig(
        boxes=boxes,
        cars=[car(1, max_ma=20000), car()],
        settings={"learning": {"rotation": rotation, "probe_ma": 3000}},
    )


def shake(site, seconds, until):
    """Let limits change so that the cars' currents do, until it is so."""
    limits = (20000, 9000, 14000, 7000)
    turn = 0

    def look():
        nonlocal turn
        if turn % 40 == 0:
            assert site.put("/charge_manager/available_current", limits[turn // 40 % 4])[0] == 200
        turn += 1
        return until(site.status())

    return site.poll(look, seconds, 0.5, "learnt")


def first(status):
    return status["chargers"][0]


def test_a_rotation_is_learnt_and_used_again_after_a_restart():
    with tempfile.TemporaryDirectory(prefix="fusekeeper-site-") as flash:
        with Running(learning_site(), flash=flash) as site:
            assert first(site.status())["rotation"] is None
            shake(site, LEARN_S, lambda s: first(s)["learnt"]["sure"])
            learnt = site.wait_status(
                lambda s: first(s)["rotation"] and first(s), 20, "the rotation is in force"
            )
            assert learnt["rotation"][:2] == "L2" and learnt["learnt"]["percent"] >= 90
            rows = site.poll(lambda: rows_of(flash), 20, 0.5, "the file")
            assert [site.sim.site.address(0), "grid", None] == rows[0][:3]
            assert rows[0][3] == learnt["rotation"]
            judge.check_rules(site)
            # new settings forget nothing
            config = site.get("/charge_manager/config")
            config["requested_current_margin"] = 2500
            assert site.put("/charge_manager/config", config)[0] == 200
            now = first(site.status())
            assert now["rotation"] == learnt["rotation"] and now["learnt"]["sure"]
            # the firmware alone starts anew
            site.kill()
            site.expected_restarts = 1
            again = site.wait_status(lambda s: s["uptime_s"] < 20 and first(s), 60, "restarted")
            assert again["learnt"]["rotation"] == learnt["rotation"] and again["learnt"]["sure"]
            # of one phase alone, so it tells where this car draws when that has been seen
            site.charging(0, 1, timeout_s=90)
            site.wait_status(lambda s: first(s)["rotation"] == learnt["rotation"], 20, "in force")


def test_all_at_once_keeps_the_rules_and_serves_a_client():
    boxes = 16
    # the judge counts each wallbox on all of its phases, so none are to be given to others
    sharing = dict(everything.DOCUMENT["sharing"], free_phases_s=0)
    config = SiteConfig(
        boxes=[BoxConfig(tell_rotation=i % 2 > 0, rotation=TURNS[i % 3]) for i in range(boxes)],
        cars=[car(1 if i % 4 == 3 else 3, max_ma=16000) for i in range(boxes)],
        main_ma=(9000 * boxes,) * 3,
        settings=dict(everything.DOCUMENT, sharing=sharing),
    )
    circuit = {"imbalance_ma": 20000, "breaker": "gG"}
    with Running(config, circuit, heap=HEAP) as site:
        status = site.status()
        assert [status["circuits"][0][key] for key in circuit] == list(circuit.values())
        site.charging(0, 1, 2, 3, timeout_s=90)
        site.step("oven", [20000, 12000, 0])
        for _ in range(40):
            assert len(site.status()["chargers"]) == boxes  # anything but 200 raises
            site.watch(0.5)
        site.step("oven", [0, 0, 0])
        given = site.get("/charge_manager/config")
        given["requested_current_margin"] = 2500
        assert site.put("/charge_manager/config", given)[0] == 200
        site.charging(0, 1, 2, 3, timeout_s=120)  # one stopped for the oven pauses a minute
        assert site.status()["circuits"][0]["wiring"] == [0, 0, 0]
        assert "MemoryError" not in site.log()
        judge.check_rules(site)


def test_what_the_memory_does_not_bear_is_left_out_and_kept_in_the_settings():
    boxes = 16
    config = SiteConfig(
        boxes=[BoxConfig() for _ in range(boxes)],
        cars=[car() for _ in range(boxes)],
        main_ma=(15000 * boxes,) * 3,
        settings=everything.DOCUMENT,
    )
    circuit = {"imbalance_ma": 20000, "breaker": "gG"}
    with tempfile.TemporaryDirectory(prefix="fusekeeper-site-") as flash:
        with Running(config, circuit, heap="150K", flash=flash) as site:
            status = site.status()
            alarms = {alarm["code"]: alarm["subject"] for alarm in status["alarms"]}
            assert alarms["left_out"] == "learning, wake_up, imbalance_ma, breaker"
            assert status["settings_error"] is None and status["reset_cause"] == "restart"
            assert status["circuits"][0]["imbalance_ma"] is None
            site.charging(*range(boxes), timeout_s=90)
            assert "left out: learning" in site.log()
            stored = site.flash / "settings.json"
            before = json.loads(stored.read_text())
            given = site.get("/charge_manager/config")
            given["requested_current_margin"] = 2500
            assert site.put("/charge_manager/config", given)[0] == 503
            assert json.loads(stored.read_text()) == before
            judge.check_rules(site)
            # first the learner, then the rest; it knows that after the next restart
            assert site.restarts == ["restart", "restart"]
            site.kill()
            site.wait_status(lambda s: s["reset_cause"] == "watchdog", 60, "restarted")
            site.expected_restarts = 3
        # more memory, power on: all is in force
        with Running(config, circuit, heap="1M", flash=flash) as site:
            site.credentials = login.authorization()
            status = site.status()
            assert status["circuits"][0]["imbalance_ma"] == 20000
            assert "left_out" not in [alarm["code"] for alarm in status["alarms"]]


def rows_of(flash):
    try:
        return json.loads((pathlib.Path(flash) / FILE).read_text())["rotations"]
    except OSError:
        return None
