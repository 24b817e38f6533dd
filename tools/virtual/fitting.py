"""Which keys of a load and of an event go together, and in which order their times are."""

from .keys import MISSING, ScenarioError, wrong
from .scenario_keys import CHARGER_FAULTS

_LOADS = {
    "ma": ("from_s", "until_s", "ramp_s", "every_s"),
    "noise_ma": ("from_s", "until_s", "every_s"),
    "points": ("linear", "every_s"),
}
_ACTS = {
    "fault": ("until_s",),
    "available_ma": (),
    "limit_ma": ("circuit",),
    "restart_s": (),
}
_NULL_ACTS = ("available_ma", "limit_ma")  # null is a value there
_NEED_VALUE = ("factor", "offset")


def _only_one(given, kinds, path):
    """The one of these kinds that is given."""
    found = [key for key in given if key in kinds]
    if len(found) != 1:
        why = " and ".join(found) or "nothing that it is"
        raise ScenarioError(f"{path}: {why}; right: one of {', '.join(kinds)}")
    return found[0]


def _only(given, right, path, what):
    for key in given:
        if key not in right:
            why = f"does not go with {what}"
            raise ScenarioError(f"{path}.{key}: {why}; right: {', '.join(right)}")


def _in_order(path, from_ms, until_ms, key):
    if until_ms is not None and until_ms <= from_ms:
        wrong(path + ".until_s", until_ms / 1000, f"more than {key}, {from_ms / 1000}")


def check_load(load, document, path):
    """A load of `house`; `document` is how it was written."""
    given = [key for key, value in document.items() if value is not None]
    kind = _only_one(given, _LOADS, path)
    _only(given, (kind, *_LOADS[kind]), path, kind)
    _in_order(path, load.from_ms, load.until_ms, "from_s")
    if kind == "noise_ma" and load.every_ms is None:
        load.every_ms = 1000
    if kind == "points":
        _check_points(load, path)
    if kind == "ma":
        _check_pulse(load, path)


def _check_points(load, path):
    last = 0
    for k, point in enumerate(load.points):
        if point[0] < last:
            wrong(f"{path}.points[{k}][0]", point[0] / 1000, f"at least {last / 1000}, in order")
        last = point[0]
    if load.every_ms is not None and load.every_ms <= last:
        wrong(path + ".every_s", load.every_ms / 1000, f"more than the last time, {last / 1000}")


def _check_pulse(load, path):
    if load.until_ms is None:
        if load.every_ms is not None:
            wrong(path + ".until_s", MISSING, "when it ends, to repeat it each every_s")
        return
    length = max(load.until_ms - load.from_ms, load.ramp_ms)
    whole = length + load.ramp_ms
    if load.every_ms is not None and load.every_ms < whole:
        wrong(path + ".every_s", load.every_ms / 1000, f"at least its length, {whole / 1000}")


def check_event(event, document, path):
    """An event; `document` is how it was written."""
    given = [key for key, value in document.items() if value is not None or key in _NULL_ACTS]
    act = _only_one(given, _ACTS, path)
    right = ["at_s", act, *_ACTS[act]]
    what = act
    if act == "fault":
        what = event.fault
        right.append("charger" if what in CHARGER_FAULTS else "meter")
        if what == "reboot":
            right.remove("until_s")
        if what in _NEED_VALUE:
            right.append("value")
    _only(given, right, path, what)
    _in_order(path, event.at_ms, event.until_ms, "at_s")
    if what in _NEED_VALUE and event.value is None:
        wrong(path + ".value", MISSING, "a number: what it is multiplied by, or mA more")
