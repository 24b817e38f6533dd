"""What the settings demand across entries: each name once, known names, a tree without loops.

Works on a document that firmware.schema has already checked entry by entry; raises schema.Invalid.
"""

from firmware.schema import fail, show

_DEPTH = 4


def check(document):
    """Raise Invalid for the first entry that does not fit; put the circuits in order."""
    circuits = document["circuits"]
    meters = _names(document["meters"], "meters", "name")
    _names(document["meters"], "meters", "address")
    names = _names(circuits, "circuits", "name")
    _names(circuits, "circuits", "meter")
    levels = [[] for _ in range(_DEPTH)]
    for i, circuit in enumerate(circuits):
        depth = _check_circuit("circuits[%d]." % i, circuit, circuits, names, meters)
        levels[depth - 1].append(circuit)
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
