"""What the last search for wallboxes has found: kept for two minutes, without the code that
searched.

A row is text: host, address, name, version and flags of firmware.discovery, with tabs between
them; what is not known is empty.
"""

import asyncio

from compat import const, sleep_ms
from on_demand import unload

_KEEP_MS = const(120000)

scan = None  # the one that is under way
rows = ()
task = None


def end(lines: list) -> None:
    """The search is over."""
    global scan, rows, task
    scan = None
    rows = lines
    task = asyncio.create_task(_forget(lines))


async def _forget(lines):
    await sleep_ms(_KEEP_MS)
    if rows is lines and scan is None:
        unload("firmware", ("found",))
