"""Heap of the whole firmware after its start and later on, with a car at every wallbox.

/api/status and the live updates tell what is in use with the garbage of the moment; the least of
many counts: that is close after a collection.
"""

import asyncio
import time

from tools import login
from tools.benchmarks.everything import switch_on
from tools.benchmarks.firmware_site import firmware_site, status
from tools.benchmarks.web_clients import Clients
from tools.simsite.car import CarConfig

WARM_S = 10  # until every wallbox has been heard
WINDOW_S = 30
PAGES = {16: 1, 64: 3}  # with live updates, per number of wallboxes
HOUSE = ((0, 0, 0), (9000, 0, 0), (0, 16000, 0), (5000, 5000, 5000))
HOUSE_S = 20


def measure(boxes: int, seconds: float) -> dict:
    """Run the firmware for so long; returns bytes after the start and at the end."""
    return asyncio.run(_measure(boxes, seconds))


def live(boxes: int, heap: str, seconds: float, is_all_on=False) -> tuple:
    """Run the firmware in a heap of that size (150K), with pages that are open and a client that
    asks for the status; returns the bytes in use, and how many answers it had no memory for.

    is_all_on: with everything that can be switched on.
    """
    return asyncio.run(_live(boxes, heap, seconds, switch_on if is_all_on else None))


async def _live(boxes: int, heap: str, seconds: float, change) -> tuple:
    async with _site(boxes, "--heap", heap, change=change) as (_, firmware):
        await asyncio.sleep(WARM_S)
        clients = Clients(firmware.url)
        refused = 0
        try:
            header = await asyncio.to_thread(login.first_password, firmware.url)
            clients.authorization = header["Authorization"]
        except OSError:  # there was no memory for that: then everybody may read
            refused = 1
        found = await clients.watch(PAGES[boxes], seconds)
    return min(found["used"], default=0), refused + found["refused"] + found["broken"]


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
