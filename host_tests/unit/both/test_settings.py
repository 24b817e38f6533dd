"""The settings document: defaults, each kind of mistake with its own clear text, WARP's shape."""

import json

from firmware import settings, warp_config

SMALLEST = {
    "rs485": {"port": "/dev/ttyUSB0"},
    "meters": [{"name": "grid"}],
    "circuits": [{"name": "grid", "meter": "grid", "main_ma": 35000}],
    "chargers": [
        {"name": "Left", "host": "192.168.1.11"},
        {"name": "Right", "host": "192.168.1.12"},
    ],
}

# the example of WARP's API reference
WARP_EXAMPLE = {
    "enable_charge_manager": True,
    "enable_watchdog": False,
    "default_available_current": 16000,
    "maximum_available_current": 32000,
    "minimum_current_auto": True,
    "minimum_current": 9200,
    "minimum_current_1p": 6000,
    "minimum_current_vehicle_type": 1,
    "verbose": True,
    "requested_current_threshold": 60,
    "requested_current_margin": 3000,
    "chargers": [
        {"host": "192.168.178.12", "name": "warp-222i"},
        {"host": "warp2-22oH.local", "name": "warp2-22oH"},
    ],
}


def copy(value):
    return json.loads(json.dumps(value))


def put(document, path, value):
    """Set what a path like chargers.0.host names; the value ... removes it."""
    keys = path.split(".")
    node = document
    for key in keys[:-1]:
        node = node[int(key)] if key.isdigit() else node[key]
    last = int(keys[-1]) if keys[-1].isdigit() else keys[-1]
    if value is ...:
        del node[last]
    else:
        node[last] = value
    return document


def applied(document, body):
    """What comes of a body written to charge_manager/config."""
    new, error = settings.apply_warp_config(document, body)
    if error:
        return None, error
    new["chargers"] = list(new["chargers"])
    return settings.validate(new)


def good(document):
    result, error = settings.validate(document)
    assert error is None, error
    return result


def error_of(path, value):
    document = put(copy(SMALLEST), path, value)
    before = json.dumps(document)
    result, error = settings.validate(document)
    assert result is None, "%s = %r was taken" % (path, value)
    assert json.dumps(document) == before
    return error


def test_smallest_document_gets_every_default():
    document = good(SMALLEST)
    assert document["version"] == 2
    assert document["name"] == "Fusekeeper"
    assert document["rs485"] == {
        "port": "/dev/ttyUSB0",
        "baud": 9600,
        "parity": "N",
        "stop_bits": 1,
        "tx": 17,
        "rx": 16,
        "de": 4,
    }
    assert document["meters"] == [
        {"name": "grid", "model": "eastron_sdm630", "address": 1, "period_ms": 1000}
    ]
    assert document["circuits"] == [
        {
            "name": "grid",
            "parent": None,
            "limit_ma": None,
            "meter": "grid",
            "main_ma": [35000, 35000, 35000],
            "includes_chargers": True,
            "generation": False,
            "largest_consumer_ma": 16000,
            "safety_margin_pct": 0,
            "headroom_ma": [0, 0, 0],
            "fallback_load_ma": [9999000, 9999000, 9999000],
            "offline_ma": None,
        }
    ]
    assert document["chargers"][1] == {
        "name": "Right",
        "driver": "warp",
        "host": "192.168.1.12",
        "circuit": "grid",
        "phases": 3,
        "rotation": None,
        "min_ma": 6000,
        "max_ma": 32000,
    }
    assert "external" not in document
    assert document["http"] == {"port": 80}
    assert document["charge_manager"]["maximum_available_current"] is None


def test_normalized_document_is_valid_and_stays_as_it_is():
    document = good(SMALLEST)
    assert good(copy(document)) == document
    assert good({}) == settings.defaults()


def test_defaults_are_each_time_new():
    settings.defaults()["chargers"].append(1)
    settings.defaults()["rs485"]["port"] = "x"
    assert settings.defaults()["chargers"] == []
    assert settings.defaults()["rs485"]["port"] == ""


def test_wrong_types():
    rows = (
        # path, value, error
        ("name", 5, "name: 5 is no text; give text of 1..32 characters"),
        ("name", None, "name: null is no text; give text of 1..32 characters"),
        ("name", [], "name: a list is no text; give text of 1..32 characters"),
        ("version", 3, "version: 3 was made by a newer firmware; give 1..2, or install that"),
        ("version", 0, "version: 0 is unknown; give 1..2, or leave it out"),
        ("version", True, "version: true is unknown; give 1..2, or leave it out"),
        ("version", "1", 'version: "1" is unknown; give 1..2, or leave it out'),
        ("meters", {}, "meters: an object is no list; give a list"),
        ("meters", None, "meters: null is no list; give a list"),
        ("meters", [1], "meters[0]: 1 is no object; give {...}"),
        ("meters", [[]], "meters[0]: a list is no object; give {...}"),
        ("rs485", None, "rs485: null is no object; give {...}"),
        ("meters.0.phase", 0, "meters[0].phase: 0 is below 1; give 1..3"),
        ("meters.0.phase", "L1", 'meters[0].phase: "L1" is no whole number; give 1..3'),
        (
            "meters.0.phase",
            2,
            "meters[0].phase: eastron_sdm630 measures all of them; give it with a single-phase",
        ),
        ("rs485.baud", 9600.5, "rs485.baud: 9600.5 is unknown; give one of 1200, 2400, 4800, "),
        ("meters.0.address", "1", 'meters[0].address: "1" is no whole number; give 1..247'),
        ("meters.0.address", 1.0, "meters[0].address: 1.0 is no whole number; give 1..247"),
        ("meters.0.address", True, "meters[0].address: true is no whole number; give 1..247"),
        ("external_control", 1, "external_control: 1 is no truth value; give true or false"),
        ("external_control", None, "external_control: null is no truth value; give true or false"),
        ("chargers.1.phases", "3", 'chargers[1].phases: "3" is unknown; give one of 1, 3'),
    )
    for path, value, wanted in rows:
        error = error_of(path, value)
        assert error.startswith(wanted), error


def test_unknown_and_missing_keys():
    assert error_of("colour", 1).startswith("colour: unknown key; give one of version, name, ")
    error = error_of("chargers.0.hots", 1)
    assert error.startswith("chargers[0].hots: unknown key; give one of name, driver, host, ")
    assert error_of("k" * 500, 1).startswith("k" * 40 + ":")
    assert error_of("chargers.0.host", ...) == "chargers[0].host: missing; give it"
    assert error_of("meters.0.name", ...) == "meters[0].name: missing; give it"


def test_documents_that_are_no_object():
    for value in (None, True, 5, 1.5, "x", [], [[]]):
        result, error = settings.validate(value)
        assert result is None
        assert error.startswith("document: "), error


def test_numbers_out_of_range():
    huge = 10**40
    rows = (
        ("meters.0.address", 0, "meters[0].address: 0 is below 1; give 1..247"),
        ("meters.0.address", 248, "meters[0].address: 248 is above 247; give 1..247"),
        ("meters.0.period_ms", 199, "meters[0].period_ms: 199 is below 200; give 200..60000"),
        ("http", {"port": 65536}, "http.port: 65536 is above 65535; give 1..65535"),
        ("http", {"port": -huge}, "http.port: -10000"),
        ("http", {"port": huge}, "http.port: 10000"),
        ("http", {"port": float("inf")}, "http.port: "),
        ("http", {"port": float("nan")}, "http.port: "),
        ("circuits.0.main_ma", -1, "circuits[0].main_ma: -1 is below 0; give 0..1000000"),
        ("circuits.0.main_ma", [1, 2, -3], "circuits[0].main_ma[2]: -3 is below 0"),
        ("circuits.0.main_ma", [1, 2], "circuits[0].main_ma: 2 values; give one number or three"),
        ("circuits.0.main_ma", "35", 'circuits[0].main_ma: "35" is no whole number'),
        ("circuits.0.safety_margin_pct", 51, "circuits[0].safety_margin_pct: 51 is above 50"),
        ("chargers.0.min_ma", 5999, "chargers[0].min_ma: 5999 is below 6000"),
        ("chargers.0.max_ma", 80001, "chargers[0].max_ma: 80001 is above 80000"),
        ("charge_manager", {"minimum_current": 32001}, "charge_manager.minimum_current: 32001 is"),
    )
    for path, value, wanted in rows:
        error = error_of(path, value)
        assert error.startswith(wanted), error
        assert len(error) < 120, error


def test_minimum_above_maximum():
    document = put(copy(SMALLEST), "chargers.1.min_ma", 16000)
    put(document, "chargers.1.max_ma", 10000)
    error = settings.validate(document)[1]
    assert error == "chargers[1].max_ma: 10000 is below min_ma 16000; give at least 16000"


def test_entries_that_are_there_twice():
    error = error_of("chargers.1.host", "192.168.1.11")
    assert error == 'chargers[1].host: "192.168.1.11" is there twice; give each its own host'
    assert "twice" in error_of("chargers.1.name", "Left")
    assert "twice" in error_of("meters", [{"name": "a"}, {"name": "a", "address": 2}])
    assert "twice" in error_of("meters", [{"name": "grid"}, {"name": "b"}])  # both at address 1
    circuits = [{"name": "a", "limit_ma": 1}, {"name": "a", "limit_ma": 1}]
    assert "twice" in error_of("circuits", circuits)
    document = put(copy(SMALLEST), "chargers.0.host", "Box.local")
    put(document, "chargers.1.host", "box.LOCAL")
    assert "twice" in settings.validate(document)[1]


def test_wallboxes_without_a_name_are_no_twins():
    document = put(copy(SMALLEST), "chargers.0.name", "")
    put(document, "chargers.1.name", "")
    good(document)


def test_hosts():
    for host in ("127.0.0.1", "10.0.0.255", "box", "warp2-22oH.local", "a_b", "223.1.2.3", "1.a"):
        good(put(copy(SMALLEST), "chargers.0.host", host))
    wrong = ("", ".", "a..b", "a b", "192.168.1", "192.168.1.256", "192.168.01.1", "0.1.2.3")
    wrong += ("224.0.0.1", "255.255.255.255", "1.2.3.4.5", "12", "http://x", "a\n", "bä", "1.2.")
    wrong += ("x" * 65, "99999999999999999999.1.1.1", "::1", "-1.2.3.4.")
    for host in wrong:
        error = error_of("chargers.0.host", host)
        assert error.startswith("chargers[0].host: "), error


def test_names():
    for name in ("x", "Stellplatz Süd €", "日本" * 16, "x" * 32, "\U0001f697" * 32):
        document = good(put(copy(SMALLEST), "chargers.0.name", name))
        assert document["chargers"][0]["name"] == name
    for name in ("x" * 33, "a\x00b", "a\nb", "\x7f", "\x9f"):
        assert error_of("chargers.0.name", name).startswith("chargers[0].name: ")
    assert error_of("name", "") == "name: 0 characters; give text of 1..32 characters"


def test_escaped_characters_come_as_halves_or_whole():
    # MicroPython's JSON reader leaves the two halves of a character apart, CPython's joins them
    document = put(copy(SMALLEST), "name", json.loads('"\\ud83d\\ude97 x"'))
    assert good(document)["name"] == "\U0001f697 x"
    for half in ("\\ud83d", "\\ude97", "\\ude97\\ud83d", "\\ud83dx"):
        assert error_of("name", json.loads('"' + half + '"')).startswith("name: a character ")


def test_models_are_those_of_the_maps():
    for model in ("../x", "a/b", "A", "a.b", "ä", "eastron_sdm999", "eastron_sdm630.json"):
        error = error_of("meters.0.model", model)
        assert "meters[0].model: " in error
        assert "is no model; give one of " in error
        assert "eastron_sdm630" in error.rpartition(";")[2]


def test_a_meter_measures_one_place():
    places = [{"name": name, "meter": "grid", "main_ma": 35000} for name in "ab"]
    error = settings.validate({"meters": [{"name": "grid"}], "circuits": places})[1]
    assert error == 'circuits[1].meter: "grid" is there twice; give each its own meter'


def test_a_start_minimum_is_never_above_the_maximum_of_a_wallbox():
    from firmware import build

    manager = {"minimum_current_auto": False, "minimum_current": 20000}
    chargers = [
        {"name": "a", "host": "192.168.1.1", "max_ma": 16000},
        {"name": "b", "host": "192.168.1.2", "max_ma": 32000},
    ]
    document = {"charge_manager": manager, "chargers": chargers}
    document["circuits"] = [{"name": "grid", "limit_ma": 63000}]
    error = settings.validate(document)[1]
    wrong = "charge_manager.minimum_current: 20000 is above 16000, the most of chargers[0]; give"
    assert error.startswith(wrong), error
    manager["minimum_current"] = 16000
    document = good(document)
    document["charge_manager"]["minimum_current"] = 20000  # even if it came in unchecked
    site = build.build(document, None, 0, None, None)[0]
    assert [(p.min_ma, p.max_ma) for p in site.points] == [(16000, 16000), (20000, 32000)]


def test_references():
    rows = (
        ("circuits.0.meter", "gird", 'circuits[0].meter: "gird" is unknown; give one of grid'),
        ("circuits.0.parent", "x", 'circuits[0].parent: "x" is unknown; give one of grid'),
        ("chargers.0.circuit", "x", 'chargers[0].circuit: "x" is unknown; give one of grid'),
        ("meters", [], 'circuits[0].meter: "grid" is unknown; give null'),
        ("circuits.0.main_ma", None, "circuits[0].main_ma: missing; give meter and main_ma"),
        ("circuits.0.meter", None, "circuits[0].meter: missing; give meter and main_ma"),
        ("circuits", [{"name": "a"}], "circuits[0].limit_ma: no limit; give limit_ma, or meter"),
        ("circuits", [], "circuits: chargers without a limit; give a circuit, or charge_manager."),
    )
    for path, value, wanted in rows:
        error = error_of(path, value)
        assert error.startswith(wanted), error


def chain(*parents):
    names = "abcdefgh"
    return [
        {"name": names[i], "parent": parent, "limit_ma": 1000} for i, parent in enumerate(parents)
    ]


def test_tree_of_circuits():
    good({"circuits": chain(None, "a", "b", "c")})
    good({"circuits": chain("b", "c", "d", None)})
    for parents in (("a",), ("b", "a"), (None, "c", "d", "b"), (None, "a", "b", "c", "d")):
        error = settings.validate({"circuits": chain(*parents)})[1]
        assert "parent: a circle or too deep; give at most 4 levels" in error


def test_circuits_are_put_in_order_and_the_topmost_takes_the_chargers():
    circuits = chain("c", "c", None, "a")
    chargers = [{"host": "a"}, {"host": "b", "circuit": "d"}]
    document = good({"circuits": circuits, "chargers": chargers})
    assert [circuit["name"] for circuit in document["circuits"]] == ["c", "a", "b", "d"]
    assert [charger["circuit"] for charger in document["chargers"]] == ["c", "d"]


def test_too_many_entries():
    for key, limit in (("meters", 8), ("circuits", 16), ("chargers", 64)):
        error = error_of(key, [{}] * (limit + 1))
        assert error == "%s: %d entries; give at most %d" % (key, limit + 1, limit)


def test_default_current_above_the_maximum():
    manager = {"maximum_available_current": 10000, "default_available_current": 10001}
    error = error_of("charge_manager", manager)
    assert error.startswith("charge_manager.default_available_current: 10001 is above maximum")
    manager["default_available_current"] = 10000
    good(put(copy(SMALLEST), "charge_manager", manager))


def test_nested_garbage():
    deep = []
    for _ in range(50):
        deep = [{"x": deep}]
    for path in ("name", "meters", "meters.0", "rs485", "circuits.0.main_ma", "chargers.0.host"):
        assert len(error_of(path, deep)) < 150


def test_warp_example_is_taken_by_a_new_device_and_read_back():
    document, error = applied(settings.defaults(), copy(WARP_EXAMPLE))
    assert error is None, error
    assert warp_config.config(document) == WARP_EXAMPLE
    again, error = applied(document, warp_config.config(document))
    assert error is None and again == document


def test_the_app_keeps_every_member():
    document = settings.defaults()
    assert sorted(warp_config.MEMBERS) == sorted(document["charge_manager"])
    kept = warp_config.values(warp_config.manager(document))
    assert dict(zip(warp_config.MEMBERS, kept)) == warp_config.manager(document)


def test_warp_config_keeps_the_rest_of_a_known_wallbox():
    document = copy(SMALLEST)
    document["circuits"].append({"name": "garage", "parent": "grid", "limit_ma": 20000})
    rest = {"circuit": "garage", "rotation": "L231", "max_ma": 16000, "phases": 1}
    for key in rest:
        document["chargers"][1][key] = rest[key]
    document = good(document)
    body = copy(WARP_EXAMPLE)
    body["chargers"] = [
        {"host": "192.168.1.50", "name": "New"},
        {"host": "192.168.1.12", "name": "Other name", "rot": 4, "uid": 4000000000},
    ]
    new, error = applied(document, body)
    assert error is None, error
    assert [charger["name"] for charger in new["chargers"]] == ["New", "Other name"]
    rest["rotation"] = "L213"
    for key in rest:
        assert new["chargers"][1][key] == rest[key]
    assert new["chargers"][0]["circuit"] == "grid"
    assert new["circuits"] == document["circuits"]
    del body["chargers"][1]["rot"]
    new, error = applied(new, body)
    assert new["chargers"][1]["rotation"] == "L213"
    body["chargers"][1]["rot"] = 0
    new, error = applied(new, body)
    assert new["chargers"][1]["rotation"] is None
    assert document["chargers"][1]["rotation"] == "L231"


def test_warp_config_mistakes_change_nothing():
    document = good(SMALLEST)
    before = copy(document)
    rows = (
        ("verbose", ..., "verbose: missing; give it"),
        ("chargers", ..., "chargers: missing; give it"),
        ("extra", 1, "extra: unknown key; give one of enable_charge_manager, "),
        ("extra", None, "extra: unknown key; give one of enable_charge_manager, "),
        ("verbose", 1, "verbose: 1 is no truth value; give true or false"),
        ("minimum_current", 5999, "minimum_current: 5999 is below 6000; give 6000..32000"),
        ("default_available_current", 32001, "charge_manager.default_available_current: 32001 is"),
        ("chargers.0.host", "no host", 'chargers[0].host: "no host" is no host'),
        ("chargers.0.name", ..., "chargers[0].name: missing; give it"),
        ("chargers.1.host", "192.168.178.12", "chargers[1].host: "),
        ("chargers.0.rot", 7, "chargers[0].rot: 7 is above 6; give 0..6"),
        ("chargers.0.uid", "Ab", 'chargers[0].uid: "Ab" is no whole number'),
        ("enable_central_management", True, "enable_central_management: true is unknown; give"),
    )
    for path, value, wanted in rows:
        body = put(copy(WARP_EXAMPLE), path, value)
        new, error = applied(document, body)
        assert new is None
        assert error.startswith(wanted), error
    for body in (None, 16000, [], "x"):
        assert applied(document, body)[1].startswith("document: ")
    assert document == before


def test_warp_null_leaves_a_member_as_it_is():
    document = good(SMALLEST)
    body = dict.fromkeys(WARP_EXAMPLE)
    body["verbose"] = True
    new, error = applied(document, body)
    assert error is None, error
    document["charge_manager"]["verbose"] = True
    assert new == document


def test_warp_maximum_without_one_is_the_smallest_root_limit():
    document = copy(SMALLEST)
    document["circuits"][0]["main_ma"] = [35000, 32000, 50000]
    document["circuits"].append({"name": "x", "parent": "grid", "limit_ma": 1000})
    document["charge_manager"] = {"default_available_current": 40000}
    config = warp_config.config(good(document))
    assert config["maximum_available_current"] == 32000
    assert config["default_available_current"] == 32000
    assert warp_config.config(settings.defaults())["maximum_available_current"] == 0
