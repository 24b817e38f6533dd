"""What the circuits, meters and inputs of the settings demand of each other: each name once, known
names, a tree without loops, a model that fits. The wallboxes: firmware.charger_references.

Works on a document that firmware.schema has already checked entry by entry; raises schema.Invalid.
"""

from on_demand import call

from firmware.schema import Invalid, each_once, fail, known, show

_DEPTH = 4


def check(document):
    """Raise Invalid for the first entry that does not fit; put the circuits in order."""
    circuits = document["circuits"]
    meters = each_once(document["meters"], "meters", "name")
    each_once([m for m in document["meters"] if m["model"] != "api"], "meters", "address")
    for i, meter in enumerate(document["meters"]):
        _check_meter("meters[%d]." % i, meter)
    pins = document["rs485"]
    if pins["tx"] == pins["rx"] or pins["de"] in (pins["tx"], pins["rx"]):
        fail("rs485", "one pin for two purposes", "tx, rx and de one each")
    names = each_once(circuits, "circuits", "name")
    each_once(circuits, "circuits", "meter")
    inputs = each_once(document["inputs"], "inputs", "name")
    for i, entry in enumerate(document["inputs"]):
        _check_input("inputs[%d]." % i, entry, document["meters"], meters, pins)
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
    if "network" in document:
        call("firmware", "network_checks", "check", document["network"])


def _check_meter(path, meter):
    """One with three phases measures each where it is; which they are, the register map knows."""
    if meter["model"] == "api":
        for key in ("phase", "update_ms"):
            if key in meter:
                fail(path + key, "the values of this meter are pushed", "it with another model")
    elif "max_age_s" in meter:
        fail(path + "max_age_s", meter["model"] + " is read by us", "it with model api only")
    if "phase" not in meter:
        return
    try:
        phases = call("meters", "map_file", "load_map", meter["model"]).phases
    except ValueError as error:
        raise Invalid("%smodel: %s" % (path, error)) from None
    if phases > 1:
        wrong = "%s measures all of them" % meter["model"]
        fail(path + "phase", wrong, "it with a single-phase model only")


def _check_circuit(path, circuit, circuits, names, meters):
    known(path + "meter", circuit["meter"], meters)
    known(path + "parent", circuit["parent"], names)
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
    for k, value in enumerate(circuit["offline_ma"] or ()):
        if value > circuit[hard][k]:
            wrong = "%d is above %s %d" % (value, hard, circuit[hard][k])
            fail("%soffline_ma[%d]" % (path, k), wrong, "at most that")
    if circuit["main_ma"]:
        _check_fuse(path, circuit)
    given = circuit.get("input")
    known(path + "input", given, inputs)
    if (given is None) != ("input_offset_ma" not in circuit):
        key = "input" if given is None else "input_offset_ma"
        fail(path + key, "missing", "input and input_offset_ma together")
    if given and hard == "main_ma" and "operator_limit_ma" not in circuit:
        right = "operator_limit_ma or limit_ma beside it"
        fail(path + "input_offset_ma", "no limit to take it off", right)
    if "imbalance_mode" in circuit and "imbalance_ma" not in circuit:
        fail(path + "imbalance_mode", "no imbalance_ma", "imbalance_ma beside it")
    if "breaker" in circuit and circuit["meter"] is None:
        fail(path + "breaker", "no meter watches this fuse", "strict, or a meter")
    times = []
    for i, row in enumerate(circuit.get("schedule") or ()):
        if row["at"] in times:
            where = "%sschedule[%d].at" % (path, i)
            fail(where, show(row["at"]) + " is there twice", "each its own time")
        times.append(row["at"])


def _check_fuse(path, circuit):
    """What is taken off a fuse, which may be none on some phases, is no more than the fuse."""
    for k, fuse in enumerate(circuit["main_ma"]):
        if circuit["headroom_ma"][k] > fuse:
            wrong = "%d is above main_ma %d" % (circuit["headroom_ma"][k], fuse)
            fail("%sheadroom_ma[%d]" % (path, k), wrong, "at most that")
    highest = max(circuit["main_ma"])
    if circuit["largest_consumer_ma"] > highest:
        wrong = "%d is above main_ma %d" % (circuit["largest_consumer_ma"], highest)
        fail(path + "largest_consumer_ma", wrong, "at most that")


def _check_input(path, entry, meters, names, rs485):
    source = entry["source"]
    for key in ("pin", "meter"):
        if (source == key) != (key in entry):
            wrong = "missing" if source == key else "not read with source " + source
            fail(path + key, wrong, "it with source %s only" % key)
    if source == "api" and "live_when" in entry:
        fail(path + "live_when", "a written input has no contact", "closed")
    given = entry.get("meter")
    known(path + "meter", given, names)
    if given and meters[names.index(given)]["model"] == "api":
        fail(path + "meter", show(given) + " has no input", "a meter on rs485")
    pin = entry.get("pin")
    if pin is not None and pin in (rs485["tx"], rs485["rx"], rs485["de"]):
        fail(path + "pin", "%d is a pin of rs485" % pin, "another one")
