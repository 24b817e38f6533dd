"""Every source of a circuit's limit, from the settings and the API down to what the cars draw."""

import json
import time

from host_tests.site import judge
from host_tests.site.fleet import three_phase_site
from host_tests.site.running import Running

FUSE = (63000, 63000, 63000)
LIMITS = "/api/operator_limits"
INPUT = "/api/inputs/grid-operator"
AVAILABLE = "/charge_manager/available_current"
CUT_S = 8  # commanded at once, then the cars' reaction


def cars_ma(site):
    """What all cars draw now, on the strongest phase."""
    cars = site.record.rows(time.monotonic() - 1)[-1][3]
    return max(sum(car[p] for car in cars) for p in range(3))


def shown(site):
    """The limit in force as the API shows it: (mA on L1, where that comes from)."""
    circuit = site.status()["circuits"][0]
    limit, by = circuit["limit_ma"], circuit["limit_by"]
    return (limit and limit[0], by and by[0])


def holds(site, limit_ma, by):
    """The limit is in force, the cars keep it, and the reason says so."""
    site.poll(lambda: shown(site) == (limit_ma, by), 5, 0.2, f"{limit_ma} by {by}")
    site.wait(lambda _: cars_ma(site) <= limit_ma, CUT_S, f"cars within {limit_ma}")
    site.wait(lambda _: cars_ma(site) >= limit_ma - 4000, 60, f"cars use {limit_ma}")
    assert cars_ma(site) <= limit_ma
    site.wait_status(
        lambda s: any(c["reason"]["code"] == by for c in s["chargers"]), 20, f"reason {by}"
    )


def test_the_operators_limit_and_an_input_that_is_written():
    config = three_phase_site(3, main_ma=FUSE)
    config.settings = {"inputs": [{"name": "grid-operator", "source": "api"}]}
    circuit = {"operator_limit_ma": 40000, "input": "grid-operator", "input_offset_ma": 25000}
    with Running(config, circuit=circuit) as site:
        # nobody has said that the input is not live
        assert site.get(INPUT) == {"source": "api", "live": None}
        holds(site, 15000, "input")
        assert site.put(INPUT, False) == (200, "")
        holds(site, 40000, "operator")
        assert site.put(INPUT, {"live": True}) == (200, "")
        holds(site, 15000, "input")
        assert site.put(INPUT, {"live": False}) == (200, "")
        holds(site, 40000, "operator")
        assert site.put(INPUT, 1)[0] == site.put(INPUT, {"on": True})[0] == 400
        assert site.put("/api/inputs/other", True)[0] == 404
        assert site.get("/api/inputs") == {"grid-operator": {"source": "api", "live": False}}
        # another limit is stored and holds at once; what was written to the input goes on
        assert site.put(LIMITS, {"grid": [22000, 23000, 24000]}) == (200, "")
        holds(site, 22000, "operator")
        assert site.get(INPUT)["live"] is False
        stored = json.loads((site.flash / "settings.json").read_text())
        assert stored["circuits"][0]["operator_limit_ma"] == [22000, 23000, 24000]
        status, words = site.put(LIMITS, {"grid": 64000})
        assert status == 400
        assert "circuits[0].operator_limit_ma[0]: 64000 is above main_ma 63000" in words
        for wrong in ({"gird": 1}, 22000, {"grid": [1, 2]}, {"grid": "x"}, None):
            assert site.put(LIMITS, wrong)[0] == 400, wrong
        assert site.get(LIMITS) == {"grid": [22000, 23000, 24000]}
        assert shown(site) == (22000, "operator")
        codes = [event["code"] for event in site.get("/api/events")["events"]]
        assert codes.count(51) == 3  # the input
        judge.check_rules(site)


def zone_where_it_is(hour, minute):
    """A TZ string by whose clock it is that time now."""
    west_s = (int(time.time()) - hour * 3600 - minute * 60) % 86400
    sign = ""
    if west_s > 43200:
        west_s = 86400 - west_s
        sign = "-"
    return f"TST{sign}{west_s // 3600}:{west_s // 60 % 60:02}:{west_s % 60:02}"


def test_the_profile_of_the_day():
    config = three_phase_site(3, main_ma=FUSE)
    config.settings = {"timezone": zone_where_it_is(11, 59), "external": {"enabled": False}}
    config.settings["charge_manager"] = {"default_available_current": 7000}
    rows = [
        {"at": "12:00", "limit_ma": 16000},
        {"at": "06:00", "limit_ma": [36000, 40000, 40000]},
        {"at": "22:00", "limit_ma": 8000},
    ]
    with Running(config, circuit={"schedule": rows, "limit_ma": 50000}) as site:
        assert shown(site) == (36000, "schedule")
        assert site.status()["circuits"][0]["hard_limit_ma"] == [50000] * 3
        # with a meter and without external control available_current is nobody's limit
        assert site.status()["available_ma"] is None
        status, words = site.put(AVAILABLE, 7000)
        assert status == 400 and "external.enabled" in words
        site.charging(0, 1, 2, timeout_s=30)
        site.poll(lambda: shown(site) == (16000, "schedule"), 60, 0.2, "12:00")
        holds(site, 16000, "schedule")
        judge.check_rules(site)


def test_available_current_with_its_default_its_maximum_and_the_silent_writer():
    config = three_phase_site(3, main_ma=FUSE)
    manager = {"enable_watchdog": True, "verbose": True}
    manager |= {"default_available_current": 13000, "maximum_available_current": 40000}
    config.settings = {"charge_manager": manager}
    with Running(config) as site:
        holds(site, 13000, "external")
        status, words = site.put(AVAILABLE, 40001)
        assert (status, words.strip()) == (400, "wrong current; right: an integer, 0..40000 mA")
        begin = time.monotonic()
        while time.monotonic() < begin + 36:  # written in time, it holds beyond the 30 s
            assert site.put(AVAILABLE, 30000) == (200, "")
            assert site.get(AVAILABLE) == {"current": 30000}
            site.watch(4)
        # settings that are written are no sign of life of the one who writes the current
        written = time.monotonic()
        assert site.put(LIMITS, {"grid": 50000}) == (200, "")
        assert shown(site) == (30000, "external")
        site.poll(lambda: shown(site) == (13000, "external"), 40, 0.2, "the default")
        assert 20 < time.monotonic() - written < 35
        holds(site, 13000, "external")
        assert site.get(AVAILABLE) == {"current": 13000}
        events = site.get("/api/events")["events"]
        assert [32, 1, 13000] in [[e["code"], e["subject"], e["value"]] for e in events]
        totals = [(e["subject"], e["value"]) for e in events if e["code"] == 50]
        assert totals and max(value for _, value in totals) <= 30000, totals
        judge.check_rules(site)
