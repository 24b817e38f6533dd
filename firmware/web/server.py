"""The HTTP server: few connections, each with an end in time, none of them for ever.

Four connections are served at once. A fifth takes the place of the one that has been dawdling
over its request the longest (over a second, or at all if its address has other places and the new
one has none); when nobody dawdles it is told 503. So neither half-open connections nor a crowd
from one address lock anybody out. Requests are answered one after the other, in the order in
which they have come, and nothing is read meanwhile: there is no memory for more. Every connection
has a deadline for its request and one for its answer; one loop looks after all of them. The server
is an optional task: it may be cancelled and started again at any time, and closes what it opened.
"""

import asyncio
import gc
import socket

from compat import address_host, const, readable, sleep_ms, ticks_diff, ticks_ms

from firmware.web.connection import Connection
from firmware.web.request import BODY_MAX

_CONNECTIONS = const(4)
_BACKLOG = const(8)
_DAWDLE_MS = const(1000)
_LOOK_MS = const(250)
_RETRY_MS = const(100)  # until there is a socket to accept with


class Server:
    """`await Server(context, host, port).run()`; `check_in()` is called four times a second."""

    def __init__(self, context, host: str, port: int, check_in=None):
        self.context = context
        self.body_room = BODY_MAX  # bytes free for bodies, all connections together
        self.readers = 0  # connections that are reading a request
        self.line = []  # those with a whole request; the first one is being answered
        self._address = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0][-1]
        self._check_in = check_in
        self._open = []

    def forget(self, connection: Connection) -> None:
        """A connection has ended."""
        self.body_room += connection.size
        self.leave(connection)
        if connection in self._open:
            self._open.remove(connection)

    def leave(self, connection: Connection) -> None:
        """A connection is answered, or makes room for the next one."""
        if connection in self.line:
            self.line.remove(connection)

    async def run(self) -> None:
        """Serve until cancelled. OSError when the port cannot be had."""
        listener = socket.socket()
        accepting = None
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(self._address)
            listener.listen(_BACKLOG)
            listener.setblocking(False)
            accepting = asyncio.create_task(self._accept(listener))
            while not accepting.done():
                if self._check_in:
                    self._check_in()
                now = ticks_ms()
                for connection in self._open:
                    if ticks_diff(now, connection.deadline_ms) > 0:
                        connection.task.cancel()
                await sleep_ms(_LOOK_MS)
            raise OSError("accepting has ended")
        finally:
            if accepting:
                accepting.cancel()
            for connection in self._open:
                connection.task.cancel()
                connection.sock.close()  # one that has not begun yet would not do it
            listener.close()

    async def _accept(self, listener) -> None:
        while True:
            await readable(listener)
            try:
                sock, peer = listener.accept()
            except (OSError, MemoryError):
                gc.collect()
                await sleep_ms(_RETRY_MS)
                continue
            try:
                self._admit(sock, peer)
            except (OSError, MemoryError):
                sock.close()

    def _admit(self, sock, peer) -> None:
        """Give a place to a new connection, that of the longest dawdler if need be."""
        hosts = [address_host(c.peer) for c in self._open if not c.is_refused]
        taken = len(hosts)
        is_new = address_host(peer) not in hosts
        oldest = None
        longest = _DAWDLE_MS
        for connection in self._open if taken == _CONNECTIONS else ():
            if not connection.is_refused:
                age = ticks_diff(ticks_ms(), connection.started_ms)
                if is_new and hosts.count(address_host(connection.peer)) > 1:
                    age += _DAWDLE_MS + 1
                if connection.reading and age > longest:
                    oldest, longest = connection, age
        if oldest:
            oldest.task.cancel()
            self._open.remove(oldest)
            taken -= 1
        if taken == _CONNECTIONS < len(self._open):  # one is being told already
            sock.close()
            return
        sock.setblocking(False)
        self._open.append(Connection(self, sock, peer, taken == _CONNECTIONS))
