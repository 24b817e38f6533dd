"""What a run came to, as JSON; and whether that is what the scenario expects."""

from . import line
from .keys import ScenarioError, one_of, shown_key

PHASES = ("L1", "L2", "L3")


def summarize(run, wall_s):
    """The summary of a finished run; the keys are documented in docs/simulate.md."""
    circuits = {}
    worst = longest = 0.0
    tripped = 0
    for c, circuit in enumerate(run.circuits):
        entry = circuits[circuit.name] = {}
        for name, lines in (("fuse", run.totals[c]), ("cars_limit", run.cars_lines[c])):
            if lines[0].limit_ma is None:
                continue
            entry[name] = {PHASES[k]: _phase(one) for k, one in enumerate(lines)}
            for one in entry[name].values():
                worst = max(worst, one["overload_as"])
                longest = max(longest, one["longest_s"])
                tripped += one["tripped_at_s"] is not None if name == "fuse" else 0
        if circuit.meter:
            entry["meter"] = run.law.trust_name(c)
    cars = {}
    for config, car, i, record in run.cars:
        name = run.boxes[i].config.name
        number = sum(key.split(" #")[0] == name for key in cars)
        cars[f"{name} #{number + 1}" if number else name] = _car(config, car, record)
    violations = {
        rule: {"count": count, "first": examples}
        for rule, (count, examples) in sorted(run.judge.violations.items())
    }
    learner = getattr(getattr(run.law, "site", None), "learner", None)
    if learner:
        for c, entry in enumerate(circuits.values()):
            entry["wiring"] = list(learner.wiring(c))
    reactions = sorted(run.judge.reactions_ms)
    virtual_s = run.end_ms / 1000
    return {
        "law": type(run.law).__name__.removesuffix("Law").lower(),
        "about": run.scenario.about,
        "seconds": virtual_s,
        "overload_as": round(worst, 2),
        "longest_overload_s": round(longest, 2),
        "tripped": tripped,
        "energy_wh": round(sum(car["energy_wh"] for car in cars.values())),
        "stops": sum(run.stops),
        "setpoint_changes": sum(run.changes),
        "jain": jain_index(run),
        "reaction_ms": {
            "count": len(reactions),
            "median": reactions[len(reactions) // 2] if reactions else None,
            "max": reactions[-1] if reactions else None,
        },
        "violations": sum(entry["count"] for entry in violations.values()),
        "rules": violations,
        "circuits": circuits,
        "chargers": {
            box.config.name: {
                "setpoint_ma": run.law.decided_ma(box.index),
                "setpoint_changes": run.changes[box.index],
                "stops": run.stops[box.index],
                "reason": run.law.reason(box.index),
                **({"learnt": list(learner.shown(box.index))} if learner else {}),
            }
            for box in run.boxes
        },
        "cars": cars,
        "events": _events(run),
        "wall_s": round(wall_s, 3),
        "speed": round(virtual_s / wall_s) if wall_s else None,
    }


def _phase(one):
    return {
        "overload_as": round(one.over_mas / 1e6, 2),
        "peak_a": round(one.peak_ma / 1000, 2),
        "longest_s": round(one.longest_ms / 1000, 2),
        "above_s": round(one.total_over_ms / 1000, 2),
        **{f"above_{times}_s": round(ms / 1000, 2) for times, ms in zip(line.TIMES, one.times_ms)},
        "tripped_at_s": None if one.tripped_ms is None else round(one.tripped_ms / 1000, 1),
    }


def _car(config, car, record):
    plugged, offered = record[:2]
    started = car.started_ms
    return {
        "energy_wh": round(car.energy_wh),
        "drawn_ma": round(car.drawn_ma()),
        "offered_after_s": None if offered is None else round((offered - plugged) / 1000, 1),
        "charges_after_s": None if started is None else round((started - plugged) / 1000, 1),
        "interruptions": car.breaks,
        "is_full": car.full,
    }


def jain_index(run):
    """The lowest Jain index of energy among cars that are alike and were there together."""
    groups = {}
    for config, car, i, record in run.cars:
        if config.wanted_wh is None and len(record) == 2:
            box = run.boxes[i].config
            key = (config.phases, config.max_ma, config.min_ma, config.plug_ms, box.circuit)
            key += (box.phases, box.max_ma, box.priority, box.measures)
            groups.setdefault(key, []).append(car.energy_wh)
    worst = None
    for energies in groups.values():
        squares = sum(one * one for one in energies)
        if len(energies) > 1 and squares:
            index = sum(energies) ** 2 / (len(energies) * squares)
            worst = index if worst is None else min(worst, index)
    return None if worst is None else round(worst, 4)


def _events(run):
    counts = {}
    for _, name, _, _ in run.events:
        counts[name] = counts.get(name, 0) + 1
    return counts


def unmet(summary, expect):
    """Expectations that the summary does not meet, one line each; raises ScenarioError for one
    that cannot be compared with what is there."""
    lines = []
    for path, bound in expect.items():
        found = find(summary, path)
        _check_kind(found, bound, path)
        text = f"{shown_key(path)} is {found!r}"
        if found is KeyError:
            lines.append(f"expect.{shown_key(path)}: there is no such path in the summary")
        elif bound.min is not None and (found is None or found < bound.min):
            lines.append(f"{text}, expected at least {bound.min}")
        elif bound.max is not None and (found is None or found > bound.max):
            lines.append(f"{text}, expected at most {bound.max}")
        elif bound.min is None and bound.max is None and found != getattr(bound, "is"):
            lines.append(f"{text}, expected {getattr(bound, 'is')!r}")
    return lines


def _check_kind(found, bound, path):
    where = f"expect.{shown_key(path)}"
    if isinstance(found, (dict, list)):
        below = [f"{path}/{key}" for key in found] if isinstance(found, dict) else []
        right = one_of(map(shown_key, below)) if below else "a path to a single value"
        raise ScenarioError(f"{where}: that is no single value; right: {right}")
    if (bound.min is not None or bound.max is not None) and isinstance(found, (bool, str)):
        raise ScenarioError(f"{where}: {found!r} is no number; right: is")


def find(summary, path):
    """The entry at a path like cars/box 1/energy_wh; KeyError where there is none."""
    here = summary
    for name in path.split("/"):
        if not isinstance(here, dict) or name not in here:
            return KeyError
        here = here[name]
    return here
