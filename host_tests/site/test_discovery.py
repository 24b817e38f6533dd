"""Wallboxes are found by multicast DNS, and those that cannot be added say why."""

from host_tests.site.fleet import car
from host_tests.site.running import Running
from tools.simsite import BoxConfig, SiteConfig


def test_wallboxes_are_found_and_say_why_they_cannot_be_added():
    boxes = [
        BoxConfig(name="Left"),
        BoxConfig(name="Own", by_name=True),
        BoxConfig(name="Müllers", is_terse=True),
        BoxConfig(name="Too old", announced="34127.0"),
        BoxConfig(name="Alone"),
        BoxConfig(name="New"),
        BoxConfig(name="Dark"),
    ]
    config = SiteConfig(boxes=boxes, cars=[car()])
    with Running(config, settings="") as site:
        document = site.sim.call(lambda s: s.settings())
        assert site.get("/api/discovery") == {"scanning": False, "found": []}
        site.fault(4, "unmanaged")
        site.fault(6, "vanish")
        assert site.post("/api/discovery", {}) == (200, "")
        assert site.post("/api/discovery", {}) == (200, "")  # joins the first one
        assert site.get("/api/discovery")["scanning"]
        site.poll(lambda: not site.get("/api/discovery")["scanning"], 20, 0.2, "the scan ends")
        found = {row["name"]: row for row in site.get("/api/discovery")["found"]}
        address = site.sim.call(lambda s: s.address(2))
        assert found["Müllers"] == {
            "host": "warp2-box3.local",
            "address": address,
            "name": "Müllers",
            "version": "34127.5",
            "addable": True,
            "reason": None,
        }
        reasons = {name: row["reason"] for name, row in found.items()}
        wanted = {"Left": None, "Own": None, "Müllers": None, "New": None}
        assert reasons == {**wanted, "Too old": "protocol", "Alone": "disabled"}

        document["chargers"] = document["chargers"][:2]
        assert site.put("/api/settings", document)[0] == 200
        found = {row["name"]: row for row in site.get("/api/discovery")["found"]}
        assert [found[name]["reason"] for name in ("Left", "Own", "New")] == ["known"] * 2 + [None]
        assert [found[name]["addable"] for name in ("Left", "Own", "New")] == [False] * 2 + [True]

        asked = site.sim.call(lambda s: s.mdns.asked["_tf-warp-cm._udp.local"])
        document["discovery"] = {"enabled": False}
        assert site.put("/api/settings", document)[0] == 200
        status, text = site.post("/api/discovery", {})
        assert (status, "discovery.enabled" in text) == (400, True)
        site.watch(1)
        assert site.sim.call(lambda s: s.mdns.asked["_tf-warp-cm._udp.local"]) == asked
