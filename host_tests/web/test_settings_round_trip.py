"""Every setting can be written over HTTP and is then what was written; nothing else has changed.

The settings come from the schema that the firmware's tables make, so that a new one is in at once.
Each is given values that it may have until one of them goes together with all the rest.
"""

import pytest

from tools.settings_schema import settings_schema

START = "/api/settings"
CIRCUIT = {
    "limit_ma": 50000,
    "operator_limit_ma": 40000,
    "input": "button",
    "input_offset_ma": 1000,
    "schedule": [{"at": "00:00", "limit_ma": 30000}],
    "imbalance_ma": 20000,
}
MORE = {
    "name": "Round trip",
    "timezone": "CET-1CEST,M3.5.0,M10.5.0/3",
    "inputs": [{"name": "button", "source": "api"}, {"name": "spare", "source": "api"}],
    "learning": {"rotation": "use"},
}
# where one value alone cannot be: what goes with it, by the path of what is changed at once
STATIC = {"mode": "static", "address": "192.168.1.9", "netmask": "255.255.255.0"}
TOGETHER = {
    "meters[].name": ("meters/1", {"name": "other"}),
    "meters[].phase": ("meters/1", {"model": "eastron_sdm120", "address": 2, "phase": 2}),
    "meters[].max_age_s": ("meters/1", {"max_age_s": 60}),
    "circuits[].name": ("circuits/1", {"name": "other"}),
    "circuits[].parent": ("circuits/1", {"parent": None, "meter": None}),
    "circuits[].input": ("circuits/0", {"input": "spare"}),
    "circuits[].meter": ("circuits/1", {"meter": "pushed", "main_ma": 20000}),
    "chargers[].circuit": ("chargers/0", {"circuit": "carport"}),
    "inputs[].name": ("inputs/1", {"name": "other"}),
    "inputs[].source": ("inputs/1", {"source": "meter", "meter": "grid"}),
    "inputs[].meter": ("inputs/1", {"source": "meter", "meter": "grid"}),
    "inputs[].live_when": ("inputs/1", {"source": "meter", "meter": "grid", "live_when": "open"}),
    "network.mode": ("network", STATIC),
    "network.address": ("network", STATIC),
    "network.netmask": ("network", STATIC),
    "network.gateway": ("network", {**STATIC, "gateway": "192.168.1.1"}),
    "network.dns": ("network", {**STATIC, "gateway": "192.168.1.1", "dns": "192.168.1.1"}),
    "network.wifi.password": ("network/wifi", {"ssid": "cable", "password": "secret words"}),
}
ONE_VALUE = {"version", "chargers[].driver"}
ON_A_BOARD = {"inputs[].pin"}  # a PC has none
# texts that the schema describes by a pattern
TEXTS = {"host": "192.168.1.77", "timezone": "UTC0", "at": "00:30", "ntp": "ntp.example"}


def leaves(schema, path=()):
    """Yield (path, schema, default) of all that is no object; of a list of objects, of its first
    entry."""
    for option in schema.get("anyOf", [schema]):
        if option.get("type") == "object":
            for name, member in option["properties"].items():
                yield from leaves(member, (*path, name))
        elif option.get("type") == "array" and option["items"].get("type") == "object":
            yield from leaves(option["items"], (*path, 0))
        elif option.get("type") != "null":
            for leaf in option.get("anyOf", [option]):
                yield path, leaf, schema.get("default")


def values(path, schema):
    """What it may be, the likelier to fit first."""
    if "enum" in schema:
        return list(schema["enum"])
    kind = schema.get("type")
    if kind == "boolean":
        return [True, False]
    if kind == "integer":
        low, high = schema.get("minimum", 0), schema.get("maximum", 1000)
        found = [low + 1, low, low + 1000, 2 * low, 7000, 9000, 36000, high]
        return [value for value in found if low <= value <= high]
    if kind == "array":
        return [[7000, 8000, 9000], [41000, 42000, 43000]]
    return [TEXTS.get(path[-1], "changed-1")]


def named(path):
    return ".".join(str(step) for step in path).replace(".0", "[]")


LEAVES = {}
for _path, _schema, _default in leaves(settings_schema()):
    LEAVES.setdefault(named(_path), (_path, _default, []))[2].append(_schema)


@pytest.fixture(scope="module")
def base(firmware):
    """Settings in which every part is there."""
    before = firmware.get(START)
    document = {**before, **MORE}
    document["meters"] = [*before["meters"], {"name": "pushed", "model": "api"}]
    document["circuits"] = [
        {**before["circuits"][0], **CIRCUIT},
        {"name": "carport", "parent": before["circuits"][0]["name"], "limit_ma": 20000},
    ]
    status, text = firmware.asked("PUT", START, document)
    assert status == 200, text
    yield document
    status, text = firmware.asked("PUT", START, before)
    assert status == 200, text


def same(read, written):
    """One number for all phases is read as three; a password is not read at all."""
    return read in (written, [written] * 3, "***")


def at(document, path):
    """What lies there, None where nothing does."""
    for step in path:
        is_there = step < len(document) if isinstance(step, int) else step in (document or ())
        document = document[step] if is_there else None
    return document


def changes(name, start):
    """Where, and what may be written there to change a setting."""
    path, default, schemas = LEAVES[name]
    if name in TOGETHER:
        return "/".join([START, TOGETHER[name][0]]), [TOGETHER[name][1]]
    known = (default, [default] * 3, at(start, path))
    found = [
        {path[-1]: value}
        for schema in schemas
        for value in values(path, schema)
        if value not in known and [value] * 3 not in known
    ]
    return "/".join([START, *(str(step) for step in path[:-1])]), found


def tried(firmware, place, possible):
    """Write the first of some changes that is taken: (it, None), or (None, why none is)."""
    refused = []
    for change in possible:
        status, text = firmware.asked("PATCH", place, change)
        if status == 200:
            return change, None
        refused.append(text)
    return None, refused


def test_every_setting_is_what_was_written(firmware, base):
    start = firmware.get(START)
    failed = {}
    for name in [name for name in LEAVES if name not in ON_A_BOARD]:
        place, possible = changes(name, start)
        if not possible:
            assert name in ONE_VALUE, name
            continue
        change, refused = tried(firmware, place, possible)
        if refused or name in TOGETHER:  # it may not go together with those before
            status, text = firmware.asked("PUT", START, start)
            assert status == 200, (name, text)
            change, refused = tried(firmware, place, possible)
        if refused:
            failed[name] = refused
            continue
        read = firmware.get(place)
        if any(value is not None and not same(read[key], value) for key, value in change.items()):
            failed[name] = f"{change} is read as {read}"
    print(len(LEAVES), "settings")
    assert not failed, "\n".join(f"{name}: {why}" for name, why in failed.items())
    assert firmware.asked("PUT", START, start)[0] == 200
    assert firmware.get(START) == start
