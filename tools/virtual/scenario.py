"""A scenario file: read, checked, and what must fit together.

`read(path)` and `check(document)` return a record as docs/simulate.md describes it, times in ms;
both raise ScenarioError with one line.
"""

import copy
import json

from .keys import ScenarioError, table, wrong
from .scenario_keys import CHARGER_FAULTS, ROTATIONS, SCENARIO


def read(path):
    """Read and check a file."""
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise ScenarioError(f"{path}: no JSON: {error}") from None
    return check(document)


def check(document):
    """Check a document and return it as records."""
    scenario = table(SCENARIO)(document, "")
    _check_circuits(scenario.circuits)
    scenario.chargers = _chargers(scenario)
    scenario.cars = _cars(scenario)
    _check_events(scenario, document)
    return scenario


def _index(entries, name, path):
    for i, entry in enumerate(entries):
        if entry.name == name:
            return i
    return wrong(path, name, "one of " + ", ".join(entry.name for entry in entries))


def _unique(entries, path):
    seen = set()
    for i, entry in enumerate(entries):
        if entry.name in seen:
            wrong(f"{path}[{i}].name", entry.name, "a name that no other has")
        seen.add(entry.name)


def _check_circuits(circuits):
    _unique(circuits, "circuits")
    for i, circuit in enumerate(circuits):
        path = f"circuits[{i}]"
        circuit.path = [i]
        if circuit.parent is not None:
            parent = _index(circuits[:i], circuit.parent, path + ".parent")
            circuit.path += circuits[parent].path
            circuit.parent = parent
        if len(circuit.path) > 4:
            wrong(path + ".parent", circuits[circuit.parent].name, "at most 4 levels")
        if circuit.meter and circuit.main_ma is None:
            raise ScenarioError(f"{path}.main_ma: missing; a metered circuit needs its fuse")
        for k, load in enumerate(circuit.house):
            kinds = [load.ma, load.noise_ma, load.points]
            if sum(kind is not None for kind in kinds) != 1:
                raise ScenarioError(f"{path}.house[{k}]: right: one of ma, noise_ma, points")
            if load.noise_ma is not None and load.every_ms is None:
                load.every_ms = 1000


def _chargers(scenario):
    chargers = []
    for i, entry in enumerate(scenario.chargers):
        path = f"chargers[{i}]"
        entry.circuit = (
            0
            if entry.circuit is None
            else _index(scenario.circuits, entry.circuit, path + ".circuit")
        )
        if entry.max_ma < entry.min_ma:
            wrong(path + ".max_ma", entry.max_ma, f"at least min_ma, {entry.min_ma}")
        for k in range(entry.count or 1):
            one = copy.copy(entry)
            one.name = f"{entry.name} {k + 1}" if entry.count else entry.name
            if one.wiring == "turning":
                one.wiring = ROTATIONS[k % 3]
            if one.rotation == "wiring":
                one.rotation = one.wiring
            chargers.append(one)
    _unique(chargers, "chargers")
    if len(chargers) > 64:
        wrong("chargers", len(chargers), "at most 64 in all")
    return chargers


def _cars(scenario):
    cars = []
    for i, entry in enumerate(scenario.cars):
        names = entry.charger
        if names == ["all"]:
            names = [charger.name for charger in scenario.chargers]
        for k, name in enumerate(names):
            car = copy.copy(entry)
            car.charger = _index(scenario.chargers, name, f"cars[{i}].charger")
            car.plug_ms = entry.plug_ms + k * entry.every_ms
            if car.cut_hold_ms is None:
                car.cut_hold_ms = [500, 9000 if car.slow else 3000]
            if car.unplug_ms is not None and car.unplug_ms <= car.plug_ms:
                wrong(f"cars[{i}].unplug_s", car.unplug_ms / 1000, "later than it is plugged in")
            cars.append(car)
    for i, charger in enumerate(scenario.chargers):
        free_ms = -1
        for car in sorted((car for car in cars if car.charger == i), key=lambda car: car.plug_ms):
            if free_ms is None or car.plug_ms < free_ms:
                wrong("cars.plug_s", car.plug_ms / 1000, f"{charger.name} is taken then")
            free_ms = car.unplug_ms
    return cars


def _check_events(scenario, document):
    for i, event in enumerate(scenario.events):
        path = f"events[{i}]"
        given = document["events"][i]
        event.available_given = "available_ma" in given
        event.limit_given = "limit_ma" in given
        acts = [event.fault, event.restart_ms, event.available_given or None]
        if sum(act is not None for act in [*acts, event.limit_given or None]) != 1:
            raise ScenarioError(f"{path}: right: one of fault, available_ma, limit_ma, restart_s")
        if event.fault in CHARGER_FAULTS:
            event.charger = _index(scenario.chargers, event.charger, path + ".charger")
        elif event.fault is not None:
            if event.meter is None:
                raise ScenarioError(f"{path}.meter: missing; right: the circuit of the meter")
            event.meter = _index(scenario.circuits, event.meter, path + ".meter")
            if scenario.circuits[event.meter].meter is None:
                wrong(path + ".meter", given["meter"], "a circuit with a meter")
        if event.limit_given:
            event.circuit = _index(scenario.circuits, event.circuit, path + ".circuit")
