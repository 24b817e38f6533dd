"""Sixty-four wallboxes behind one meter."""

from itertools import pairwise

from host_tests.site import judge
from host_tests.site.fleet import car
from host_tests.site.running import Running
from tools.simsite import BoxConfig, SiteConfig

ROTATIONS = ("L123", "L231", "L312")
CALM_S = 20


def test_sixty_four_wallboxes():
    boxes = [BoxConfig(rotation=ROTATIONS[i % 3]) for i in range(64)]
    cars = [car(raise_ma_per_s=3000) if i % 8 < 5 else None for i in range(64)]
    config = SiteConfig(boxes=boxes, cars=cars, main_ma=(350000,) * 3)
    charging = [i for i, plugged in enumerate(cars) if plugged]
    with Running(config) as site:
        site.charging(*charging, timeout_s=60)
        total = site.calm(timeout_s=60, within_ma=3000)
        assert max(total) >= 0.85 * judge.target(site)[0], total

        begin = site.record.rows()[-1][0]
        site.watch(CALM_S)
        for box in range(64):
            moments = [e["t"] for e in judge.commands(site, box, begin, begin + CALM_S)]
            assert CALM_S * 0.9 <= len(moments) <= CALM_S * 1.2, (box, len(moments))
            longest = max(b - a for a, b in pairwise(moments))
            assert longest <= 2.5, f"wallbox {box} was not asked for {longest:.1f} s"

        for ma in (30000, 90000):
            begin = site.step("oven", ma)
            site.watch(9)
            seen = judge.check_reactions(site.record, judge.fuse(site), begin)
            assert seen, "no overload"
            site.step("oven", 0)
            site.watch(13)
        judge.check_rules(site)
