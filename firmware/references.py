"""What the settings demand across entries: each name once, known names, a tree without loops.

Works on a document that firmware.schema has already checked entry by entry; raises schema.Invalid.
"""

from firmware.schema import fail, show

_DEPTH = 4
_DEAD_MAN_S = {"warp": 30}  # the device's own, which cannot be set there


def check(document):
    """Raise Invalid for the first entry that does not fit; put the circuits in order."""
    circuits = document["circuits"]
    meters = _names(document["meters"], "meters", "name")
    _names(document["meters"], "meters", "address")
    names = _names(circuits, "circuits", "name")
    _names(circuits, "circuits", "meter")
    inputs = _names(document["inputs"], "inputs", "name")
    for i, entry in enumerate(document["inputs"]):
        _check_input("inputs[%d]." % i, entry, meters, document["rs485"])
    levels = [[] for _ in range(_DEPTH)]
    for i, circuit in enumerate(circuits):
        path = "circuits[%d]." % i
        depth = _check_circuit(path, circuit, circuits, names, meters)
        levels[depth - 1].append(circuit)
        _check_limits(path, circuit, inputs)
        if "schedule" in circuit and document["timezone"] is None:
            right = 'one like "CET-1CEST,M3.5.0,M10.5.0/3", for the times of %sschedule' % path
            fail("timezone", "missing", right)
    circuits = levels[0] + levels[1] + levels[2] + levels[3]  # a parent before its children
    document["circuits"] = circuits
    _check_chargers(document["chargers"], [circuit["name"] for circuit in circuits])
    _check_manager(document["charge_manager"], document["chargers"] and not circuits)


def _names(entries, path, key) -> list:
    """Return the values of `key`; raise Invalid when one (but "" and null) is there twice."""
    seen = []
    for i, entry in enumerate(entries):
        value = entry[key]
        if value in seen and value:
            where = "%s[%d].%s" % (path, i, key)
            fail(where, "%s is there twice" % show(value), "each its own " + key)
        seen.append(value)
    return seen


def _known(path, value, names):
    if value is not None and value not in names:
        fail(path, show(value) + " is unknown", "one of " + ", ".join(names) if names else "null")


def _check_circuit(path, circuit, circuits, names, meters):
    _known(path + "meter", circuit["meter"], meters)
    _known(path + "parent", circuit["parent"], names)
    metered = circuit["meter"] is not None
    if metered != (circuit["main_ma"] is not None):
        fail(path + ("main_ma" if metered else "meter"), "missing", "meter and main_ma together")
    if not metered and circuit["limit_ma"] is None:
        fail(path + "limit_ma", "no limit", "limit_ma, or meter and main_ma")
    depth = 1
    node = circuit
    while node["parent"] is not None:
        node = circuits[names.index(node["parent"])]
        depth += 1
        if depth > _DEPTH:
            fail(path + "parent", "a circle or too deep", "at most %d levels" % _DEPTH)
    return depth


def _check_limits(path, circuit, inputs):
    """What beside the hard limit holds on a circuit."""
    hard = "main_ma" if circuit["limit_ma"] is None else "limit_ma"
    for k, value in enumerate(circuit.get("operator_limit_ma") or ()):
        if value > circuit[hard][k]:
            wrong = "%d is above %s %d" % (value, hard, circuit[hard][k])
            fail("%soperator_limit_ma[%d]" % (path, k), wrong, "at most that")
    given = circuit.get("input")
    _known(path + "input", given, inputs)
    if (given is None) != ("input_offset_ma" not in circuit):
        key = "input" if given is None else "input_offset_ma"
        fail(path + key, "missing", "input and input_offset_ma together")
    if given and hard == "main_ma" and "operator_limit_ma" not in circuit:
        right = "operator_limit_ma or limit_ma beside it"
        fail(path + "input_offset_ma", "no limit to take it off", right)
    times = []
    for i, row in enumerate(circuit.get("schedule") or ()):
        if row["at"] in times:
            where = "%sschedule[%d].at" % (path, i)
            fail(where, show(row["at"]) + " is there twice", "each its own time")
        times.append(row["at"])


def _check_input(path, entry, meters, rs485):
    source = entry["source"]
    for key in ("pin", "meter"):
        if (source == key) != (key in entry):
            wrong = "missing" if source == key else "not read with source " + source
            fail(path + key, wrong, "it with source %s only" % key)
    if source == "api" and "live_when" in entry:
        fail(path + "live_when", "a written input has no contact", "closed")
    _known(path + "meter", entry.get("meter"), meters)
    pin = entry.get("pin")
    if pin is not None and pin in (rs485["tx"], rs485["rx"], rs485["de"]):
        fail(path + "pin", "%d is a pin of rs485" % pin, "another one")


def _check_chargers(chargers, circuits):
    _names(chargers, "chargers", "name")
    hosts = []
    for i, charger in enumerate(chargers):
        path = "chargers[%d]." % i
        if charger["circuit"] is None and circuits:
            charger["circuit"] = circuits[0]
        _known(path + "circuit", charger["circuit"], circuits)
        low, high = charger["min_ma"], charger["max_ma"]
        if high < low:
            wrong = "%d is below min_ma %d" % (high, low)
            fail(path + "max_ma", wrong, "at least %d" % low)
        host = charger["host"].lower()
        if host in hosts:
            fail(path + "host", show(host) + " is there twice", "each its own host")
        hosts.append(host)
        _check_installation(path, charger)


def _check_installation(path, charger):
    high = charger["max_ma"]
    installed = charger.get("installation_limit_ma")
    if installed is not None and installed < charger["min_ma"]:
        wrong = "%d is below min_ma %d" % (installed, charger["min_ma"])
        fail(path + "installation_limit_ma", wrong, "at least that")
    if charger.get("boot_ma", 0) > high:
        fail(
            path + "boot_ma", "%d is above max_ma %d" % (charger["boot_ma"], high), "at most that"
        )
    name = "max_ma"
    if installed is not None and installed < high:
        high = installed
        name = "installation_limit_ma"
    failsafe = charger.get("failsafe_ma", 0)
    if failsafe > high:
        fail(path + "failsafe_ma", "%d is above %s %d" % (failsafe, name, high), "at most that")
    least = _DEAD_MAN_S.get(charger["driver"], 0)
    if 0 < charger.get("dead_man_s", 0) < least:
        wrong = "%d is less than the device's own" % charger["dead_man_s"]
        fail(path + "dead_man_s", wrong, "%d or more, or 0 where it never lets go" % least)


def _check_manager(manager, needs_limit):
    highest = manager["maximum_available_current"]
    path = "charge_manager."
    if highest is None and needs_limit:
        right = "a circuit, or " + path + "maximum_available_current"
        fail("circuits", "chargers without a limit", right)
    given = manager["default_available_current"]
    if highest is not None and given is not None and given > highest:
        wrong = "%d is above maximum_available_current %d" % (given, highest)
        fail(path + "default_available_current", wrong, "0..%d" % highest)
