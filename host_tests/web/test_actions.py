"""Actions, devices and the search for wallboxes over HTTP: who may, and what is refused."""

import pytest

PATH = "/api/actions/"
NOBODY = ("Authorization:",)

WRONG = [
    ("pause", {}, "charger is missing; right: charger"),
    ("pause", {"charger": "Box 1", "for": 1}, "unknown member for; right: charger"),
    ("pause", {"charger": "Box 99"}, "unknown charger Box 99; right: a name of /api/devices"),
    ("pause", {"charger": 1}, "unknown charger that; right: a name of /api/devices"),
    ("pause", {"charger": ""}, "unknown charger ; right: a name of /api/devices"),
    ("pause", [], "wrong body; right: a JSON object"),
    ("resume", "Box 1", "wrong body; right: a JSON object"),
    ("boost", {"minutes": 5}, "charger is missing; right: charger, minutes"),
    ("boost", {"charger": "Box 1", "minutes": 1441}, "wrong minutes; right: 0..1440, or null: un"),
    ("boost", {"charger": "Box 1", "minutes": True}, "wrong minutes; right: 0..1440, or null: un"),
    ("boost", {"charger": "Box 1", "minutes": -1}, "wrong minutes; right: 0..1440, or null: un"),
    ("rename", {"name": "x"}, "no name; right: one of charger, circuit, meter"),
    ("rename", {"charger": "Box 1", "meter": "grid", "name": "x"}, "no name; right: one of "),
    ("rename", {"charger": "Box 1"}, "name is missing; right: charger, name"),
    ("rename", {"charger": "Box 1", "name": ""}, "wrong name; right: text of 1..32 characters"),
    ("rename", {"charger": "Box 1", "name": 7}, "wrong name; right: text of 1..32 characters"),
    ("rename", {"charger": "Box 1", "name": "x" * 33}, "chargers[0].name: 33 characters"),
    ("rename", {"charger": "Box 1", "name": "Box 2"}, 'chargers[1].name: "Box 2" is there twice'),
    ("rename", {"circuit": "x", "name": "y"}, "unknown circuit x; right: a name of the settings"),
    ("rename", {"meter": [], "name": "y"}, "unknown meter that; right: a name of the settings"),
    ("activate", {}, "no name; right: one of charger, circuit"),
    ("deactivate", {"meter": "grid"}, "no name; right: one of charger, circuit"),
    ("deactivate", {"circuit": "grid", "now": 1}, "unknown member now; right: circuit"),
    ("activate", {"charger": "Box 9"}, "unknown charger Box 9; right: a name of the settings"),
    ("restart", {"now": True}, "wrong body; right: {}"),
]


@pytest.mark.parametrize(("action", "body", "words"), WRONG)
def test_what_is_wrong_is_refused_and_nothing_changes(firmware, action, body, words):
    before = firmware.get("/api/settings")
    status, text = firmware.asked("POST", PATH + action, body)
    assert status == 400
    assert text.startswith(words), text
    assert firmware.get("/api/settings") == before
    assert not any(row["paused"] or row["boosted"] for row in firmware.get("/api/status/chargers"))


def test_there_are_no_others(firmware):
    for path in ("", "/", "/pause/Box", "/paused", "/_pause", "/hold"):
        assert firmware.asked("POST", "/api/actions" + path, {})[0] == 404, path
    assert firmware.asked("GET", PATH + "pause")[0] == 404
    assert firmware.asked("PUT", PATH + "pause", {})[0] == 405


def test_only_the_administrator_may(firmware):
    for path in ("/api/discovery", PATH + "restart", PATH + "pause"):
        assert firmware.request("POST", path, "{}", NOBODY)[0] == 401, path
    for path in ("/api/devices", "/api/discovery"):
        assert firmware.request("GET", path, None, NOBODY)[0] == 401, path


def test_pause_and_boost_are_shown_and_end(firmware):
    name = firmware.get("/api/status/chargers/1/name")
    for action, key in (("pause", "paused"), ("boost", "boosted")):
        site = firmware.site
        site.wait_status(lambda s: s["chargers"][1]["state"] in ("charging", "waiting"), 60)
        assert firmware.asked("POST", PATH + action, {"charger": name}) == (200, None)
        assert firmware.get("/api/status/chargers/1/" + key)
        body = {"charger": name, "minutes": 0} if action == "boost" else {"charger": name}
        end = "boost" if action == "boost" else "resume"
        assert firmware.asked("POST", PATH + end, body) == (200, None)
        assert not firmware.get("/api/status/chargers/1/" + key)
    assert {70, 71} <= set(firmware.events())


def test_a_wallbox_by_another_name_and_back(firmware):
    before = firmware.get("/api/settings")
    rename = {"charger": before["chargers"][2]["name"], "name": "Über dem Hof"}
    assert firmware.asked("POST", PATH + "rename", rename) == (200, None)
    assert firmware.get("/api/status/chargers/2/name") == "Über dem Hof"
    rename = {"charger": "Über dem Hof", "name": before["chargers"][2]["name"]}
    assert firmware.asked("POST", PATH + "rename", rename) == (200, None)
    assert firmware.get("/api/settings") == before


def test_devices(firmware):
    found = firmware.get("/api/devices")
    assert [row["driver"] for row in found["meters"]] == ["modbus_rtu"]
    assert len(found["chargers"]) == len(firmware.get("/api/status/chargers"))
    assert firmware.get("/api/devices/chargers/0/address") == found["chargers"][0]["host"]
    assert found["chargers"][0]["measures"] is True


def test_a_search_takes_an_empty_object(firmware):
    for body in ([], 0, {"now": 1}):
        status, text = firmware.asked("POST", "/api/discovery", body)
        assert status == 400 and text, body
    assert firmware.get("/api/discovery") == {"scanning": False, "found": []}
