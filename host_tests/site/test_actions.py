"""What a person does at once: pauses, boosts, deactivates, renames, restarts; judged by what the
cars draw."""

import time

from host_tests.site import judge
from host_tests.site.fleet import car, three_phase_site
from host_tests.site.running import Running
from tools.simsite import BoxConfig, SiteConfig


def reasons(site):
    return [row["reason"]["code"] for row in site.status()["chargers"]]


def codes(site):
    return [event["code"] for event in site.get("/api/events")["events"]]


def test_a_pause_stops_the_car_and_outlives_new_settings():
    with Running(three_phase_site(2)) as site:
        site.charging(0, 1)
        begin = time.monotonic()
        assert site.post("/api/actions/pause", {"charger": "Box 1"}) == (200, "")
        told = site.poll(
            lambda: [e for e in judge.commands(site, 0, begin) if e["current_ma"] == 0],
            5,
            0.1,
            "0 A on the wire",
        )
        assert told[0]["t"] - begin < 1
        site.wait(lambda s: max(s.boxes[0].drawn_ma()) == 0, 20, "the car stops")
        assert site.put("/api/settings/sharing/slot_minutes", 16)[0] == 200
        site.watch(3)
        status = site.status()["chargers"]
        assert [row["paused"] for row in status] == [True, False]
        assert reasons(site)[0] == "held"
        assert not [e for e in judge.commands(site, 0, told[0]["t"]) if e["current_ma"]]
        assert max(site.sim.call(lambda s: s.boxes[1].drawn_ma())) > 5000
        assert site.post("/api/actions/resume", {"charger": "Box 1"}) == (200, "")
        site.charging(0, timeout_s=90)
        assert codes(site).count(70) == 2
        judge.check_rules(site)


def test_a_boost_changes_who_charges_until_the_car_leaves():
    # one car can charge at a time
    config = three_phase_site(2, main_ma=(27000,) * 3)
    with Running(config, circuit={"limit_ma": 8000}) as site:
        site.wait(lambda s: any(b.car.charging for b in s.boxes), 45, "one charges")
        first = site.sim.call(lambda s: [b.car.charging for b in s.boxes].index(True))
        other = 1 - first
        name = "Box %d" % (other + 1)
        assert site.post("/api/actions/boost", {"charger": name}) == (200, "")
        site.wait(lambda s: s.boxes[other].car.charging, 90, "the boosted one charges")
        assert site.put("/api/settings/sharing/slot_minutes", 20)[0] == 200
        site.watch(3)
        assert site.status()["chargers"][other]["boosted"]
        assert not site.status()["chargers"][first]["boosted"]
        assert site.sim.call(lambda s: s.boxes[other].car.charging)
        site.unplug(other)
        site.wait_status(lambda s: not s["chargers"][other]["boosted"], 20, "the boost ends")
        site.wait(lambda s: s.boxes[first].car.charging, 90, "the first one again")
        assert codes(site).count(71) == 2
        judge.check_rules(site)


def test_a_circuit_is_deactivated_and_renamed_and_the_controller_restarts():
    boxes = [BoxConfig(), BoxConfig()]
    config = SiteConfig(boxes=boxes, cars=[car(), car()])
    document = {"name": "yard", "parent": "grid", "limit_ma": 20000}
    with Running(config) as site:
        settings = site.get("/api/settings")
        settings["circuits"].append(document)
        settings["chargers"][0]["circuit"] = "yard"
        assert site.put("/api/settings", settings)[0] == 200
        site.charging(0, 1)
        assert site.post("/api/actions/deactivate", {"circuit": "yard"}) == (200, "")
        site.wait(lambda s: max(s.boxes[0].drawn_ma()) == 0, 20, "nothing is charged below it")
        site.wait_status(lambda s: s["chargers"][0]["reason"]["code"] == "inactive", 5)
        assert [row["active"] for row in site.status()["chargers"]] == [False, True]

        rename = {"circuit": "yard", "name": "Hof"}
        assert site.post("/api/actions/rename", rename) == (200, "")
        assert site.post("/api/actions/rename", {"charger": "Box 1", "name": "Links"})[0] == 200
        assert site.post("/api/actions/rename", {"meter": "grid", "name": "Netz"})[0] == 200
        assert site.post("/api/actions/rename", {"circuit": "grid", "name": "Haus"})[0] == 200
        status = site.status()
        assert [row["name"] for row in status["circuits"]] == ["Haus", "Hof"]
        assert (status["circuits"][1]["parent"], status["meters"][0]["name"]) == ("Haus", "Netz")
        assert [row["circuit"] for row in status["chargers"]] == ["Hof", "Haus"]
        assert [row["name"] for row in status["chargers"]] == ["Links", "Box 2"]
        status, text = site.post("/api/actions/rename", {"circuit": "Hof", "name": "Haus"})
        assert (status, "there twice" in text) == (400, True)

        devices = site.get("/api/devices")
        assert devices["meters"][0]["model"] == "eastron_sdm630"
        assert (devices["meters"][0]["name"], devices["meters"][0]["address"]) == ("Netz", 1)
        assert [row["protocol"] for row in devices["chargers"]] == [4, 4]

        site.expected_restarts = 1
        asked = time.monotonic()
        assert site.post("/api/actions/restart", {}) == (200, "")
        site.poll(lambda: site.restarts == ["restart"], 15, 0.1, "it restarts")
        site.wait_status(lambda s: s["uptime_s"] < 10, 30, "it answers again")
        site.watch(4)
        assert max(site.sim.call(lambda s: s.boxes[1].drawn_ma())) > 5000
        assert max(site.sim.call(lambda s: s.boxes[0].drawn_ma())) == 0  # that was stored
        assert not [e for e in judge.commands(site, 1, asked) if e["current_ma"] == 0]
        assert {72, 73, 74} <= set(codes(site))
        assert site.post("/api/actions/activate", {"circuit": "Hof"}) == (200, "")
        site.charging(0, timeout_s=90)
        judge.check_rules(site)
