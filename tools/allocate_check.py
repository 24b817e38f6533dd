"""What a scenario of contract C4 may hold: checks a line and completes it for the solver.

docs/allocate.md says what the keys mean. What is wrong is told like what is wrong with the
settings: path, what is wrong, what would be right (firmware/schema.py).
"""

import json

from firmware.schema import Invalid, boolean, choice, fail, integer, rows, show, table, text

MAX_CHARGERS = 64
MAX_CIRCUITS = 16  # as on the board, where the grid connection is one of them
MAX_DEPTH = 4
MAX_MA = 10_000_000
_MAX_CHARGER_MA = 80_000
_LEAST_MA = 1000
_USED_MA = 500  # a phase with less is not used: what a meter shows of nothing
_ROTATIONS = ("L123", "L132", "L231", "L213", "L321", "L312")


def scenario(line: bytes) -> dict:
    """The completed scenario of a line; Invalid when it is none.

    circuits: [parent index or None, limits], the grid connection first; `names` are theirs.
    Each charger's circuit is an index; `used` is on how many phases its car charges.
    """
    document = table("", _parsed(line), _SCENARIO)
    circuits = document["circuits"]
    chargers = document["chargers"]
    _check_names("circuits", circuits)
    _check_names("chargers", chargers)
    path_of = _paths(circuits)
    # the order of the list must not matter
    names = sorted(path_of, key=lambda name: (len(path_of[name]), name))
    index = {None: 0, **{name: 1 + k for k, name in enumerate(names)}}
    by_name = {circuit["name"]: circuit for circuit in circuits}
    tree = [[None, document["limits"]]]
    tree += [[index[by_name[name]["parent"]], by_name[name]["limits"]] for name in names]
    for k, charger in enumerate(chargers):
        path = f"chargers[{k}]"
        charger["circuit"] = _known(f"{path}.circuit", charger["circuit"], index)
        for key in ("min", "min_1p"):
            if charger[key] > charger["max"]:
                wrong = f"{charger[key]} is above max, {charger['max']}"
                fail(f"{path}.{key}", wrong, f"at most {charger['max']}")
        charger["used"] = _used(path, charger)
    return {
        "circuits": tree,
        "names": [None, *names],
        "imbalance_ma": document["imbalance_ma"],
        "chargers": chargers,
    }


def _parsed(line):
    def pairs(found):
        record = {}
        for key, value in found:
            if not key:
                fail('""', "a key without a name", "one of those in docs/allocate.md")
            if key in record:
                fail(key[:40], "there twice", "it once")
            record[key] = value
        return record

    def constant(name):
        fail("line", f"{name} is no JSON", "a number or null")

    right = "one JSON object"
    try:
        words = line.decode().strip()
        if not words:
            fail("line", "empty", right)
        return json.loads(words, object_pairs_hook=pairs, parse_constant=constant)
    except Invalid:
        raise
    except json.JSONDecodeError as error:
        fail("line", f"no JSON ({error.msg}, column {error.colno})", right)
    except UnicodeDecodeError as error:
        fail("line", f"no UTF-8 (byte {error.start + 1})", right)
    except RecursionError:
        fail("line", "nested too deeply", right)
    except ValueError:
        fail("line", "a number with too many digits", right)


def _limits(path, value, low, high):
    """Three limits in mA or null each; null: none at all."""
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 3:
        wrong = f"{len(value)} values" if isinstance(value, list) else show(value)
        fail(path, wrong, "three limits in mA like [16000, 16000, null], or null")
    limits = [
        None if limit is None else integer(f"{path}[{k}]", limit, low, high)
        for k, limit in enumerate(value)
    ]
    return None if limits == [None] * 3 else limits


def _drawn(path, value, low, high):
    if not isinstance(value, list) or len(value) != 3:
        wrong = f"{len(value)} values" if isinstance(value, list) else show(value)
        fail(path, wrong, "three currents in mA, or null")
    return [integer(f"{path}[{k}]", current, low, high) for k, current in enumerate(value)]


_CIRCUIT = (
    ("name", text, ..., 1, 64),
    ("parent", text, None, 1, 64),
    ("limits", _limits, ..., 0, MAX_MA),
)
_CHARGER = (
    ("name", text, ..., 1, 64),
    ("phases", choice, 3, (1, 2, 3), 0),
    ("rotation", choice, None, _ROTATIONS, 0),
    ("min", integer, 6000, _LEAST_MA, _MAX_CHARGER_MA),
    ("min_1p", integer, 6000, _LEAST_MA, _MAX_CHARGER_MA),
    ("max", integer, 32000, _LEAST_MA, _MAX_CHARGER_MA),
    ("asked", integer, None, 0, _MAX_CHARGER_MA),
    ("circuit", text, None, 1, 64),
    ("wants", boolean, True, 0, 0),
    ("charging", boolean, False, 0, 0),
    ("priority", integer, 0, -1000, 1000),
    ("weight", integer, 1, 1, 1000),
    ("waiting_s", integer, 0, 0, 100_000_000),
    ("energy_wh", integer, 0, 0, 100_000_000),
    ("drawn", _drawn, None, 0, 100_000),
)
_SCENARIO = (
    ("limits", _limits, ..., 0, MAX_MA),
    ("circuits", rows, [], _CIRCUIT, MAX_CIRCUITS - 1),
    ("imbalance_ma", integer, None, 0, MAX_MA),
    ("chargers", rows, [], _CHARGER, MAX_CHARGERS),
)


def _check_names(key, entries):
    seen = set()
    for k, entry in enumerate(entries):
        if entry["name"] in seen:
            wrong = f"{show(entry['name'])} is there twice"
            fail(f"{key}[{k}].name", wrong, "each name once")
        seen.add(entry["name"])


def _known(path, name, index):
    """The index of a circuit; None is the grid connection."""
    if name not in index:
        names = [show(known) for known in index if known is not None][:8]
        fail(path, f"{show(name)} is no circuit", ", ".join([*names, "null"]))
    return index[name]


def _paths(circuits):
    """The names from each circuit up to the grid connection."""
    parents = {circuit["name"]: circuit["parent"] for circuit in circuits}
    index = {None: 0, **dict.fromkeys(parents, 0)}
    found = {}
    for k, circuit in enumerate(circuits):
        path = f"circuits[{k}].parent"
        names = [circuit["name"]]
        while (parent := parents[names[-1]]) is not None:
            _known(f"circuits[{list(parents).index(names[-1])}].parent", parent, index)
            if parent in names:
                fail(path, f"leads back to {show(parent)}", "a circuit above it, or null")
            names.append(parent)
        if len(names) >= MAX_DEPTH:
            wrong = f"{show(circuit['name'])} is {len(names)} levels below the grid connection"
            fail(path, wrong, f"at most {MAX_DEPTH - 1} levels")
        found[circuit["name"]] = names
    return found


def _used(path, charger):
    """On how many of its phases the car charges: from the first to the last that it uses."""
    phases = charger["phases"]
    used = 0
    for k, current in enumerate(charger["drawn"] or ()):
        if current > _USED_MA:
            if k >= phases:
                wrong = f"{current} on a phase that the wallbox does not have"
                fail(f"{path}.drawn[{k}]", wrong, "0")
            used = k + 1
    return used or phases
