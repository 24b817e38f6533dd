"""One HTTP connection, bounded: what a peer may send, how much of it is kept, how it is answered.

The whole request is read and checked before anybody looks at it, and of its head only what is used
is kept, so nothing a peer sends can grow the heap. A connection carries one request, and its
memory lasts as long as it does. Deadlines are looked after by server.py.

Request syntax: RFC 9112 sections 2-6; status codes: RFC 9110 section 15, 431: RFC 6585.
"""

import asyncio
import gc

from compat import const, readable, sleep_ms, ticks_add, ticks_ms

from firmware.unload import call
from firmware.web import api
from firmware.web.request import Refusal, admit, header, request_line

_REQUEST_MS = const(8000)
_ANSWER_MS = const(10000)
_RETRY_MS = const(25)  # until there is room in the socket again

_FIRST = const(512)  # the buffer to begin with
_LINE = const(1024)  # request line, and each header line; must be twice the above
_HEAD = const(4096)  # all header lines together
_HEADERS = const(32)
_PIECE = const(512)  # of an answer; each write costs the chip milliseconds
_FRONT = const(5)  # of a chunk: its size in three digits, CR, LF
_FULL = const(498)  # of a piece: room for the end of a chunk and for the last, empty one

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
        self.chunked = False  # the peer knows HTTP/1.1
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
                await call("firmware.web", "words", "drain", self)
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
                    self.chunked = not line.endswith(b"1.0")
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

    async def _answer(self) -> None:
        """Send the answer, one without a length in chunks (RFC 9112 section 7.1) so that the peer
        sees when its end is missing."""
        head, body = api.answer(self.server.context, self)
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
            sent += n or 0
            await sleep_ms(0 if n else _RETRY_MS)

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
