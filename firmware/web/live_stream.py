"""Serves the live clients round by round: all that stays loaded while somebody watches.

A round is loaded when it is due and takes its turn in the line of those that are answered: there
is memory to make one answer at a time. The task ends when the last client has gone, and nothing is
left of it.
"""

import gc

from compat import const, sleep_ms, ticks_add, ticks_diff, ticks_ms
from on_demand import call, take

from firmware.web.live import CLIENTS, SERVER, SITE

_PERIOD_MS = const(700)  # so nothing on a page is older than a second
_REST_MS = const(100)  # between two rounds, at least
_RETRY_MS = const(25)  # until it is our turn
_TRIES = const(6)  # then a long answer keeps the live clients waiting no longer


async def run(context) -> None:
    """Serve until nobody watches any more."""
    live = context.live
    try:
        while live[CLIENTS]:
            begin_ms = ticks_ms()
            line = live[SERVER].line
            line.append(live)
            try:
                tries = _TRIES
                while (line[0] is not live or live[SERVER].readers) and tries:
                    tries -= 1
                    await sleep_ms(_RETRY_MS)
                await take("firmware.web", "live_round", "serve")(context, live)
            except MemoryError:
                live[SITE] = None  # they may have less than is noted: all anew, and soon
                begin_ms = ticks_add(begin_ms, -_PERIOD_MS)
                gc.collect()
            finally:
                line.remove(live)
            left_ms = _PERIOD_MS - ticks_diff(ticks_ms(), begin_ms)
            await sleep_ms(max(_REST_MS, left_ms))
    finally:
        call("firmware.web", "live", "close", context)
        context.live = None
