"""The story of `make demo`: what happens at the site, when, and one line about each thing.

A loop takes LOOP_S seconds and begins and ends with the two cars that stand there at the start.
From the second loop on the cars that come and go are others, chosen by the seed, so that the same
seed tells the same story.
"""

import random

from .box_state import BoxConfig
from .car import CarConfig
from .house import HouseConfig
from .site import Site, SiteConfig

LOOP_S = 180
MAIN_MA = 35000
BOXES = (
    BoxConfig(name="Carport left", rotation="L123"),
    BoxConfig(name="Carport right", rotation="L231"),
    BoxConfig(name="Garage", rotation="L312", phases=1),
    BoxConfig(name="Yard north", rotation="L312"),
    BoxConfig(name="Yard south", rotation="L213", tell_rotation=False),
    BoxConfig(name="Guest", rotation="L231", phases=1),
)
_CARS = (
    ("a family estate, 3 x 16 A", CarConfig(phases=3, max_ma=16000)),
    ("a small city car, 1 x 32 A", CarConfig(phases=1, max_ma=32000)),
    ("a van, 3 x 32 A", CarConfig(phases=3, max_ma=32000)),
    ("a plug-in hybrid, 1 x 16 A", CarConfig(phases=1, max_ma=16000)),
    ("an older car on two phases, 2 x 16 A", CarConfig(phases=2, max_ma=16000)),
)


def _car(kind: int) -> CarConfig:
    config = _CARS[kind][1]
    return CarConfig(phases=config.phases, max_ma=config.max_ma, start_s=(2.0, 5.0))


def demo_site(seed: int, network: str | None = None) -> SiteConfig:
    """The site of the demo: 6 wallboxes, a house on 3 x 35 A, two cars that are there already."""
    grid = {"name": "grid", "meter": "grid", "main_ma": MAIN_MA, "generation": True}  # the sun
    return SiteConfig(
        boxes=list(BOXES),
        cars=[_car(0), None, _car(1)],
        house=HouseConfig(base_ma=(2400, 1800, 1500), noise_ma=80),
        main_ma=(MAIN_MA,) * 3,
        seed=seed,
        network=network,
        settings={"name": "Demo house", "circuits": [grid]},
    )


class Story:
    """`due(t_s)` says what happens next; `play` makes it happen and returns the line to print."""

    def __init__(self, site: Site, seed: int):
        self.site = site
        self._rng = random.Random(f"story {seed}")
        self._beats: list = []
        self._loops = 0

    def next_at(self) -> float:
        """Seconds after the start of the story at which the next thing happens."""
        if not self._beats:
            self._beats = self._loop()
        return self._beats[0][0]

    def play(self) -> str:
        """Let the next thing happen; returns a sentence about it."""
        self.next_at()
        _, action, *values = self._beats.pop(0)
        return action(*values)

    def _loop(self) -> list:
        begin = self._loops * LOOP_S
        kinds = [2, 4, 3, 1]
        if self._loops:
            self._rng.shuffle(kinds)
        self._loops += 1
        beats = [
            (6, self._come, 1, kinds[0]),
            (14, self._switch, "heat pump", (7000, 7000, 7000), "The heat pump starts: 3 x 7 A."),
            (22, self._come, 3, kinds[1]),
            (32, self._switch, "kettle", (0, 9000, 0), "Somebody boils water: 9 A on L2."),
            (42, self._come, 5, kinds[2]),
            (50, self._switch, "kettle", 0, "The kettle is off."),
            (56, self._go, 0),
            (68, self._come, 4, kinds[3]),
            (78, self._lose, 3),
            (90, self._switch, "oven", (10000, 0, 0), "The oven heats: 10 A on L1."),
            (112, self._find, 3),
            (120, self._switch, "heat pump", 0, "The heat pump has done its work."),
            (128, self._go, 1),
            (134, self._switch, "oven", 0, "Dinner is ready, the oven is off."),
            (142, self._go, 3),
            (148, self._switch, "sun", (-6000, -6000, -6000), "The sun comes out: 3 x 6 A of PV."),
            (156, self._come, 0, 0),
            (164, self._go, 5),
            (170, self._go, 4),
            (176, self._switch, "sun", 0, "A cloud hides the sun."),
        ]
        return [(begin + t, *rest) for t, *rest in beats]

    def _name(self, i: int) -> str:
        return self.site.boxes[i].name

    def _come(self, i: int, kind: int) -> str:
        if self.site.boxes[i].car:
            return f"{self._name(i)}: still taken."
        self.site.plug(i, _car(kind))
        return f"{self._name(i)}: {_CARS[kind][0]}, is plugged in."

    def _go(self, i: int) -> str:
        if not self.site.boxes[i].car:
            return f"{self._name(i)}: nobody there."
        self.site.unplug(i)
        return f"{self._name(i)}: the car leaves."

    def _lose(self, i: int) -> str:
        self.site.box_fault(i, "vanish")
        return f"{self._name(i)}: the wallbox has lost its network. Its share stays reserved."

    def _find(self, i: int) -> str:
        self.site.box_fault(i, "vanish", False)
        return f"{self._name(i)}: the wallbox is back on the network."

    def _switch(self, name: str, ma, text: str) -> str:
        self.site.house_load(name, ma)
        return text
