"""From a meter sample to the last reducing packet at the wallboxes, as the simulator saw it.

The house rises by a little with every sample, so that each one forces a further reduction of all
wallboxes; at the minimum it falls back, the cars get their share again, and so on.
"""

import asyncio
import math
import time

from tools.benchmarks.firmware_site import firmware_site
from tools.simsite import analysis

EACH_MA = 200  # by how much a step of the house lowers every wallbox
LOWEST_MA = 6400
SAME_PASS_S = 0.4  # a reduction that begins later was made by a pass between two samples
RECOVER_S = 60
GIVE_UP_S = 900


def measure(boxes: int, wanted: int) -> dict:
    """Force at least `wanted` reductions on a site of so many wallboxes; returns the figures."""
    return asyncio.run(_measure(boxes, wanted))


async def _measure(boxes: int, wanted: int) -> dict:
    share_ma = share(boxes)
    async with firmware_site(boxes, share_ma * boxes + 2000) as (site, _):
        return summary(boxes, await force(site, boxes, share_ma, wanted))


def share(boxes: int) -> int:
    """What each car may draw at the start, in mA."""
    return min(32000, 990000 // boxes)


async def force(site, boxes: int, share_ma: int, wanted: int) -> list:
    """Force at least `wanted` reductions; returns all that there were."""
    begin = time.monotonic()
    seen = 0
    while seen < wanted:
        await recover(site, share_ma)
        since = time.monotonic()
        await _descend(site, boxes, wanted - seen)
        seen += sum(_is_immediate(r) for r in analysis.reductions(site.record, since))
        if time.monotonic() - begin > GIVE_UP_S:
            raise RuntimeError(f"only {seen} of {wanted} reductions in {GIVE_UP_S} s")
    return analysis.reductions(site.record, begin)


async def recover(site, share_ma):
    """Until the cars draw almost all there is."""
    site.house_load("bench", 0)
    end = time.monotonic() + RECOVER_S
    while time.monotonic() < end:
        await asyncio.sleep(1)
        if min(box.commanded_ma for box in site.boxes) >= share_ma - 1000:
            break
    await asyncio.sleep(6)  # until the last raise has settled


async def _descend(site, boxes, wanted):
    """Raise the house once a second until the cars are near their minimum."""
    for step in range(wanted):
        site.house_load("bench", (step + 1) * EACH_MA * boxes)
        await asyncio.sleep(1)
        if max(box.commanded_ma for box in site.boxes) < LOWEST_MA:
            break


def _is_immediate(reduction) -> bool:
    return reduction.first_t - reduction.sample_t < SAME_PASS_S


def summary(boxes: int, reductions) -> dict:
    """Median, p95, p99 and largest latency in ms, and what of it is the pace of the groups."""
    found = [r for r in reductions if _is_immediate(r)]
    latency = [r.latency_s for r in found]
    packets = sum(len(r.boxes) for r in found)
    return {
        "boxes": boxes,
        "count": len(found),
        "packets": packets,
        "others": len(reductions) - len(found),
        "first_ms": quantile([r.first_t - r.sample_t for r in found], 0.5) * 1000,
        "median_ms": quantile(latency, 0.5) * 1000,
        "p95_ms": quantile(latency, 0.95) * 1000,
        "p99_ms": quantile(latency, 0.99) * 1000,
        "max_ms": max(latency) * 1000,
        "groups_ms": quantile([r.last_t - r.first_t for r in found], 0.5) * 1000,
    }


def quantile(values, part: float) -> float:
    """The smallest value that is at least as large as this part of all."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]
