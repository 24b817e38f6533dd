"""What the API answers, asked of the real server on MicroPython."""

import json
import subprocess

import pytest

from host_tests.web.running_site import parsed
from tools import login

AVAILABLE = "/charge_manager/available_current"
CONFIG = "/charge_manager/config"
# what the still site has; the others are asked of the whole firmware, see test_schemathesis.py
STILL = (
    "/api",
    "/api/status",
    "/api/events",
    "/api/inputs",
    "/api/operator_limits",
    "/api/users",
    "/api/tokens",
    "/charge_manager/state",
    AVAILABLE,
    CONFIG,
)


def get(site, path):
    status, headers, body = site.request("GET", path)
    assert status == 200, body
    assert headers["content-type"] == "application/json; charset=utf-8"
    return json.loads(body)


def test_status_shows_the_site(site):
    status = get(site, "/api/status")
    assert status["name"] == "Test <b>site</b>"
    assert status["settings_error"] is None
    assert status["mem_free"] > 0 and status["uptime_s"] >= 0
    assert [meter["trust"] for meter in status["meters"]] == ["good"]
    grid, carport = status["circuits"]
    assert grid["house_ma"] == [5300, 1250, -12140] and grid["target_ma"] == [33000] * 3
    assert carport["parent"] == "grid" and carport["house_ma"] is None
    states = {charger["name"]: charger["state"] for charger in status["chargers"]}
    assert states == {"Left": "charging", "Right": "waiting", "Gate": "name_error", "Lost": "lost"}
    left = status["chargers"][0]
    assert left["reason"]["code"] == "limit"
    assert (left["reason"]["circuit"], left["reason"]["phase"]) == ("carport", 1)
    assert {"code": "charger_lost", "subject": "Lost"} in status["alarms"]
    assert {"code": "rotation_contradicted", "subject": "Lost"} in status["alarms"]
    assert {"code": "clamp_reversed", "subject": "grid L2 L3"} in status["alarms"]
    assert (grid["imbalance_ma"], grid["breaker"], grid["wiring"]) == (20000, "gG", [0, 1, 1])
    assert [carport[key] for key in ("imbalance_ma", "breaker", "wiring")] == [None] * 3
    assert status["chargers"][1]["learnt"] == {"rotation": "L231", "percent": 98, "sure": True}
    assert left["learnt"] == {"rotation": None, "percent": 0, "sure": False}
    assert get(site, "/api/status/chargers/0/name") == "Left"


def test_warp_state(site):
    state = get(site, "/charge_manager/state")
    assert state["state"] == 1
    shown = {charger["n"]: (charger["s"], charger["e"]) for charger in state["chargers"]}
    assert shown == {"Left": (4, 0), "Right": (2, 0), "Gate": (5, 128), "Lost": (5, 128)}
    assert get(site, "/charge_manager/state/chargers/0/n") == "Left"
    assert get(site, "/charge_manager/state/alloc/1") == 22000


def test_events(site):
    assert [event["number"] for event in get(site, "/api/events?since=1")["events"]] == [2, 3]
    assert len(get(site, "/api/events")["events"]) == 3
    for query in ("since=", "since=-1", "since=x", "since=1&since=2", "until=1", "since", "="):
        assert site.request("GET", "/api/events?" + query)[0] == 400, query


@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize("path", [AVAILABLE, AVAILABLE + "_update"])
def test_available_current_is_written_and_read(site, method, path):
    for body, current in (("16000", 16000), ('{ "current": 7000 }', 7000), (" 0\n", 0)):
        status, _, answer = site.request(method, path, body)
        assert (status, answer) == (200, b"")
        assert get(site, AVAILABLE) == {"current": current}
    for unchanged in ("null", '{"current": null}'):
        assert site.request(method, path, unchanged)[0] == 200
        assert get(site, AVAILABLE) == {"current": 0}


@pytest.mark.parametrize(
    "body",
    [
        "", "{", "[16000]", "{}", '"16000"', "16000.0", "1.6e4", "true", "-1", "35001", "1" * 30,
        '{"current": "16000"}', '{"current": true}', '{"current": 16000.5}', '{"current": -1}',
        '{"current": 35001}', '{"current": 1, "more": 2}', '{"currant": 1}', '{"current",1}',
        '{"current": 1, "current": 2}', '{"current": [1]}', '{"current": {"current": 1}}',
        "16000 17000", b"\xff\xfe", b"\x00", "[" * 3000, '{"current": ' * 1000,
    ],
)  # fmt: skip
def test_a_wrong_available_current_changes_nothing_and_says_why(site, body):
    assert site.request("PUT", AVAILABLE, "9000")[0] == 200
    status, headers, answer = site.request("PUT", AVAILABLE, body)
    assert status == 400
    assert headers["content-type"].startswith("text/plain")
    assert b"right: " in answer or b"too early" in answer
    assert get(site, AVAILABLE) == {"current": 9000}


def test_curl_as_in_the_documentation(site):
    """curl -d sends the type of a form with a body of JSON."""
    user = f"{login.USER}:{login.PASSWORD}"
    command = ["curl", "-sS", "--max-time", "10", "-u", user, site.url + AVAILABLE, "-d"]
    for data, current in (('{ "current": 11000 }', 11000), ("12000", 12000)):
        result = subprocess.run([*command, data], capture_output=True, text=True)
        assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
        assert get(site, AVAILABLE) == {"current": current}


def test_config_is_written_and_read(site):
    config = get(site, CONFIG)
    hosts = [charger["host"] for charger in config["chargers"]]
    assert hosts == ["192.168.1.11", "192.168.1.12", "gate.local", "192.168.1.14"]
    assert get(site, CONFIG + "/chargers/2/host") == "gate.local"
    changed = dict(config, requested_current_margin=2500)
    assert site.request("PUT", CONFIG, json.dumps(changed))[::2] == (200, b"")
    assert get(site, CONFIG) == changed
    assert site.request("POST", CONFIG + "_update", json.dumps(config))[::2] == (200, b"")
    assert get(site, CONFIG) == config


def test_a_wrong_config_changes_nothing_and_says_why(site):
    config = get(site, CONFIG)
    missing = {key: config[key] for key in config if key != "verbose"}
    for body, word in (
        (missing, "verbose"),
        (dict(config, speed=1), "speed"),
        (dict(config, verbose=1), "verbose"),
        (dict(config, minimum_current=5999), "minimum_current"),
        (dict(config, minimum_current=6000.0), "minimum_current"),
        (dict(config, requested_current_threshold=True), "requested_current_threshold"),
        (dict(config, chargers=[{"host": "a"}]), "name"),
        (dict(config, chargers=[{"host": "a", "name": "a", "x": 1}]), "x"),
        (dict(config, chargers=[{"host": "a", "name": "1"}, {"host": "a", "name": "2"}]), "host"),
        (dict(config, chargers={}), "chargers"),
        (7, ""),
        ([], ""),
        (None, ""),
    ):
        status, _, answer = site.request("PUT", CONFIG, json.dumps(body))
        assert status == 400 and word in answer.decode(), (body, answer)
    assert get(site, CONFIG) == config


def test_unknown_paths(site):
    for path in (
        "/x", "/api/", "/api/nothing", "/charge_manager", "/charge_manager/state/chargers/9",
        "/charge_manager/state/chargers/-1", "/charge_manager/state/chargers/0/ac/0",
        "/charge_manager/state/nothing", "//", "/../../etc/passwd", "/www/index.html.gz",
        "/settings.json", "/charge_manager/available_current/", "/%2e%2e/boot.py", "/a" * 400,
    ):  # fmt: skip
        status, _, answer = site.request("GET", path)
        assert status == 404 and b"GET /api lists them" in answer, path
        assert site.request("PUT", path, "1")[0] == 404, path
    listed = get(site, "/api")
    assert "/api/status" in listed["read"] and AVAILABLE in listed["write"]
    for path in STILL:
        assert path in listed["read"] and get(site, path) is not None


def test_wrong_methods(site):
    for method, path in (
        ("DELETE", AVAILABLE),
        ("PATCH", AVAILABLE),
        ("PUT", "/api/status"),
        ("POST", "/charge_manager/state"),
        ("PUT", "/api/events"),
        ("BREW", "/api/status"),
        ("OPTIONS", CONFIG),
        ("DELETE", "/"),
    ):
        status, headers, _ = site.request(method, path, "1")
        assert status == 405 and "get" in headers["allow"], (method, path)


def test_head_is_get_without_the_body(site):
    status, headers, body = site.request("HEAD", "/api/status")
    assert (status, body) == (200, b"") and "json" in headers["content-type"]
    status, headers, body = site.request("HEAD", "/")
    assert (status, body) == (200, b"") and "etag" in headers


def test_a_foreign_page_may_not_write(site):
    own = f"{site.address}:{site.port}"
    for origin, status in (
        ("http://" + own, 200),
        ("http://evil.example", 403),
        ("null", 403),
        ("https://" + own, 403),
    ):
        answer = site.request("POST", AVAILABLE, "8000", [f"Origin: {origin}"])
        assert answer[0] == status, origin
        assert site.request("GET", AVAILABLE, headers=[f"Origin: {origin}"])[0] == 200


def test_old_clients_are_answered_without_chunks(site):
    user = site.credentials[0].encode()
    old = b"GET %s HTTP/1.0\r\n" + user + b"\r\n\r\n"
    for path in ("/api/status", "/api/events", "/charge_manager/config", "/api"):
        status, headers, body = parsed(site.exchange(old % path.encode()))
        assert status == 200 and "transfer-encoding" not in headers
        new_status, new_headers, new_body = site.request("GET", path)
        assert new_status == 200 and new_headers["transfer-encoding"] == "chunked"
        assert json.loads(body).keys() == json.loads(new_body).keys()
    for path in ("/", AVAILABLE):
        assert b"Transfer-Encoding" not in site.exchange(
            b"PUT %s HTTP/1.1\r\n%s\r\n\r\n" % (path.encode(), user)
        )
    assert b"Transfer-Encoding" not in site.exchange(b"GET / HTTP/1.1\r\n\r\n")
