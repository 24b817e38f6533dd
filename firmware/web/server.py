"""The HTTP server: few connections, each bounded in time and memory, none of them for ever.

Four connections are served at once. A fifth takes the place of the one that has been dawdling
over its request the longest (over a second); when nobody dawdles it is told 503. So half-open
connections never lock anybody out. Every connection has a deadline for its request and one for
its answer; one loop looks after all of them. The whole request is read and checked before
anybody looks at it, and of its head only what is used is kept, so nothing a peer sends can grow
the heap. A connection carries one request and its memory lasts as long as it does. The server is
an optional task: it may be cancelled and started again at any time, and closes what it opened.

Request syntax: RFC 9112 sections 2-6; status codes: RFC 9110 section 15, 431: RFC 6585.
"""

import asyncio
import gc
import socket

from compat import const, readable, sleep_ms, ticks_add, ticks_diff, ticks_ms

from firmware.web import api
from firmware.web.request import BODY_MAX, Refusal, admit, header, request_line

_CONNECTIONS = const(4)
_BACKLOG = const(8)
_REQUEST_MS = const(8000)
_ANSWER_MS = const(10000)
_DAWDLE_MS = const(1000)
_LOOK_MS = const(250)
_RETRY_MS = const(25)  # until there is room in the socket again, or a socket to accept with

_FIRST = const(512)  # the buffer to begin with
_LINE = const(1024)  # request line, and each header line; must be twice the above
_HEAD = const(4096)  # all header lines together
_HEADERS = const(32)
_PIECE = const(384)  # of an answer at least; each write costs the chip milliseconds
_DRAIN = const(2097152)  # read and forgotten at most, so that a refused peer sees the answer
_DRAIN_MS = const(3000)
_SILENT_MS = const(400)  # a refused peer that sends nothing more has seen it

_NO_MEMORY = b"HTTP/1.1 503 Refused\r\nContent-Length: 25\r\n\r\nout of memory; try again\n"


class Connection:
    """One peer: its request, then the answer to it. The request's fields: see api.answer()."""

    def __init__(self, server, sock, peer, is_refused: bool):
        self.server = server
        self.sock = sock
        self.peer = peer
        self.is_refused = is_refused  # there is no place for it
        self.reading = True  # the request is not complete yet
        self.answered = False  # bytes of an answer have gone out
        self.method = self.target = ""
        self.body = None
        self.headers = {}  # names in small letters, values, all bytes
        self.size = 0  # of the body
        self.started_ms = ticks_ms()
        self.deadline_ms = ticks_add(self.started_ms, _REQUEST_MS)
        self.task = asyncio.create_task(self._serve())

    async def _serve(self) -> None:
        try:
            try:
                if self.is_refused:
                    raise Refusal(503, "full")
                await self._receive()
                self.deadline_ms = ticks_add(ticks_ms(), _ANSWER_MS)
                await self._answer()
            except Refusal as refusal:
                self._last_word(*refusal.args)
                await self._drain()
        except asyncio.CancelledError:
            self._last_word(408, "slow")
        except (OSError, EOFError):
            pass  # the peer has gone
        except MemoryError:
            self.body = None
            gc.collect()
            self._last_word(503, "memory")
        finally:
            self.sock.close()
            self.server.forget(self)

    async def _receive(self) -> None:
        """Read one whole request. Refusal, EOFError (the peer has gone), OSError, MemoryError."""
        sock = self.sock
        buffer = bytearray(_FIRST)
        start = end = count = total = 0
        is_first = True
        while True:
            at = buffer.find(b"\n", start, end)
            if at < 0:
                if start:
                    end -= start
                    buffer[:end] = buffer[start : start + end]
                    start = 0
                elif end == _LINE:
                    raise Refusal(431 if self.method else 414, "long", _LINE)
                elif end == _FIRST and len(buffer) == _FIRST:
                    buffer += bytes(_FIRST)
                await readable(sock)
                got = sock.readinto(memoryview(buffer)[end:])
                if got == 0:
                    raise EOFError
                end += got or 0
                continue
            line = bytes(memoryview(buffer)[start:at])
            start = at + 1
            if line.endswith(b"\r"):
                line = line[:-1]
            if not self.method:
                if line or not is_first:  # one empty line in front is forgiven, RFC 9112 2.2
                    self.method, self.target = request_line(line)
                is_first = False
            elif line:
                count += 1
                total += len(line)
                if count > _HEADERS or total > _HEAD:
                    raise Refusal(431, "many", _HEADERS, _HEAD)
                header(line, self.headers)
            else:
                break
        size = admit(self.method, self.peer, self.headers)
        if size > self.server.body_room:
            raise Refusal(503, "busy")
        self.server.body_room -= size
        self.size = size
        self.body = bytearray(size)
        body = memoryview(self.body)
        got = min(size, end - start)
        body[:got] = buffer[start : start + got]
        buffer = None
        while got < size:
            await readable(sock)
            more = sock.readinto(body[got:])
            if more == 0:
                raise Refusal(400, "short", got, size)
            got += more or 0
        self.reading = False

    async def _drain(self) -> None:
        """Read on for a while: to close with bytes unread would reset the connection, and the
        peer would never see why it was refused."""
        end_ms = ticks_add(ticks_ms(), _DRAIN_MS)
        scrap = bytearray(_FIRST)
        left = _DRAIN
        while self.reading and left > 0 and ticks_diff(end_ms, ticks_ms()) > 0:
            self.deadline_ms = ticks_add(ticks_ms(), _SILENT_MS)
            await readable(self.sock)
            got = self.sock.readinto(scrap)
            if got == 0:
                return
            left -= got or 0

    async def _answer(self) -> None:
        head, body = api.answer(self.server.context, self)
        out = head.encode()
        if self.method == "HEAD":
            body = ""
        for piece in (body,) if isinstance(body, str) else body:
            out += piece.encode() if isinstance(piece, str) else piece
            if len(out) >= _PIECE:
                await self._send(out)
                out = b""
        await self._send(out)

    async def _send(self, data: bytes) -> None:
        self.answered = True
        sent = 0
        while sent < len(data):
            n = self.sock.write(memoryview(data)[sent:])
            sent += n or 0
            await sleep_ms(0 if n else _RETRY_MS)

    def _last_word(self, *refusal) -> None:
        """Put an answer on the wire as far as it goes without waiting, unless one has begun."""
        if self.answered:
            return
        self.answered = True
        try:
            data = api.call("words", "answer", *refusal)
        except MemoryError:
            data = _NO_MEMORY
        try:
            self.sock.write(data)
        except OSError:
            pass  # the peer has gone: nobody to tell


class Server:
    """`await Server(context, host, port).run()`; `check_in()` is called four times a second."""

    def __init__(self, context, host: str, port: int, check_in=None):
        self.context = context
        self.body_room = BODY_MAX  # bytes free for bodies, all connections together
        self._address = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0][-1]
        self._check_in = check_in
        self._open = []

    def forget(self, connection: Connection) -> None:
        """A connection has ended."""
        self.body_room += connection.size
        if connection in self._open:
            self._open.remove(connection)

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
        taken = 0
        oldest = None
        longest = _DAWDLE_MS
        for connection in self._open:
            if not connection.is_refused:
                taken += 1
                age = ticks_diff(ticks_ms(), connection.started_ms)
                if connection.reading and age > longest:
                    oldest, longest = connection, age
        if taken == _CONNECTIONS and oldest:
            oldest.task.cancel()
            self._open.remove(oldest)
            taken -= 1
        if taken == _CONNECTIONS < len(self._open):  # one is being told already
            sock.close()
            return
        sock.setblocking(False)
        self._open.append(Connection(self, sock, peer, taken == _CONNECTIONS))
