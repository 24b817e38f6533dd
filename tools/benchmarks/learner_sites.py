"""Random sites for judging the rotation learner, as scenarios of tools/simulate.py.

`document(seed)` is a healthy site: 2-16 wallboxes of most of which the manager does not know how
they are wired, cars with one, two and three phases that come and go, a meter once a second (even
seeds) or each 10 s (odd ones), and a house that steps when a car does. On one site of five the
house is quiet and no limit binds, so that no car's current changes but when it comes and when it
is full. `miswired(seed)` is such a site whose meter is wrong, and what is wrong.
"""

import random

from tools.virtual.scenario_keys import ROTATIONS

SECONDS = 1500
FAULTS = (
    "reversed",
    "all reversed",
    "swapped",
    "turned",
    "swapped and reversed",
    "truly excludes",
    "truly includes",
)
_KETTLES = (2000, 6000, 8700, 9500, 13000)


def is_still(seed):
    """No limit binds and the house is quiet."""
    return seed % 5 == 4


def probes(seed):
    """The installer allows probes."""
    return seed // 2 % 2 == 1


def document(seed):
    """A healthy site."""
    return _site(random.Random(f"learner {seed}"), seed, 16, SECONDS)


def miswired(seed):
    """A site with a wrong meter, (document, name of the fault). The first cars come to two
    wallboxes that the manager knows, whose phases the fault touches: one alone could be set up
    wrongly itself."""
    dice = random.Random(f"miswired {seed}")
    site = _site(dice, seed, 8, 900)
    fault = FAULTS[seed % len(FAULTS)]
    grid = site["circuits"][0]
    if dice.random() < 0.7:
        grid["mimic"] = None
    if dice.random() < 0.3:
        grid["generation"] = True
    grid["includes_chargers"] = fault != "truly includes"
    if fault.startswith("truly"):
        grid["meter"]["truly_includes"] = fault == "truly includes"
    known = site["chargers"][:2]
    names = [box["name"] for box in known]
    site["cars"] = [car for car in site["cars"] if car["charger"] not in names]
    for car in site["cars"]:
        car["plug_s"] = max(car["plug_s"], 60)
        if car.get("unplug_s") is not None:
            car["unplug_s"] = max(car["unplug_s"], car["plug_s"] + 60)
    phase = int(known[0]["wiring"][1]) - 1
    clamps = grid["meter"]["clamps"] = _clamps(dice, fault, phase)
    for box, plug_s in zip(known, (20, 40)):
        if clamps[int(box["wiring"][1]) - 1] == int(box["wiring"][1]):
            box["wiring"] = known[0]["wiring"]
        box.update(measures=True, phases=3, rotation=box["wiring"])
        phases = dice.choice((1, 2))
        used = {int(digit) for digit in box["wiring"][1:3]}
        if {abs(clamps[one - 1]) for one in used} == used:
            phases = 1  # two phases that are exchanged with each other look as they should
        site["cars"].append({"charger": box["name"], "plug_s": plug_s, "phases": phases})
    return site, fault


def _clamps(dice, fault, phase):
    """What the meter shows; the fault touches this phase, where the first car draws."""
    clamps = [1, 2, 3]
    if "swapped" in fault:
        other = dice.choice([k for k in range(3) if k != phase])
        clamps[phase], clamps[other] = clamps[other], clamps[phase]
    if fault == "turned":
        clamps = dice.choice(([2, 3, 1], [3, 1, 2]))
    if "reversed" in fault:
        clamps = [-one if "all" in fault or abs(one) == phase + 1 else one for one in clamps]
    return clamps


def _site(dice, seed, most, seconds):
    still = is_still(seed)
    boxes = [_box(dice, i) for i in range(dice.randint(2, most))]
    cars = [car for box in boxes for car in _cars(dice, box, still, seconds)]
    base = [dice.randrange(8000, 26000, 100) for _ in range(3)]
    loads = [{"ma": base}, {"noise_ma": dice.randint(0, 150 if still else 500)}]
    if not still:
        loads += _house(dice, seconds)
    need = sum(car["max_ma"] for car in cars)
    if still:
        main = 3 * need + 60000
    else:
        main = max(40000, max(base) + round(need * dice.uniform(0.1, 0.5)) + 16000)
    grid = {
        "name": "grid",
        "main_ma": min(main, 900000),
        "fallback_load_ma": dice.choice((9999000, max(base))),
        "meter": {
            "period_s": 10 if seed % 2 else 1,
            "lag_s": dice.choice((0.1, 0.2, 0.5, 1.5)),
            "noise_ma": dice.randint(100, 500),
            "resolution_ma": dice.choice((1, 10, 100)),
        },
        "house": loads,
    }
    if not still or dice.random() < 0.5:
        grid["mimic"] = {
            # of each car's changes; a house does not step more often because it has more cars
            "chance_pct": dice.choice((10, 25, 50)) * 4 // max(4, len(boxes)),
            "noise_ma": dice.choice((0, 0, 200, 600)),
            "ramp_pct": dice.choice((0, 30, 70)),
            "keep_s": dice.choice(([1, 10], [5, 90], [60, 300])),
            "range_ma": [ma - 2000 for ma in base],
        }
    if dice.random() < 0.15:
        grid["generation"] = True
        sun = dice.randrange(3000, 25000)
        points = [[t, *[-round(sun * dice.uniform(0.2, 1))] * 3] for t in range(0, seconds, 90)]
        loads.append({"points": points, "linear": dice.random() < 0.7})
    circuits = [grid]
    if dice.random() < 0.35:
        circuits.append(_branch(dice, boxes, grid, still))
    site = {
        "seconds": seconds,
        "seed": seed,
        "circuits": circuits,
        "chargers": boxes,
        "cars": cars,
        "events": [],
        "options": {
            "learn": "use" if dice.random() < 0.7 else "show",
            "probe_ma": dice.choice((2000, 3000, 4000)) if probes(seed) else 0,
        },
    }
    if not still and dice.random() < 0.4:
        for at in range(dice.randint(60, 150), seconds - 60, dice.randint(45, 160)):
            ma = dice.choice((None, round(need * dice.uniform(0.3, 0.9))))
            site["events"].append({"at_s": at, "available_ma": ma})
    return site


def _branch(dice, boxes, grid, still):
    """A circuit below with some of the wallboxes, static or with a meter of its own."""
    mine = dice.sample(boxes, dice.randint(1, len(boxes)))
    for box in mine:
        box["circuit"] = "branch"
    most = sum(box["max_ma"] for box in mine)
    limit = 3 * most if still else max(16000, round(most * dice.uniform(0.3, 0.9)))
    branch = {"name": "branch", "parent": "grid", "limit_ma": min(limit, grid["main_ma"])}
    if dice.random() < 0.4:
        branch["main_ma"] = max(40000, branch["limit_ma"])
        branch["meter"] = {**grid["meter"], "noise_ma": dice.randint(100, 500)}
        branch["house"] = [{"ma": dice.randint(0, 2000)}]
    return branch


def _box(dice, i):
    wiring = dice.choice(ROTATIONS)
    kind = dice.random()
    return {
        "name": f"box {i + 1}",
        "phases": 1 if dice.random() < 0.2 else 3,
        "wiring": wiring,
        "rotation": wiring if dice.random() < 0.2 else None,
        "max_ma": dice.choice((16000, 20000, 32000)),
        "measures": dice.random() > 0.1,
        "measured_every_s": dice.choice((0, 0, 0, 1, 2)),
        "answer_s": dice.choice((0.1, 0.3, 0.8)),
        "report_s": dice.choice((1, 1.5, 2)) if kind < 0.25 else None,
        "loss_pct": 3 if dice.random() < 0.15 else 0,
        "step_ma": 1000 if dice.random() < 0.15 else 1,
    }


def _cars(dice, box, still, seconds):
    """One or two cars that come to a wallbox, one after the other; or none."""
    if dice.random() < 0.08:
        return []
    second = not still and dice.random() < 0.25
    first = _car(dice, box, dice.choice((0, 0, dice.randint(0, 240), dice.randint(0, 600))))
    cars = [first]
    if second:
        first["unplug_s"] = first["plug_s"] + dice.randint(240, 600)
        other = _car(dice, box, first["unplug_s"] + dice.randint(1, 90))
        if not box["measures"]:
            other["phases"] = first["phases"]  # nobody could know that it uses more
        cars.append(other)
    elif dice.random() < 0.3:
        first["unplug_s"] = dice.randint(first["plug_s"] + 300, seconds + 300)
    return cars


def _car(dice, box, plug_s):
    phases = min(box["phases"], dice.choice((1, 1, 1, 2, 2, 3)))
    car = {
        "charger": box["name"],
        "plug_s": plug_s,
        "phases": phases,
        "max_ma": dice.choice((10000, 13000, 16000, 20000, 32000)),
        "raise_ma_per_s": dice.choice((500, 1000, 1000, 2000, 8000)),
        "slow": dice.random() < 0.1,
    }
    if dice.random() < 0.25:
        car["wanted_wh"] = round(dice.uniform(0.02, 0.3) * phases * 230 * car["max_ma"] / 1000)
    return car


def _house(dice, seconds):
    """Kettles, ovens, a heat pump, a slow drift."""
    loads = []
    for _ in range(dice.randint(1, 6)):
        begin = dice.randint(0, seconds // 2)
        ma = [0, 0, 0]
        ma[dice.randrange(3)] = dice.choice(_KETTLES)
        last = dice.randint(5, 240)
        load = {"ma": ma, "from_s": begin, "until_s": begin + last}
        load["every_s"] = last + dice.randint(20, 400)
        loads.append(load)
    if dice.random() < 0.4:  # an oven at its thermostat
        ma = [0, 0, 0]
        ma[dice.randrange(3)] = 10000
        begin = dice.randint(0, 200)
        loads.append({"ma": ma, "from_s": begin, "until_s": begin + 20, "every_s": 60})
    if dice.random() < 0.4:  # a heat pump with an inverter
        begin = dice.randint(0, 600)
        load = {"ma": dice.randint(3000, 9000), "from_s": begin, "until_s": begin + 300}
        loads.append({**load, "ramp_s": dice.choice((0, 5, 60)), "every_s": 500})
    if dice.random() < 0.6:
        drift = [dice.randint(-3000, 3000) for _ in range(3)]
        points = [[0, 0, 0, 0], [300, *drift], [700, 0, 0, 0]]
        loads.append({"points": points, "linear": True, "every_s": 800})
    return loads
