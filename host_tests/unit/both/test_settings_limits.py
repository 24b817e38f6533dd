"""Limits, inputs, profiles, sharing, behaviour of wallboxes: ranges, what they demand of each
other, and what is built of them."""

from test_settings import SMALLEST, copy, good, put

from firmware import settings, warp_config

LONG = {
    "rs485": {"port": "/dev/ttyUSB0"},
    "meters": [{"name": "grid", "update_ms": 10000}],
    "inputs": [
        {"name": "ripple", "source": "pin", "pin": 25, "live_when": "open"},
        {"name": "meter", "source": "meter", "meter": "grid"},
        {"name": "ems", "source": "api"},
    ],
    "timezone": "CET-1CEST,M3.5.0,M10.5.0/3",
    "sharing": {"slot_minutes": 30},
    "circuits": [
        {
            "name": "grid",
            "meter": "grid",
            "main_ma": 35000,
            "limit_ma": 32000,
            "operator_limit_ma": [32000, 20000, 0],
            "input": "ems",
            "input_offset_ma": 10000,
            "schedule": [
                {"at": "22:00", "limit_ma": 32000},
                {"at": "06:00", "limit_ma": [1, 2, 3]},
            ],
        },
    ],
    "chargers": [
        {
            "name": "Left",
            "host": "192.168.1.11",
            "installation_limit_ma": 16000,
            "priority": 9,
            "weight": 10,
            "dead_man_s": 60,
            "failsafe_ma": 6000,
            "boot_ma": 32000,
        },
    ],
}


def long_error(path, value):
    return settings.validate(put(copy(LONG), path, value))[1]


def test_the_phase_of_a_single_phase_meter():
    document = copy(SMALLEST)
    document["meters"][0]["phase"] = 1
    assert good(copy(document)) == good(SMALLEST)
    document["meters"][0]["model"] = "eastron_sdm120"
    assert "phase" not in good(copy(document))["meters"][0]
    document["meters"][0]["phase"] = 3
    stored = good(document)
    assert stored["meters"][0]["phase"] == 3 and good(copy(stored)) == stored


def test_what_few_need_is_kept_where_it_is_given_and_only_there():
    document = good(LONG)
    assert good(copy(document)) == document
    circuit = document["circuits"][0]
    assert circuit["operator_limit_ma"] == [32000, 20000, 0]
    assert circuit["input_offset_ma"] == [10000] * 3
    assert circuit["schedule"][0] == {"at": "22:00", "limit_ma": [32000] * 3}
    for key in LONG["chargers"][0]:
        assert document["chargers"][0][key] == LONG["chargers"][0][key]
    plain = copy(SMALLEST)
    for key, value in (("priority", 0), ("weight", 1), ("boot_ma", None), ("dead_man_s", None)):
        plain["chargers"][0][key] = value
    for key, value in (("operator_limit_ma", None), ("schedule", []), ("input", None)):
        plain["circuits"][0][key] = value
    assert good(plain) == good(SMALLEST)
    assert good({})["sharing"] == {"slot_minutes": 15}
    assert good({})["timezone"] is None and good({})["inputs"] == []


def test_ranges_of_limits_and_sharing():
    row = "circuits.0.schedule.0."
    charger = "chargers.0."
    for path, values, error in (
        ("meters.0.update_ms", (199, 60001), "give 200..60000"),
        ("sharing.slot_minutes", (-1, 1, 14, 241), "give 0 or 15..240"),
        ("sharing.slot_minutes", ("15", None, True), "give 0 or 15..240"),
        (row + "at", ("24:00", "12:60", "7:30", "07.30", "0730", "07:3x", 7, None), '"23:59"'),
        (row + "limit_ma", (-1, 1000001), "give 0..1000000"),
        (row + "limit_ma", ([1, 2],), "give one number or three"),
        ("circuits.0.operator_limit_ma", (-1,), "give 0..1000000"),
        ("circuits.0.input_offset_ma", (-1,), "give 0..1000000"),
        ("circuits.0.schedule", ([{"at": "00:00", "limit_ma": 0}] * 25,), "give at most 24"),
        (charger + "installation_limit_ma", (5999, 80001), "give 6000..80000"),
        (charger + "priority", (-1, 10), "give 0..9"),
        (charger + "weight", (0, 11), "give 1..10"),
        (charger + "dead_man_s", (-1, 3601), "give 0..3600"),
        (charger + "failsafe_ma", (1, 5999), "give 0 or 6000..80000"),
        (charger + "boot_ma", (-1, 80001), "give 0..80000"),
        ("inputs.0.pin", (-1, 49), "give 0..48"),
        ("inputs.0.source", ("modbus", None), "give one of pin, meter, api"),
        ("inputs.0.live_when", ("low",), "give one of closed, open"),
        ("inputs.0.name", ("a b", "a/b", "ä", "a%20"), "give letters, digits, - and _"),
        ("inputs", ([{"name": "x", "source": "api"}] * 9,), "give at most 8"),
        ("timezone", ("Europe/Berlin", "CET-1CEST", "", 1), "; give "),
    ):
        for value in values:
            words = long_error(path, value)
            assert (words and words.endswith(error)) or error in words, (path, value, words)
    for path, value in (
        ("sharing.slot_minutes", 0),
        ("sharing.slot_minutes", 240),
        (row + "at", "23:59"),
        (charger + "dead_man_s", 0),
        (charger + "failsafe_ma", 0),
        ("timezone", "NZST-12NZDT,M9.5.0,M4.1.0/3"),
    ):
        assert long_error(path, value) is None, (path, value)


def test_a_wrong_zone_says_what_would_be_right():
    error = long_error("timezone", "CET-1CEST")
    assert error.startswith("timezone: CEST has no rule when it begins and ends; give both")


def test_limits_that_do_not_fit_together():
    circuit = "circuits.0."
    charger = "chargers.0."
    for path, value, error in (
        (
            circuit + "operator_limit_ma",
            [1, 32001, 1],
            "circuits[0].operator_limit_ma[1]: 32001 is above limit_ma 32000; give at most that",
        ),
        (
            circuit + "input",
            "x",
            'circuits[0].input: "x" is unknown; give one of ripple, meter, ems',
        ),
        (circuit + "input", None, "circuits[0].input: missing; give input and input_offset_ma"),
        (
            circuit + "input_offset_ma",
            None,
            "circuits[0].input_offset_ma: missing; give input and",
        ),
        (circuit + "schedule.1.at", "22:00", 'circuits[0].schedule[1].at: "22:00" is there twice'),
        ("timezone", None, 'timezone: missing; give one like "CET-1CEST,M3.5.0,M10.5.0/3"'),
        ("inputs.2.name", "meter", 'inputs[2].name: "meter" is there twice'),
        ("inputs.0.pin", 16, "inputs[0].pin: 16 is a pin of rs485; give another one"),
        ("inputs.0.pin", None, "inputs[0].pin: missing; give it with source pin only"),
        ("inputs.1.meter", None, "inputs[1].meter: missing; give it with source meter only"),
        ("inputs.1.meter", "x", 'inputs[1].meter: "x" is unknown; give one of grid'),
        ("inputs.2.pin", 3, "inputs[2].pin: not read with source api; give it with source pin"),
        ("inputs.2.live_when", "open", "inputs[2].live_when: a written input has no contact"),
        (
            charger + "installation_limit_ma",
            6000,
            None,
        ),
        (charger + "min_ma", 17000, "chargers[0].installation_limit_ma: 16000 is below min_ma"),
        (
            charger + "failsafe_ma",
            16001,
            "chargers[0].failsafe_ma: 16001 is above installation_li",
        ),
        (charger + "boot_ma", 32001, "chargers[0].boot_ma: 32001 is above max_ma 32000; give at"),
        (charger + "dead_man_s", 29, "chargers[0].dead_man_s: 29 is less than the device's own"),
    ):
        words = long_error(path, value)
        assert words is None if error is None else words and words.startswith(error), words
    document = copy(LONG)
    document["chargers"][0]["installation_limit_ma"] = None
    put(document, "chargers.0.failsafe_ma", 32001)
    assert "above max_ma 32000" in settings.validate(document)[1]
    # without a limit of its own the fuse is the hard one, and an offset needs one
    document = copy(LONG)
    document["circuits"][0]["limit_ma"] = None
    document["circuits"][0]["operator_limit_ma"] = 35001
    assert "35001 is above main_ma 35000" in settings.validate(document)[1]
    document["circuits"][0]["operator_limit_ma"] = None
    error = settings.validate(document)[1]
    assert error.startswith("circuits[0].input_offset_ma: no limit to take it off; give operator_")


def test_what_is_built_of_them():
    from firmware import build

    site, _, _ = build.build(good(LONG), None, 0, None, None)
    point = site.points[0]
    assert (point.max_ma, point.priority, point.weight) == (16000, 9, 10)
    assert (point.dead_man_ms, point.failsafe_ma, point.boot_ma) == (60000, 6000, 32000)
    circuit = site.circuits[0]
    assert circuit.update_ms == 10000
    assert circuit.limit_ma == [32000] * 3
    hard, operator, offset, number, rows = circuit.sources
    assert (hard, operator) == ([32000] * 3, [32000, 20000, 0])
    assert (offset, number) == ([10000] * 3, 2)
    assert list(rows) == [360, 1, 2, 3, 1320, 32000, 32000, 32000]
    assert (site.slot_ms, site.asked_after_ms, site.asked_margin_ma) == (1800000, 60000, 3000)
    document = good(put(copy(LONG), "chargers.0.dead_man_s", 0))
    assert build.build(document, None, 0, None, None)[0].points[0].dead_man_ms is None
    document = copy(SMALLEST)
    manager = {"requested_current_threshold": 0, "requested_current_margin": 1500}
    document["charge_manager"] = manager
    document["sharing"] = {"slot_minutes": 0}
    site = build.build(good(document), None, 0, None, None)[0]
    assert (site.slot_ms, site.asked_after_ms, site.asked_margin_ma) == (0, 0, 1500)
    point = site.points[0]
    assert (point.dead_man_ms, point.failsafe_ma, point.boot_ma) == (30000, 0, 0)
    assert (point.max_ma, point.priority, point.weight) == (32000, 0, 1)
    assert site.circuits[0].update_ms == 1000


def test_the_minimum_goes_by_the_phases_in_use():
    from firmware import build

    for manager, minima, lowest in (
        ({}, None, 6000),
        ({"minimum_current_vehicle_type": 1}, (6000, 9200, 9200), 9200),
        ({"minimum_current_auto": False, "minimum_current": 8000}, (6000, 8000, 8000), 8000),
        ({"minimum_current_auto": False, "minimum_current_1p": 10000}, (10000, 6000, 6000), 6000),
    ):
        document = good(put(copy(SMALLEST), "charge_manager", manager))
        document["chargers"][1]["phases"] = 1
        three, one = build.build(document, None, 0, None, None)[0].points
        assert (three.minima, three.min_ma) == (minima, lowest), manager
        assert (one.minima, one.min_ma) == (None, minima[0] if minima else 6000), manager


def test_independent_groups_are_root_circuits_of_their_own():
    from firmware import build

    document = good(
        {
            "circuits": [
                {"name": "north", "limit_ma": 50000},
                {"name": "south", "limit_ma": [25000, 16000, 25000]},
            ],
            "chargers": [
                {"name": "a", "host": "192.168.1.1", "circuit": "north"},
                {"name": "b", "host": "192.168.1.2", "circuit": "south"},
            ],
        }
    )
    # the cap of what may be written is that of the largest group: each keeps its own limit
    assert warp_config.config(document)["maximum_available_current"] == 50000
    site = build.build(document, None, 0, None, None)[0]
    assert [p.path for p in site.circuits] == [(0,), (1,)]
    assert [p.seat.static for p in site.points] == [(0, 1, 2), (3, 4, 5)]
