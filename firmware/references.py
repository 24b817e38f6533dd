"""What the circuits, meters and inputs of the settings demand of each other: each name once, known
names, a tree without loops, limits that fit. The wallboxes: firmware.charger_references.

Works on a document that firmware.schema has already checked entry by entry; raises wrong.Invalid.
Each part is loaded for its own time.
"""

from on_demand import call

from firmware.wrong import each_once, fail, known

_DEPTH = 4


def check(document):
    """Raise Invalid for the first entry that does not fit; put the circuits in order."""
    call("firmware", "meter_references", "check", document)
    circuits = document["circuits"]
    meters = [meter["name"] for meter in document["meters"]]
    names = each_once(circuits, "circuits", "name")
    each_once(circuits, "circuits", "meter")
    levels = [[] for _ in range(_DEPTH)]
    for i, circuit in enumerate(circuits):
        depth = _check_circuit("circuits[%d]." % i, circuit, circuits, names, meters)
        levels[depth - 1].append(circuit)
    call("firmware", "fuse_references", "check", document)
    circuits = levels[0] + levels[1] + levels[2] + levels[3]  # a parent before its children
    document["circuits"] = circuits
    if "network" in document:
        call("firmware", "network_checks", "check", document["network"])


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
