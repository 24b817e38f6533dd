"""Cars and wallboxes that many site tests share."""

from tools.simsite import BoxConfig, CarConfig, SiteConfig


def car(phases=3, max_ma=32000, **more):
    """A car that starts after a moment; the design's model in all else."""
    return CarConfig(**{"phases": phases, "max_ma": max_ma, "start_s": (1.0, 3.0), **more})


def mixed_boxes():
    """Two wallboxes with three phases, four with one; all rotations known."""
    three = [BoxConfig(rotation="L123"), BoxConfig(rotation="L231")]
    return three + [BoxConfig(rotation=r, phases=1) for r in ("L123", "L231", "L312", "L213")]


def mixed_site(**more):
    """Six wallboxes, each with a car that would take 32 A."""
    cars = [car(), car()] + [car(1) for _ in range(4)]
    return SiteConfig(**{"boxes": mixed_boxes(), "cars": cars, **more})


def three_phase_site(count=3, cars=None, **more):
    """Wallboxes with three phases, all with a car or with those given."""
    boxes = [BoxConfig() for _ in range(count)]
    cars = [car() for _ in range(count)] if cars is None else cars
    return SiteConfig(**{"boxes": boxes, "cars": cars, **more})
