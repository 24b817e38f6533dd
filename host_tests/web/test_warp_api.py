"""WARP's paths, asked of the whole firmware on a simulated site: shapes, what they write, what
they refuse. The site has two wallboxes, a meter on the bus and one whose values are pushed."""

import json
import urllib.request

import pytest

from host_tests.site.running import Running
from host_tests.web.warp_shapes import (
    AVAILABLE,
    CONFIG,
    EXAMPLE,
    LOAD,
    LOW,
    LOW_STATE,
    SAMPLE,
    SHAPES,
    WRONG_SAMPLES,
)
from tools.simsite import CarConfig, SiteConfig
from tools.simsite.site import BoxConfig

MODES = "/charge_manager/charge_modes"
UPDATE = "/meters/1/update"


@pytest.fixture(scope="module")
def site():
    meters = [{"name": "grid", "address": 1}, {"name": "pool", "model": "api"}]
    boxes = [BoxConfig(rotation="L123"), BoxConfig(rotation="L231")]
    car = CarConfig(start_s=(0.5, 1.0))
    manager = {"verbose": True, "enable_watchdog": True}
    settings = {"meters": meters, "charge_manager": manager, "external": {"watchdog_s": 5}}
    with Running(SiteConfig(boxes=boxes, cars=[car, None], settings=settings)) as site:
        site.wait_status(lambda s: s["meters"][0]["trust"] == "good", 10)
        yield site


def write(site, path, value, method="PUT"):
    """Write it; it has to be taken."""
    assert site.put(path, value, method) == (200, ""), path


def stored(site, key):
    """What the settings have."""
    return json.loads((site.flash / "settings.json").read_text())[key]


def refused(site, path, value, *words):
    """Write it; it has to be refused in one line that says what would be right."""
    status, text = site.put(path, value)
    assert status == 400 and text.count("\n") == 1, (value, text)
    assert "right: " in text or "; give " in text, text
    assert all(word in text for word in words), text


def test_a_scan_is_begun(site):
    assert site.get("/charge_manager/scan_result") == "scan in progress or not started"
    write(site, "/charge_manager/scan", None)
    refused(site, "/charge_manager/scan", {"now": 1})


def test_shapes(site):
    for path, names in SHAPES.items():
        assert set(site.get(path)) == set(names.split()), path
    assert site.get("/charge_manager/supported_charge_modes") == [0, 1]
    state = site.get("/charge_manager/low_level_state")
    assert len(state["wnd_min"]) == len(state["wnd_max"]) == 4 and len(state["chargers"]) == 2
    low = site.get(LOW_STATE)
    assert low["i_pp"] == low["i_meter"] and low["is_3phase"] and not low["charging_blocked"]
    assert low["max_current_limited"] == 35000
    assert site.get("/power_manager/state") == {"config_error_flags": 0, "external_control": 1}
    assert len(site.get("/meters")) == 2
    for path in ("/meters/2", "/meters/x", "/meters/0/reset", LOW + "/speed", MODES + "/2"):
        with pytest.raises(urllib.request.HTTPError):
            site.get(path)


def test_who_rules_from_outside_is_visible(site):
    site.wait_status(lambda s: s["chargers"][0]["setpoint_ma"] > 9000, 30)
    write(site, AVAILABLE, 9000)
    shown = site.get("/api/external")
    assert (shown["available_ma"], shown["written"], shown["age_s"]) == (9000, True, 0)
    assert shown["by"]
    watchdog = shown["watchdog"]
    assert watchdog["armed"] and watchdog["seconds"] == 5 and 2 <= watchdog["left_s"] <= 5
    given = site.poll(lambda: noted(site, 75, 9000), 3, 0.2, "log")
    assert given["subject"] == 0
    site.poll(lambda: not site.get("/api/external/written"), 8, 0.3, "watchdog")
    shown = site.get("/api/external")
    assert shown["available_ma"] == shown["default_ma"]
    assert shown["by"] is None and shown["age_s"] is None


def noted(site, code, value):
    """The last event of that code and value."""
    events = site.get("/api/events")["events"]
    found = [event for event in events if (event["code"], event["value"]) == (code, value)]
    return found and found[-1]


def test_what_a_scan_has_found(site):
    result = "/charge_manager/scan_result"
    site.poll(lambda: isinstance(site.get(result), list), 8, 0.3, "scan")
    for row in site.get(result):
        assert set(row) == {"hostname", "ip", "display_name", "error"}


KEYS = ("charge_manager", "sharing", "circuits", "chargers")


def test_what_is_read_can_be_written_back_in_every_way(site):
    write(site, LOW + "/rotation_interval", 1800)  # stored with all its members
    write(site, LOW + "/rotation_interval", 900)
    for path in (LOW, MODES, CONFIG, AVAILABLE, LOAD, "/power_manager/config"):
        shown = site.get(path)
        before = {key: stored(site, key) for key in KEYS}
        for method in ("PUT", "POST"):
            for suffix in ("", "_update"):
                write(site, path + suffix, shown, method)
        assert site.get(path) == shown
        assert {key: stored(site, key) for key in KEYS} == before, path
        nothing = [None] * len(shown) if isinstance(shown, list) else dict.fromkeys(shown)
        write(site, path, nothing)
        assert site.get(path) == shown
        for step in nothing if isinstance(shown, dict) else range(len(shown)):
            if step != "chargers":
                write(site, f"{path}/{step}", shown[step])
        write(site, f"{path}_update", shown)
        assert site.get(path) == shown


def test_the_parameters_of_the_distribution(site):
    usual = site.get(LOW)
    assert usual == {
        "allocation_interval": 1,
        "global_hysteresis": 0,
        "wakeup_time": 130,
        "plug_in_time": 0,
        "enable_current_factor_pct": 100,
        "rotation_interval": 900,
    }
    other = dict(usual, allocation_interval=10, global_hysteresis=210, plug_in_time=1800)
    other.update(enable_current_factor_pct=150, rotation_interval=1800)
    write(site, LOW, other)
    assert site.get(LOW) == other
    sharing = stored(site, "sharing")
    assert sharing["raise_every_s"] == 10 and sharing["minimum_off_s"] == 210
    assert sharing["welcome_slot"] is True and sharing["slot_minutes"] == 30
    assert sharing["start_margin_ma"] == 3000
    write(site, LOW + "/rotation_interval", 900)  # welcome is a slot, whatever its length
    assert site.get(LOW)["plug_in_time"] == 900
    for name, value in (
        ("wakeup_time", 210), ("plug_in_time", 210), ("rotation_interval", 60),
        ("rotation_interval", 901), ("enable_current_factor_pct", 99), ("global_hysteresis", 3601),
        ("allocation_interval", 0), ("allocation_interval", True), ("allocation_interval", "1"),
    ):  # fmt: skip
        refused(site, f"{LOW}/{name}", value, name)
    refused(site, LOW, {"wakeup_time": 130}, "is missing")
    refused(site, LOW, dict(usual, speed=1), "speed")
    refused(site, LOW, 5)
    write(site, LOW, usual)
    assert site.get(LOW) == usual


def test_wallboxes_are_switched_off_and_on(site):
    write(site, MODES + "/0", 1)
    assert site.get(MODES) == [1, 0]
    site.wait(lambda s: s.boxes[0].commanded_ma == 0, 2)
    site.wait_status(lambda s: s["chargers"][0]["reason"]["code"] == "held", 3)
    write(site, MODES, [None, 1])
    assert site.get("/power_manager/charge_mode") == {"mode": 1}
    write(site, "/power_manager/charge_mode", 4)
    assert site.get(MODES) == [0, 0]
    for wrong in ([0], [0, 2], [0, True], 0, {}, [0, "1"], [0, 0, 0]):
        refused(site, MODES, wrong)
    refused(site, "/power_manager/charge_mode", 2)
    refused(site, "/power_manager/external_control", 3, "disabled")
    write(site, "/power_manager/external_control", None)


def test_the_grid_connection(site):
    usual = site.get(LOAD)
    other = dict(usual, current_limit=50000, largest_consumer_current=20000, safety_margin_pct=5)
    write(site, LOAD, other)
    assert site.get(LOAD) == other
    row = stored(site, "circuits")[0]
    assert row["main_ma"] == [50000] * 3 and row["safety_margin_pct"] == 5
    write(site, LOAD + "/enabled", False)
    shown = site.get(LOAD)
    assert shown["enabled"] is False and shown["meter_slot_grid_currents"] == 255
    assert stored(site, "circuits")[0]["limit_ma"] == [50000] * 3
    refused(site, LOAD + "/current_limit", 20000, "enabled")
    refused(site, LOAD + "/enabled", True, "meter_slot")
    write(site, LOAD, usual)
    write(site, LOAD + "/safety_margin_pct", 0)
    assert site.get(LOAD) == usual
    for name, value in (
        ("current_limit", 15999), ("current_limit", 1.5), ("largest_consumer_current", 35001),
        ("safety_margin_pct", 51), ("meter_slot_grid_currents", 2), ("enabled", 1),
    ):  # fmt: skip
        refused(site, f"{LOAD}/{name}", value, name)
    refused(site, "/power_manager/config/excess_charging_enable", True, "excess")
    refused(site, "/power_manager/config/default_mode", 2, "default_mode")
    assert site.get(LOAD) == usual


def test_values_are_pushed(site):
    config = site.get("/meters/1/config")
    assert config[0] == 4 and len(config[1]["value_ids"]) == 12
    assert site.get("/meters/1/values") == [None] * 12
    write(site, UPDATE, SAMPLE, "POST")
    assert site.get("/meters/1/values") == pytest.approx(SAMPLE, rel=1e-5)
    assert site.get("/meters/1/values/3") == 10.5
    own = {"current_ma": [1000, 2000, 3000]}
    site.poll(lambda: site.put(UPDATE, own)[0] == 200, 5, 0.02, "not too soon")
    shown = site.get("/meters/1")
    assert shown["values"][3:] == [1, 2, 3, 230, 460, 690, 1380, None, None]
    for body in WRONG_SAMPLES:
        refused(site, UPDATE, body)
    assert raw(site, UPDATE, b'{"current_ma": [1, 2, NaN]}')[0] == 400
    assert raw(site, UPDATE, b'{"current_ma": [1, 2, 1e400]}')[0] == 400
    assert site.get("/meters/1/values") == shown["values"]
    count = shown["errors"]["meter"] + len(WRONG_SAMPLES) + 1
    assert site.get("/meters/1/errors/meter") == count
    site.poll(lambda: site.put(UPDATE, own)[0] == 429, 10, 0, "ten a second at most")
    refused(site, "/meters/0/update", SAMPLE, "grid")
    assert site.put("/meters/2/update", SAMPLE)[0] == 404
    assert site.put("/meters/1/values", SAMPLE)[0] == 405


def raw(site, path, body):
    """Write bytes; return (status, text)."""
    headers = site.credentials
    request = urllib.request.Request(site.url + path, body, headers, method="PUT")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.request.HTTPError as error:
        return error.code, error.read().decode()


def test_the_documented_example_is_taken_as_it_stands(site):
    assert raw(site, CONFIG, EXAMPLE.encode()) == (200, "")
    assert site.get(CONFIG) == json.loads(EXAMPLE)
    write(site, CONFIG + "/chargers/1/name", "Gate")
    assert site.get(CONFIG)["chargers"][1] == {"host": "warp2-22oH.local", "name": "Gate"}
    refused(site, CONFIG + "/chargers/1/host", "127.0.0.1")
    assert site.put(CONFIG + "/chargers/2", {"host": "a", "name": ""})[0] == 404
