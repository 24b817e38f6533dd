"""The live clients: who they are, how long they may stay, and when they are served.

Kept as small as can be: it stays loaded while anybody watches. The round itself, live_round.py, is
loaded for each one and takes its turn in the line of those that are answered, so there is never
more in memory than for one answer.
"""

import asyncio
import gc
from array import array

from compat import const, sleep_ms, ticks_add, ticks_diff, ticks_ms
from on_demand import take

_PLACES = const(3)
_PERIOD_MS = const(700)  # so nothing on a page is older than a second
_REST_MS = const(100)  # between two rounds, at least
_RETRY_MS = const(25)  # until it is our turn
_TRIES = const(8)  # then a long answer keeps the live clients waiting no longer
_PATIENCE_MS = const(25000)  # one that takes nothing for so long is closed
_LIFE_MS = const(900000)  # then the browser connects anew: who asks is looked at again
_HEAD = (
    b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/event-stream\r\n"
    b"Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\nretry: 500\n\n"
)


class Client:
    """One that watches. What is between two rounds; the rest is in live_round.py."""

    is_open = True

    def __init__(self, sock, user):
        self.sock = sock
        self.user = user
        self.taken_ms = ticks_ms()  # when the socket has last taken something
        self.until_ms = ticks_add(self.taken_ms, _LIFE_MS)
        self.seen = array("I")  # CRC of each row that it has
        self.first = 0  # the row to begin with
        self.rest = _HEAD  # what the socket has not taken yet
        self.sent = 0  # bytes of it that it has taken

    def close(self) -> None:
        """End it."""
        self.is_open = False
        self.sock.close()

    def check(self) -> bool:
        """Whether it may stay; closes one that has gone, takes nothing or has had its time."""
        if not self.is_open:
            return False
        try:
            gone = self.sock.readinto(bytearray(8)) == 0
        except OSError:
            gone = True
        now = ticks_ms()
        due_ms = ticks_add(self.taken_ms, _PATIENCE_MS) if self.rest else self.until_ms
        if gone or ticks_diff(now, due_ms) > 0:
            self.close()
        return self.is_open


class Stream:
    """`add()` clients; the task ends when the last one has gone, and nothing is left of it."""

    site = None  # that the clients have seen
    task = None

    def __init__(self, context):
        self.context = context
        self.clients = []

    def add(self, server, sock, user) -> bool:
        """Serve one more client, if there is a place for it."""
        self.server = server
        self._forget()
        if len(self.clients) == _PLACES:
            return False
        self.clients.append(Client(sock, user))
        if self.task is None:
            self.task = asyncio.create_task(self._run())
        return True

    def close(self, user=None) -> None:
        """End all streams, or those of a user."""
        for client in self.clients:
            if client.is_open and (user is None or client.user == user):
                client.close()

    def _forget(self) -> None:
        """Those that have ended."""
        self.clients = [client for client in self.clients if client.check()]

    async def _run(self) -> None:
        try:
            while self.clients:
                begin_ms = ticks_ms()
                line = self.server.line
                line.append(self)
                try:
                    tries = _TRIES
                    while (line[0] is not self or self.server.readers) and tries:
                        tries -= 1
                        await sleep_ms(_RETRY_MS)
                    await take("firmware.web", "live_round", "serve")(self)
                except MemoryError:
                    self.site = None  # they may have less than is noted: all anew, and soon
                    begin_ms = ticks_add(begin_ms, -_PERIOD_MS)
                    gc.collect()
                finally:
                    line.remove(self)
                left_ms = _PERIOD_MS - ticks_diff(ticks_ms(), begin_ms)
                await sleep_ms(max(_REST_MS, left_ms))
                self._forget()
        finally:
            self.close()
            self.context.live = None
