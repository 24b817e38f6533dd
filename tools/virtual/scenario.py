"""A scenario file: read, checked, and what must fit together.

`read(path)` and `check(document)` return a record as docs/simulate.md describes it, times in ms;
both raise ScenarioError with one line.
"""

import copy
import itertools
import json

from .fitting import check_event, check_load
from .keys import MISSING, ScenarioError, one_of, parse, table, wrong
from .scenario_keys import CHARGER_FAULTS, ROTATIONS, SCENARIO

_MOST_LEVELS = 4
_MOST_CHARGERS = 64


def read(path):
    """Read and check a file."""
    right = "one JSON object"
    try:
        with open(path, encoding="utf-8") as file:
            document = parse(file.read())
    except OSError as error:
        why = f"cannot be read: {error.strerror}"
    except UnicodeDecodeError as error:
        why = f"no UTF-8 (byte {error.start + 1}); right: {right}"
    except RecursionError:
        why = f"nested too deeply; right: {right}"
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        why = f"no JSON ({error.msg}, {where}); right: {right}"
    except ValueError:
        why = "a number with too many digits; right: at most 16"
    else:
        return check(document)
    raise ScenarioError(f"{path}: {why}")


def check(document):
    """Check a document and return it as records."""
    scenario = table(SCENARIO)(document, "")
    _check_circuits(scenario.circuits, document["circuits"])
    if scenario.options.probe_ma and scenario.options.learn is None:
        wrong("options.learn", MISSING, '"show" or "use", to go with probe_ma')
    scenario.chargers = _chargers(scenario)
    scenario.cars = _cars(scenario)
    _check_events(scenario, document)
    return scenario


def _index(entries, name, path, none=""):
    """The place of a name; `none` is what would be right when there are no entries."""
    for i, entry in enumerate(entries):
        if entry.name == name:
            return i
    right = one_of(entry.name for entry in entries) if entries else none
    return wrong(path, MISSING if name is None else name, right)


def _unique(entries, paths):
    seen = set()
    for entry, path in zip(entries, paths):
        if entry.name in seen:
            wrong(path, entry.name, "a name that no other has")
        seen.add(entry.name)


def _check_circuits(circuits, given):
    _unique(circuits, [f"circuits[{i}].name" for i in range(len(circuits))])
    for i, circuit in enumerate(circuits):
        path = f"circuits[{i}]"
        circuit.path = [i]
        if circuit.parent is not None:
            above = circuits[:i]
            parent = _index(above, circuit.parent, path + ".parent", "null, it is the first")
            circuit.path += circuits[parent].path
            circuit.parent = parent
        if len(circuit.path) > _MOST_LEVELS:
            name = circuits[circuit.parent].name
            wrong(path + ".parent", name, f"a circuit with less above it ({_MOST_LEVELS} levels)")
        if circuit.meter and circuit.main_ma is None:
            wrong(path + ".main_ma", MISSING, "the fuse of a circuit with a meter")
        if circuit.breaker != "strict" and not circuit.meter:
            wrong(path + ".breaker", circuit.breaker, '"strict": no meter watches this fuse')
        if "imbalance_mode" in given[i] and circuit.imbalance_ma is None:
            wrong(path + ".imbalance_ma", MISSING, "the limit that goes with imbalance_mode")
        if circuit.meter:
            if circuit.meter.truly_includes is None:
                circuit.meter.truly_includes = circuit.includes_chargers
            circuit.meter.is_misplaced = circuit.meter.truly_includes != circuit.includes_chargers
        for k, load in enumerate(circuit.house):
            check_load(load, given[i]["house"][k], f"{path}.house[{k}]")


def _chargers(scenario):
    chargers = []
    paths = []
    for i, entry in enumerate(scenario.chargers):
        path = f"chargers[{i}]"
        name = entry.circuit
        entry.circuit = 0
        if name is not None:
            entry.circuit = _index(scenario.circuits, name, path + ".circuit")
        if entry.max_ma < entry.min_ma:
            wrong(path + ".max_ma", entry.max_ma, f"at least min_ma, {entry.min_ma}")
        if entry.min_ma % entry.step_ma:
            wrong(path + ".step_ma", entry.step_ma, f"a divisor of min_ma, {entry.min_ma}")
        for k in range(entry.count or 1):
            one = copy.copy(entry)
            one.name = f"{entry.name} {k + 1}" if entry.count else entry.name
            if one.wiring == "turning":
                one.wiring = ROTATIONS[k % 3]
            if one.rotation == "wiring":
                one.rotation = one.wiring
            chargers.append(one)
            paths.append(path + ".name")
        if len(chargers) > _MOST_CHARGERS:
            why = f"with it there are {len(chargers)} wallboxes"
            raise ScenarioError(f"{path}: {why}; right: at most {_MOST_CHARGERS} in all")
    _unique(chargers, paths)
    return chargers


def _cars(scenario):
    cars = []
    for i, entry in enumerate(scenario.cars):
        path = f"cars[{i}]"
        if entry.max_ma < entry.min_ma:
            wrong(path + ".max_ma", entry.max_ma, f"at least min_ma, {entry.min_ma}")
        names = entry.charger
        if names == ["all"]:
            names = [charger.name for charger in scenario.chargers]
        if not names or not scenario.chargers:
            wrong(path + ".charger", entry.charger[0], "no cars: there is no wallbox")
        for k, name in enumerate(names):
            car = copy.copy(entry)
            car.entry = i
            car.charger = _index(scenario.chargers, name, path + ".charger")
            car.plug_ms = entry.plug_ms + k * entry.every_ms
            if car.cut_hold_ms is None:
                car.cut_hold_ms = [500, 9000 if car.slow else 3000]
            if car.unplug_ms is not None and car.unplug_ms <= car.plug_ms:
                right = f"more than {car.plug_ms / 1000}, when it comes to {name}"
                wrong(path + ".unplug_s", car.unplug_ms / 1000, right)
            cars.append(car)
    for i, charger in enumerate(scenario.chargers):
        _check_taken([car for car in cars if car.charger == i], charger.name)
    return cars


def _check_taken(cars, name):
    """One car at a time at a wallbox."""
    cars.sort(key=lambda car: car.plug_ms)
    for before, car in itertools.pairwise(cars):
        path = f"cars[{car.entry}].plug_s"
        other = f"cars[{before.entry}]"
        if before.unplug_ms is None:
            wrong(path, car.plug_ms / 1000, f"no car: {other} stays at {name}")
        if car.plug_ms < before.unplug_ms:
            right = f"at least {before.unplug_ms / 1000}, when {other} leaves {name}"
            wrong(path, car.plug_ms / 1000, right)


def _check_events(scenario, document):
    for i, event in enumerate(scenario.events):
        path = f"events[{i}]"
        given = document["events"][i]
        check_event(event, given, path)
        event.available_given = "available_ma" in given
        event.limit_given = "limit_ma" in given
        if event.fault in CHARGER_FAULTS:
            nobody = "no event: there is no wallbox"
            event.charger = _index(scenario.chargers, event.charger, path + ".charger", nobody)
        elif event.fault is not None:
            event.meter = _index(scenario.circuits, event.meter, path + ".meter")
            if scenario.circuits[event.meter].meter is None:
                metered = [circuit.name for circuit in scenario.circuits if circuit.meter]
                right = one_of(metered) if metered else "a circuit with a meter; there is none"
                wrong(path + ".meter", given["meter"], right)
        elif event.limit_given:
            event.circuit = _index(scenario.circuits, event.circuit, path + ".circuit")
