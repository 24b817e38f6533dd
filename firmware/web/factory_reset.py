"""POST /api/factory_reset {"confirm": "<serial or name of this controller>"}.

What is removed, and why a power cut cannot leave half of it: firmware.factory_reset. The answer
goes out first; running charges go on meanwhile, as after any restart.
"""

import asyncio

from compat import const, sleep_ms
from on_demand import call

from firmware import board
from firmware.web import Refusal

_ANSWER_MS = const(700)


def write(context, request) -> str | None:
    """Do it, when the right device is meant."""
    given = request.body
    if not isinstance(given, dict) or list(given) != ["confirm"]:
        return 'wrong body; right: {"confirm": "the serial or the name of this controller"}'
    if given["confirm"] not in (board.unique_id(), context.name):
        return "confirm: not this controller; right: its serial or its name, see /api/hello"
    try:
        call("firmware", "factory_reset", "begin")
    except OSError as error:
        raise Refusal(500, "not written (%s); all is as before" % error) from None
    context.restarting = asyncio.create_task(_restart())
    return None


async def _restart():
    await sleep_ms(_ANSWER_MS)
    board.restart()
