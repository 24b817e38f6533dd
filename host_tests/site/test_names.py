"""Wallboxes that the settings have by name are found, and found again."""

from host_tests.site import judge
from host_tests.site.fleet import car
from host_tests.site.running import Running
from tools.simsite import BoxConfig, SiteConfig


def by_name(**more):
    return BoxConfig(by_name=True, **more)


def codes(site):
    return [event["code"] for event in site.get("/api/events")["events"]]


def test_a_wallbox_by_name_is_found_polled_and_charges():
    boxes = [by_name(), by_name(domain="example"), BoxConfig()]
    with Running(SiteConfig(boxes=boxes, cars=[car(), car(), car()])) as site:
        site.charging(0, 1, 2)
        states = [row["state"] for row in site.status()["chargers"]]
        assert states == ["charging"] * 3
        hosts = [row["host"] for row in site.status()["chargers"]]
        assert hosts[:2] == ["warp2-box1.local", "warp2-box2.example"]
        # others changed in the settings: the addresses stay known, and nothing is sent again
        asked = site.sim.call(lambda s: dict(s.mdns.asked))
        config = site.get("/charge_manager/config")
        config["requested_current_threshold"] = 61
        assert site.put("/charge_manager/config", config)[0] == 200
        site.watch(1.5)
        assert [row["state"] for row in site.status()["chargers"]] == ["charging"] * 3
        assert site.sim.call(lambda s: dict(s.mdns.asked)) == asked
        judge.check_rules(site)


def test_a_wallbox_with_a_new_address_is_found_again_and_one_that_answers_is_left_alone():
    boxes = [by_name(), by_name()]
    with Running(SiteConfig(boxes=boxes, cars=[car(), car()])) as site:
        site.charging(0, 1)
        before = site.sim.call(lambda s: [s.address(0), s.address(1)])
        site.sim.call(lambda s: s.move(0, 99))
        address = site.sim.call(lambda s: s.address(0))
        site.poll(
            lambda: site.get("/api/devices")["chargers"][0]["address"] == address,
            30,
            0.5,
            "found again",
        )
        site.wait_status(lambda s: s["chargers"][0]["state"] == "charging", 60, "heard again")
        assert site.get("/api/devices")["chargers"][1]["address"] == before[1]
        asked = site.sim.call(lambda s: s.mdns.asked)
        assert asked["warp2-box2.local"] == 1
        judge.check_rules(site)


def test_names_that_nobody_knows_or_that_lead_to_another_wallbox():
    boxes = [by_name(), BoxConfig(), BoxConfig(by_name=True, domain="example")]
    with Running(SiteConfig(boxes=boxes, cars=[car(), car(), car()])) as site:
        site.charging(0, 1, 2)
        config = site.get("/charge_manager/config")
        # the same wallbox by its other name, and nobody's
        config["chargers"] += [
            {"host": "warp2-box1.example", "name": "Twice", "rot": 1},
            {"host": "nobody.local", "name": "Nobody", "rot": 1},
            {"host": "nobody.example", "name": "No one", "rot": 1},
        ]
        assert site.put("/charge_manager/config", config)[0] == 200
        site.poll(lambda: codes(site).count(83) == 2, 30, 0.5, "both are told")
        assert codes(site).count(82) == 1
        states = [row["state"] for row in site.status()["chargers"]]
        assert states == ["charging"] * 3 + ["name_error"] * 3
        judge.check_rules(site)
