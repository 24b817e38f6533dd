"""GET /api/live: takes the connection over for live updates.

`context.live`, None while nobody watches, and its clients are plain lists with the members below:
so no code but the loop of live_stream.py stays loaded. A round is live_round.py.
"""

import asyncio
from array import array

from compat import const, ticks_add, ticks_ms
from on_demand import take

from firmware.web import Refusal

SERVER = const(0)  # in whose line the rounds take their turn
SITE = const(1)  # that the clients have seen; None: they have to get all anew
CLIENTS = const(2)
TASK = const(3)

SOCK = const(0)  # None when it has ended
USER = const(1)
TAKEN_MS = const(2)  # when the socket has last taken something
UNTIL_MS = const(3)  # it may stay
SEEN = const(4)  # CRC of each row that it has
FIRST = const(5)  # the row to begin the next round with
REST = const(6)  # what the socket has not taken yet, or None
SENT = const(7)  # bytes of that it has taken
LEFT = const(8)  # during a round: the first row that did not fit, or -1
BUFFER = const(9)
SIZE = const(10)  # bytes in the buffer

_PLACES = const(3)
_LIFE_MS = const(900000)  # then the browser connects anew: who asks is looked at again
_FULL = "all places for live updates are taken; right: ask /api/status, or try again later"
_HEAD = (
    b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/event-stream\r\n"
    b"Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
    b"Cross-Origin-Resource-Policy: same-origin\r\n\r\nretry: 500\n\n"
)


def join(context, connection) -> None:
    """Give the connection a place among the live clients; Refusal when there is none."""
    live = context.live or [connection.server, None, [], None]
    live[SERVER] = connection.server
    if len(live[CLIENTS]) >= _PLACES:
        raise Refusal(503, _FULL)
    now = ticks_ms()
    client = [connection.sock, connection.user, now, ticks_add(now, _LIFE_MS)]
    client += [array("I"), 0, _HEAD, 0, -1, None, 0]
    live[CLIENTS].append(client)
    if context.live is None:
        run = take("firmware.web", "live_stream", "run")
        live[TASK] = asyncio.create_task(run(context))
        context.live = live


def close(context, user=None) -> None:
    """End all live updates, or those of a user."""
    for client in context.live[CLIENTS] if context.live else ():
        if client[SOCK] and (user is None or client[USER] == user):
            client[SOCK].close()
            client[SOCK] = None
