"""Heap of the whole firmware after its start and later on, with a car at every wallbox.

/api/status tells what is in use with the garbage of the moment; it is asked every second, and the
least of a window counts: that is close after a collection.
"""

import asyncio
import http.client
import time
import urllib.error

from tools.benchmarks.everything import switch_on
from tools.benchmarks.firmware_site import firmware_site, status
from tools.simsite.car import CarConfig

WARM_S = 10  # until every wallbox has been heard
WINDOW_S = 30
HOUSE = ((0, 0, 0), (9000, 0, 0), (0, 16000, 0), (5000, 5000, 5000))
HOUSE_S = 20


def measure(boxes: int, seconds: float) -> dict:
    """Run the firmware for so long; returns bytes after the start and at the end."""
    return asyncio.run(_measure(boxes, seconds))


def live(boxes: int, heap: str, seconds: float, is_all_on=False) -> tuple:
    """Run the firmware in a heap of that size (150K); returns the bytes in use, and how many of
    the questions for its status it had no memory to answer.

    is_all_on: with everything that can be switched on.
    """
    return asyncio.run(_live(boxes, heap, seconds, switch_on if is_all_on else None))


async def _live(boxes: int, heap: str, seconds: float, change) -> tuple:
    used = []
    refused = 0
    async with _site(boxes, "--heap", heap, change=change) as (_, firmware):
        end = time.monotonic() + WARM_S + seconds
        while time.monotonic() < end:
            try:
                used.append((await status(firmware))["mem_used"])
            except (urllib.error.HTTPError, http.client.IncompleteRead):  # refused, or cut off
                refused += 1
            await asyncio.sleep(0.5)
    return min(used[2 * WARM_S :], default=0), refused


def _site(boxes: int, *arguments: str, change=None):
    return firmware_site(boxes, 10000 * boxes + 20000, CarConfig(), *arguments, change=change)


async def _measure(boxes: int, seconds: float) -> dict:
    async with _site(boxes) as (site, firmware):
        begin = time.monotonic()
        used = []
        while (elapsed := time.monotonic() - begin) < seconds + WARM_S:
            site.house_load("bench", HOUSE[int(elapsed) // HOUSE_S % len(HOUSE)])
            used.append((elapsed, (await status(firmware))["mem_used"]))
            await asyncio.sleep(1)
        window = min(WINDOW_S, seconds / 3)
        start = min(bytes_ for t, bytes_ in used if WARM_S <= t < WARM_S + window)
        end = min(bytes_ for t, bytes_ in used if t >= seconds + WARM_S - window)
    return {"boxes": boxes, "start": start, "end": end, "seconds": seconds}
