"""What the limits and the fuse of a circuit demand of each other. As firmware.references."""

from firmware.wrong import fail, known, show


def check(document):
    """Raise Invalid for the first entry that does not fit."""
    inputs = [entry["name"] for entry in document["inputs"]]
    for i, circuit in enumerate(document["circuits"]):
        path = "circuits[%d]." % i
        _check_limits(path, circuit, inputs)
        if "schedule" in circuit and document["timezone"] is None:
            right = 'one like "CET-1CEST,M3.5.0,M10.5.0/3", for the times of %sschedule' % path
            fail("timezone", "missing", right)


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
