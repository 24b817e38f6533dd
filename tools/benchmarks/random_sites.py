"""Random sites for measuring the solver, in the words of contract C4 (tools/allocate.py).

A site is a dict: `limits` (mA per phase, of the grid connection), `circuits` and `chargers`. Every
kind of site is a row of KINDS. A seed gives the same sites on every Python: only `random()` is
drawn from the generator, whose sequence Python promises to keep.
"""

import random

from loadmgmt.point import order_of

ROTATIONS = ("L123", "L132", "L231", "L213", "L321", "L312")

# most, unknown: shares in percent; phases, minima: what is drawn from, alike likely
BASE = {
    "boxes": (2, 64),
    "limit_a": (10, 400),  # of the grid connection
    "even": 50,  # percent of sites with the same limit on all phases
    "levels": (1, 2, 3),  # of the tree, the grid connection counted
    "phases": (1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3),
    "unknown": 20,  # percent of the wallboxes with unknown rotation
    "request_a": (6, 32),
    "minima": (6000,),
    "alike": 25,  # percent of sites on which all ask for the same
}
KINDS = {
    "mixed": {},
    "known": {"unknown": 0},
    "flat": {"levels": (1,), "even": 100},
    "half unknown": {"unknown": 50},
    "tight": {"limit_a": (10, 80), "boxes": (8, 64)},
    "singles": {"phases": (1, 1, 1, 1, 3), "unknown": 50, "even": 100},
    "big cars": {
        "boxes": (2, 8),
        "limit_a": (10, 63),
        "request_a": (16, 32),
        "phases": (1, 3, 3),
    },
    "minima": {"minima": (6000, 6000, 9200, 10000)},
    "uneven": {"even": 0, "unknown": 10},
    "deep": {"levels": (3, 4), "even": 70},
}


class Dice:
    """Integers and choices from random(), whose sequence is the same in every version."""

    def __init__(self, seed):
        self._random = random.Random(seed).random

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self._random() * (high - low + 1))

    def one_of(self, choices):
        return choices[self.between(0, len(choices) - 1)]

    def percent(self, share: int) -> bool:
        return self._random() * 100 < share


def sites(kind: str, seed: int, count: int) -> list[dict]:
    """`count` sites of this kind."""
    dice = Dice(seed)
    values = {**BASE, **KINDS[kind]}
    return [_site(dice, **values) for _ in range(count)]


def _site(dice, boxes, limit_a, even, levels, phases, unknown, request_a, minima, alike):
    n = dice.between(*boxes)
    is_even = dice.percent(even)
    circuits, leaves = _tree(dice, dice.one_of(levels), limit_a, is_even)
    request = dice.between(*request_a)
    all_alike = dice.percent(alike)
    chargers = []
    for i in range(n):
        least = dice.one_of(minima)
        asked = 1000 * (request if all_alike else dice.between(*request_a))
        chargers.append(
            {
                "name": f"box {i:02}",
                "phases": dice.one_of(phases),
                "rotation": None if dice.percent(unknown) else dice.one_of(ROTATIONS),
                "min": least,
                "min_1p": least,
                "max": 32000,
                "asked": max(asked, least),
                "circuit": dice.one_of(leaves),
                "waiting_s": dice.between(0, 7200),
            }
        )
    return {"limits": circuits[0]["limits"], "circuits": circuits[1:], "chargers": chargers}


def _limits(dice, low, high, is_even):
    limits = [1000 * dice.between(low, high) for _ in range(3)]
    return limits[:1] * 3 if is_even else limits


def _tree(dice, levels, limit_a, is_even):
    """Circuits, the grid connection first; and the names that wallboxes may hang on.

    A circuit has between a third and all of the average limit above it, 10 A at least.
    """
    circuits = [{"name": None, "parent": None, "limits": _limits(dice, *limit_a, is_even)}]
    above = circuits[:]
    for _ in range(1, levels):
        below = []
        for parent in above:
            high = max(10, sum(parent["limits"]) // 3000)
            for _ in range(dice.between(1, 3) if len(circuits) < 13 else 0):
                name = f"circuit {len(circuits)}"
                limits = _limits(dice, max(10, high // 3), high, is_even)
                circuits.append({"name": name, "parent": parent["name"], "limits": limits})
                below.append(circuits[-1])
        above = below or above
    return circuits, [circuit["name"] for circuit in circuits]


def problem(site: dict):
    """What the solver works on: low, cap, uses, earn per wallbox, and the limits, 3 per circuit.

    uses[i]: the limits wallbox i counts in; a wallbox of unknown rotation counts on all phases.
    earn[i]: how many of its phases really carry an ampere of it.
    """
    rows = [{"name": None, "parent": None, "limits": site["limits"]}, *site.get("circuits", ())]
    index = {row["name"]: c for c, row in enumerate(rows)}
    budget = [limit for row in rows for limit in row["limits"]]
    places = {}
    low, cap, uses, earn = [], [], [], []
    for box in site["chargers"]:
        phases = order_of(box["rotation"]) or (0, 1, 2)
        if box["rotation"]:
            phases = tuple(sorted(phases[: box["phases"]]))
        key = (box["circuit"], phases)
        if key not in places:
            at = index[box["circuit"]]
            found = [3 * at + k for k in phases]
            while at:
                at = index[rows[at]["parent"]]
                found += [3 * at + k for k in phases]
            places[key] = tuple(found)
        low.append(box["min"])
        cap.append(box["asked"])
        uses.append(places[key])
        earn.append(box["phases"])
    return low, cap, uses, earn, budget
