"""Calm random sites for hours: is every car served in time?

Nothing fails and the house stands still, so who could be served can be told in advance: a car
whose minimum fits by itself.
"""

from random_judge import target_ma
from random_plan import Dice, plan
from random_site import RandomSite

SETTLE_MS = 60000  # handing on, once a slot: a cut is confirmed, the headroom has to hold
TICK_MS = 1000


def calm(seed, most=12):
    """A plan of `plan` without failures, faults, noise, priorities and cars that become full."""
    made = plan(Dice(seed), 1, most, False)
    made["step_ms"] = TICK_MS
    for circuit in made["circuits"]:
        circuit.update({"noise_ma": 0, "grain_ma": 1, "generation": False, "period_ms": TICK_MS})
    for box in made["boxes"]:
        box.update({"loss_pct": 0, "priority": 0})
        if box["car"]:
            box["car"].update({"full_mas": None, "slow": False})
    return made


def is_servable(site, box):
    """True when its minimum fits by itself on every limit above it."""
    house, _ = site.grid()
    for c in site.path[box.made["circuit"]]:
        made = site.plan["circuits"][c]
        for k in box.wiring if box.made["known"] else range(3):
            rooms = [made["limit_ma"][k]] if made["limit_ma"] else []
            if made["main_ma"]:
                rooms.append(target_ma(made, made["main_ma"][k]) - house[c][k])
            if rooms and min(rooms) < box.made["min_ma"]:
                return False
    return True


def judge_service(seed, slots=14):
    """Play a calm site; return (cars, longest wait, its bound), times in slots / 1000.

    Raises AssertionError where a servable car waits for longer than ceil(cars / at once) + 2
    slots: the servable cars on its scarcest limit, and how many of them charge at once on average.
    """
    site = RandomSite(calm(seed))
    slot_ms = site.site.slot_ms
    cars = [box for box in site.boxes if box.car and is_servable(site, box)]
    since = [0] * len(cars)
    longest = [0] * len(cars)
    charged = [0] * len(cars)  # ticks
    while site.now_ms < slots * slot_ms:
        site.step()
        for i, box in enumerate(cars):
            if box.point.setpoint_ma > 0:
                since[i] = site.now_ms
                charged[i] += 1
            elif site.now_ms - since[i] > longest[i]:
                longest[i] = site.now_ms - since[i]
    worst = bound = 0
    for i, box in enumerate(cars):
        most = 0
        for c in site.path[box.made["circuit"]]:
            for k in phases_of(box):
                on = [j for j, other in enumerate(cars) if is_on(site, other, c, k)]
                ticks = sum([charged[j] for j in on])
                most = max(most, -(-len(on) * (site.tick - SETTLE_MS // TICK_MS) // max(1, ticks)))
        most = (most + 2) * (slot_ms + SETTLE_MS)
        assert longest[i] <= most, (seed, box.name, longest[i], most)
        if longest[i] > worst:
            worst = longest[i]
            bound = most
    return len(cars), worst * 1000 // slot_ms, bound * 1000 // slot_ms


def phases_of(box):
    return box.wiring if box.made["known"] else (0, 1, 2)


def is_on(site, box, c, k):
    return c in site.path[box.made["circuit"]] and k in phases_of(box)
