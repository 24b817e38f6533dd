"""Live updates as server-sent events: GET /api/status, row by row, whenever a row has changed.

One task serves all clients. In every round it makes each row of the site once and offers it to
all; a CRC for each row says who has it. It gives up its turn after each row, so that control never
waits, and takes its place in the line of those that are answered: there is memory to make one
answer at a time. Events ("data: " and JSON):

  ["chargers", 3, {..}]      members of row 3 of a list; those that it does not name stay
  ["all", {"chargers": 16, ..}, {"uptime_s": 7, ..}]
                             closes a round: the client has everything as it is now; how long the
                             lists are, and the members of the site that are no lists

Ages would change every row in every round: age_ms is 0 up to 3 s, then in whole seconds, beyond a
minute in tens. No framing, as a WebSocket has it, no hashing: a browser's EventSource connects
again by itself, and sends the session's cookie.
"""

import asyncio
import gc
import json
from binascii import crc32

from compat import const, sleep_ms, ticks_diff, ticks_ms

from firmware.web.api import loaded
from firmware.web.live_client import Client

_PLACES = const(3)
_PERIOD_MS = const(700)  # so nothing on a page is older than a second
_REST_MS = const(100)  # between two rounds, at least
_RETRY_MS = const(25)  # until it is our turn
_TRIES = const(8)  # then a long answer keeps the live clients waiting no longer
_FRESH_MS = const(3000)
_MINUTE_MS = const(60000)
_GENERATOR = type(i for i in ())


class Stream:
    """`add()` clients; the task ends when the last one has gone, and nothing is left of it."""

    def __init__(self, context):
        self.context = context
        self.server = None
        self._open = []
        self._site = None
        self.task = None

    def add(self, server, sock, user) -> bool:
        """Serve one more client, if there is a place for it."""
        self.server = server
        self._forget()
        if len(self._open) == _PLACES:
            return False
        self._open.append(Client(sock, user))
        if self.task is None:
            self.task = asyncio.create_task(self._run())
        return True

    def close(self, user=None) -> None:
        """End all streams, or those of a user."""
        for client in self._open:
            if user is None or client.user == user:
                client.close()

    def _forget(self) -> None:
        """Those that have ended."""
        self._open = [client for client in self._open if client.is_open()]

    async def _run(self) -> None:
        try:
            while self._open:
                begin_ms = ticks_ms()
                line = self.server.line
                line.append(self)
                try:
                    tries = _TRIES
                    while line[0] is not self and tries:
                        tries -= 1
                        await sleep_ms(_RETRY_MS)
                    await self._serve()
                except MemoryError:
                    gc.collect()
                finally:
                    line.remove(self)
                left_ms = _PERIOD_MS - ticks_diff(ticks_ms(), begin_ms)
                await sleep_ms(max(_REST_MS, left_ms))
                self._forget()
        finally:
            self.close()
            self.context.live = None

    async def _serve(self) -> None:
        """A round: offer every row to every client; new settings end it."""
        context = self.context
        site = context.site
        if site is not self._site:
            self._site = site
            for client in self._open:
                client.forget()
        counts = {}
        members = {}
        number = 0
        for part in loaded("status", "read", context, ""):
            for name, value in part.items():
                if not isinstance(value, _GENERATOR):
                    members[name] = value
                    continue
                counts[name] = 0
                for row in value:
                    for row_part in row if isinstance(row, tuple) else (row,):
                        self._push(number, name, counts[name], row_part)
                        number += 1
                    counts[name] += 1
                    await sleep_ms(0)
                    if context.site is not site:
                        return
        closing = _event("all", counts, members)
        for client in self._open:
            client.finish(closing)

    def _push(self, number: int, name: str, i: int, members: dict) -> None:
        age_ms = members.get("age_ms")
        if age_ms is not None:
            step_ms = 1000 if age_ms < _MINUTE_MS else 10000
            members["age_ms"] = 0 if age_ms < _FRESH_MS else age_ms // step_ms * step_ms
        event = _event(name, i, members)
        crc = crc32(event)
        for client in self._open:
            client.push(number, crc, event)


def _event(*parts) -> bytes:
    return b"data: %s\n\n" % json.dumps(parts, separators=(",", ":")).encode()
