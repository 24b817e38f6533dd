"""Every setting that there is, with a value that is not its default: it is taken, stored, read
back, and shown as it was given."""

import json
import os

import loadmgmt
import meters
from test_settings import copy, good
from test_store import Scratch

from firmware import schema, settings

ALL = {
    "version": 2,
    "name": "Yard",
    "timezone": "CET-1CEST,M3.5.0,M10.5.0/3",
    "rs485": {
        "port": "/dev/ttyUSB1",
        "baud": 19200,
        "parity": "E",
        "stop_bits": 2,
        "tx": 25,
        "rx": 26,
        "de": -1,
    },
    "meters": [
        {
            "name": "grid",
            "model": "eastron_sdm120",
            "address": 7,
            "period_ms": 500,
            "update_ms": 2000,
            "phase": 2,
            "serial": "A-1234",
        },
        {"name": "ems", "model": "api", "max_age_s": 60},
    ],
    "inputs": [
        {"name": "ripple", "source": "pin", "pin": 33, "live_when": "open"},
        {"name": "own", "source": "meter", "meter": "grid"},
    ],
    "circuits": [
        {
            "name": "grid",
            "limit_ma": [60000, 50000, 40000],
            "operator_limit_ma": [50000, 40000, 30000],
            "input": "ripple",
            "input_offset_ma": [1000, 2000, 3000],
            "schedule": [{"at": "22:00", "limit_ma": [10000, 20000, 30000]}],
            "meter": "grid",
            "main_ma": [63000, 63000, 50000],
            "includes_chargers": False,
            "generation": True,
            "largest_consumer_ma": 20000,
            "safety_margin_pct": 5,
            "headroom_ma": [1000, 2000, 3000],
            "fallback_load_ma": [10000, 20000, 30000],
            "offline_ma": [10000, 11000, 12000],
            "imbalance_ma": 20000,
            "imbalance_mode": "preventive",
            "breaker": "gG",
        },
        {"name": "yard", "parent": "grid", "limit_ma": [32000, 32000, 32000], "active": False},
    ],
    "chargers": [
        {
            "name": "Left",
            "driver": "warp",
            "host": "10.0.0.21",
            "circuit": "yard",
            "phases": 1,
            "rotation": "L231",
            "min_ma": 8000,
            "max_ma": 20000,
            "installation_limit_ma": 16000,
            "priority": 3,
            "weight": 2,
            "dead_man_s": 60,
            "failsafe_ma": 6000,
            "boot_ma": 10000,
            "active": False,
        },
    ],
    "charge_manager": {
        "enable_charge_manager": False,
        "enable_watchdog": True,
        "default_available_current": 20000,
        "maximum_available_current": 40000,
        "minimum_current_auto": False,
        "minimum_current": 9000,
        "minimum_current_1p": 8000,
        "minimum_current_vehicle_type": 1,
        "verbose": True,
        "requested_current_threshold": 90,
        "requested_current_margin": 2000,
    },
    "sharing": {
        "slot_minutes": 30,
        "welcome_slot": True,
        "offer_to_full": True,
        "minimum_on_s": 60,
        "minimum_off_s": 61,
        "start_margin_ma": 1000,
        "free_phases_s": 0,
        "raise_every_s": 30,
    },
    "learning": {"rotation": "use", "probe_ma": 3000},
    "wake_up": {"attempts": 3},
    "external": {"enabled": False, "watchdog_s": 45},
    "http": {"port": 8080},
    "network": {
        "mode": "static",
        "hostname": "fusekeeper-1",
        "address": "10.0.0.5",
        "netmask": "255.255.255.0",
        "gateway": "10.0.0.1",
        "dns": "10.0.0.2",
        "ntp": "pool.ntp.org",
        "wifi": {"ssid": "Höfe", "password": "correct horse"},
    },
    "organization": {
        "name": "Müller & Co",
        "contact": "A. Müller",
        "phone": "+49 1234 5678",
        "email": "a@example.org",
        "address": "Hof 1, 12345 Dorf",
    },
    "discovery": {"enabled": False},
    "history": {"enabled": None},  # see below
    "login": {"open_reading": True},
}


def members(fields, above=""):
    """(path, field) of all that is no section."""
    for field in schema.fields_of(fields):
        if field[1] in ("rows", "table"):
            for found in members(field[3], above + field[0] + "."):
                yield found
        else:
            yield above + field[0], field


def given(document, path):
    """What a document has at a path, in any entry of its lists."""
    nodes = [document]
    for key in path.split("."):
        below = []
        for node in nodes:
            if key in node:
                below += node[key] if isinstance(node[key], list) else [node[key]]
        nodes = below
    return nodes


def everything():
    document = copy(ALL)
    for path, field in members("settings.SETTINGS"):
        if path == "history.enabled":
            document["history"]["enabled"] = not field[2]
    return document


def test_each_is_given_and_is_not_its_default():
    document = everything()
    for path, field in members("settings.SETTINGS"):
        if path == "circuits.active":
            assert given(document, path) == [False]
        values = given(document, path)
        assert values, path
        only = (field[1] == "choice" and len(field[3]) == 1) or path == "version"
        assert only or [v for v in values if v != field[2]], path


def test_all_of_them_are_taken_and_shown_as_given():
    document = everything()
    stored = good(document)
    for path, _ in members("settings.SETTINGS"):
        if path != "circuits.parent":
            wanted = given(document, path)
            assert [v for v in given(stored, path) if v in wanted], path
    for name in document:
        if name not in ("meters", "circuits"):
            assert stored[name] == document[name], name
    for name in ("meters", "circuits"):
        for row, entry in zip(stored[name], document[name]):
            for key in entry:
                assert row[key] == entry[key], key
    assert good(copy(stored)) == stored


def test_all_of_them_outlast_a_restart():
    for package in (loadmgmt, meters):  # found from another folder, too, see Scratch
        if isinstance(package.__path__, str) and package.__path__[:1] != "/":
            package.__path__ = os.getcwd() + "/" + package.__path__
    with Scratch():
        assert settings.save(everything()) is None
        document, error = settings.load()
        assert error is None, error
        document = dict(document)
        document["chargers"] = list(document["chargers"])
        wanted = good(everything())
        assert json.loads(json.dumps(document)) == json.loads(json.dumps(wanted))
