"""One HTTP connection: a request is received (request.py), answered, and its memory freed.

The whole request is read and checked before anybody looks at it. Deadlines are looked after by
server.py. Status codes: RFC 9110 section 15, 431: RFC 6585.
"""

import asyncio
import gc

from compat import const, readable, sleep_ms, ticks_add, ticks_ms
from on_demand import call, take, unload

from firmware.web import Refusal

_REQUEST_MS = const(8000)
_ANSWER_MS = const(10000)
_RETRY_MS = const(25)  # until there is room in the socket, or our turn
_TRIES = const(20)  # of an answer; then a slow peer keeps the others waiting no longer

_PIECE = const(512)  # of an answer; each write costs the chip milliseconds
_FRONT = const(5)  # of a chunk: its size in three digits, CR, LF
_FULL = const(498)  # of a piece: room for the end of a chunk and for the last, empty one

_NO_MEMORY = b"HTTP/1.1 503 Refused\r\nContent-Length: 25\r\n\r\nout of memory; try again\n"


class Connection:
    """One peer: its request, then the answer to it. request.py finds out .query, .route (see
    routes.find), .steps, .role and .user."""

    def __init__(self, server, sock, peer, is_refused: bool):
        self.server = server
        self.sock = sock
        self.peer = peer
        self.is_refused = is_refused  # there is no place for it
        self.reading = True  # the peer keeps us waiting: its request is not complete yet
        self.answered = False  # bytes of an answer have gone out
        self.chunked = False  # the peer knows HTTP/1.1
        self.is_kept = False  # somebody else goes on with the socket
        self.method = self.target = self.extra = ""  # extra: lines for the head of the answer
        self.body = None
        self.headers = {}  # names in small letters, values, all bytes
        self.size = 0  # of a long body
        self.tries = 0  # to send what the peer does not take
        self.started_ms = ticks_ms()
        self.deadline_ms = ticks_add(self.started_ms, _REQUEST_MS)
        self.task = asyncio.create_task(self._serve())

    async def _serve(self) -> None:
        try:
            try:
                if self.is_refused:
                    raise Refusal(503, "full")
                await self._receive()
                await self._take_turn()
                await self._answer()
            except (Refusal, MemoryError) as refusal:
                if not isinstance(refusal, Refusal):
                    self.body = None
                    gc.collect()
                    refusal = Refusal(503, "memory")
                self._last_word(*refusal.args)
                await call("firmware.web", "words", "drain", self)
        except asyncio.CancelledError:
            self._last_word(408, "slow")
        except (OSError, EOFError):
            pass  # the peer has gone
        except MemoryError:
            pass  # it is told, as far as there was memory for that
        except Exception as error:  # noqa: BLE001 - a mistake of ours is told, not kept silent
            call("firmware.web", "words", "confess", self.server.context, error)
            self._last_word(500, "failed")
        finally:
            if not self.is_kept:
                self.sock.close()
            self.server.forget(self)

    async def _receive(self) -> None:
        """Read one whole request, its head by code that is loaded as long as anybody reads one.
        Refusal, EOFError (the peer has gone), OSError, MemoryError."""
        server = self.server
        await readable(self.sock)  # who sends nothing yet needs no code
        self.came_ms = ticks_ms()
        while server.line:
            self.started_ms = ticks_ms()
            await sleep_ms(_RETRY_MS)
        server.readers += 1
        try:
            receive = __import__("firmware.web.request", None, None, ("receive",)).receive
            await receive(self)
        finally:
            receive = None
            server.readers -= 1
            if not server.readers:
                unload("firmware.web", ("request",))
        await take("firmware.web", "admission", "receive")(self)
        self.reading = False

    async def _take_turn(self) -> None:
        """Wait until all before are answered: there is memory to make one answer at a time."""
        line = self.server.line
        line.append(self)
        self.deadline_ms = ticks_add(ticks_ms(), _ANSWER_MS)
        while line[0] is not self:
            await sleep_ms(_RETRY_MS)
        self.deadline_ms = ticks_add(ticks_ms(), _ANSWER_MS)

    async def _answer(self) -> None:
        """Send the answer, one without a length in chunks (RFC 9112 section 7.1) so that the peer
        sees when its end is missing."""
        found = await take("firmware.web", "answering", "answer")(self.server.context, self)
        if not found:
            return
        head, body = found
        found = None
        if self.method == "HEAD":
            body = ()
        out = bytearray(_PIECE)  # filled again and again: long pieces of memory are rare
        filled = len(head)
        out[:filled] = head.encode()
        front = _FRONT if body and self.chunked else 0
        begin = filled = filled + front
        for piece in body:
            data = memoryview(piece.encode() if isinstance(piece, str) else piece)
            while len(data):
                n = min(len(data), _FULL - filled)
                out[filled : filled + n] = data[:n]
                data = data[n:]
                filled += n
                if filled == _FULL:
                    if front:
                        filled = _close_chunk(out, begin, filled)
                    await self._send(memoryview(out)[:filled])
                    begin = filled = front
        if front:
            # an empty chunk is the last one
            if filled > begin:
                begin = filled = _close_chunk(out, begin, filled) + front
            filled = _close_chunk(out, begin, filled)
        await self._send(memoryview(out)[:filled])

    async def _send(self, data) -> None:
        self.answered = True
        sent = 0
        while sent < len(data):
            n = self.sock.write(memoryview(data)[sent:])
            if n:
                sent += n
                await sleep_ms(0)
                continue
            self.tries += 1
            if self.tries == _TRIES:
                self.server.leave(self)
                self.reading = not self.user  # a stranger makes room when all places are taken
                self.started_ms = ticks_ms()
            await sleep_ms(_RETRY_MS)

    def _last_word(self, *refusal) -> None:
        """Put an answer on the wire as far as it goes without waiting, unless one has begun."""
        if self.answered:
            return
        self.answered = True
        try:
            data = call("firmware.web", "words", "answer", *refusal)
        except MemoryError:
            data = _NO_MEMORY
        try:
            self.sock.write(data)
        except OSError:
            pass  # the peer has gone: nobody to tell


def _close_chunk(out, begin: int, end: int) -> int:
    """Put its size and its end around out[begin:end]; return where it ends."""
    out[begin - _FRONT : begin] = b"%03x\r\n" % (end - begin)
    out[end : end + 2] = b"\r\n"
    return end + 2
