"""One HTTP connection, bounded: what a peer may send, how much of it is kept, how it is told no.

The whole request (head and body) is read and checked here before anybody looks at it. Only what
the API uses is kept: method, path, query, few headers, the body. So nothing a peer sends can grow
the heap. Two buffers per connection are made once and used for ever. Deadlines are the server's
(server.py). One request per connection, HTTP/1.0 answers that end with the connection.

Request syntax: RFC 9112 sections 2-6; status codes: RFC 9110 section 15, 431: RFC 6585.
"""

from compat import const, ticks_add, ticks_diff, ticks_ms

from firmware.web.refusal import Refusal, answer
from firmware.web.request_head import BODY_MAX, check_header, check_length, check_request_line

_LINE = const(1024)  # request line, and each header line
_HEAD = const(4096)  # all header lines together
_HEADERS = const(32)
_DRAIN = const(2097152)  # read and forgotten at most, so that a refused peer sees the answer
_DRAIN_MS = const(3000)
_SILENT_MS = const(400)  # a refused peer that sends nothing more has seen it

_bodies = [BODY_MAX]  # bytes still free for bodies, all connections together


class Connection:
    """A place for one peer: its request, then the answer to it."""

    def __init__(self):
        self._in = bytearray(_LINE)
        self._in_view = memoryview(self._in)
        self._out = bytearray(_LINE)
        self.body = b""
        self.release()

    def release(self) -> None:
        """Forget the stream (the server closes it) and give the body's memory back."""
        _bodies[0] += len(self.body)
        self._start = self._end = self._filled = 0
        self.method = self.path = self.query = ""
        self.headers = {}  # names in small letters, values, all bytes
        self.body = b""
        self.reading = True  # the request is not complete yet
        self.answered = False  # bytes of an answer have gone out
        self.stream = None
        self.task = None  # the task that serves it; None = free
        self.started_ms = self.deadline_ms = 0

    async def _fill(self) -> int:
        """Wait for bytes behind those in the buffer; 0 = the peer has ended."""
        while True:
            n = await self.stream.readinto(self._in_view[self._end :])
            if n is not None:
                self._end += n
                return n

    async def _line(self, status: int) -> bytes:
        while True:
            at = self._in.find(b"\n", self._start, self._end)
            if at >= 0:
                line = bytes(self._in_view[self._start : at])
                self._start = at + 1
                if line.endswith(b"\r"):
                    line = line[:-1]
                return line
            if self._start:
                n = self._end - self._start
                self._in[:n] = self._in[self._start : self._end]
                self._start = 0
                self._end = n
            if self._end == _LINE:
                raise Refusal(status, "line too long; right: at most %d bytes" % _LINE)
            if not await self._fill():
                raise EOFError

    async def receive(self, admit) -> None:
        """Read one whole request. `admit(method, peer, headers)` may refuse it before the body.

        Raises Refusal, EOFError (the peer has gone), OSError, MemoryError.
        """
        line = await self._line(414)
        if not line:  # one empty line in front is forgiven, RFC 9112 2.2
            line = await self._line(414)
        method, target = check_request_line(line)
        headers = self.headers
        count = total = 0
        while True:
            line = await self._line(431)
            if not line:
                break
            count += 1
            total += len(line)
            if count > _HEADERS or total > _HEAD:
                raise Refusal(431, "too many headers; right: %d, %d bytes" % (_HEADERS, _HEAD))
            check_header(line, headers)
        admit(method, self.stream.get_extra_info("peername"), headers)
        await self._receive_body(check_length(method, headers.get(b"content-length")))
        self.method = method.decode()
        self.path, _, self.query = target.decode().partition("?")
        self.reading = False

    async def _receive_body(self, size: int) -> None:
        if size > _bodies[0]:
            raise Refusal(503, "busy with another large body; try again")
        body = self.body = bytearray(size)
        _bodies[0] -= size
        view = memoryview(body)
        n = min(size, self._end - self._start)
        view[:n] = self._in_view[self._start : self._start + n]
        while n < size:
            got = await self.stream.readinto(view[n:])
            if got == 0:
                raise Refusal(400, "body ends after %d bytes; right: %d" % (n, size))
            n += got or 0

    async def refuse(self, refusal: Refusal) -> None:
        """Answer with the refusal, then read on for a while so that the peer can see it.

        Closing at once with bytes unread would reset the connection and lose the answer.
        """
        self.last_word(refusal.status, refusal.text)
        end_ms = ticks_add(ticks_ms(), _DRAIN_MS)
        left = _DRAIN
        while left > 0 and ticks_diff(end_ms, ticks_ms()) > 0:
            self.deadline_ms = ticks_add(ticks_ms(), _SILENT_MS)
            self._end = 0
            n = await self._fill()
            if not n:
                return
            left -= n

    def last_word(self, status: int, text: str) -> None:
        """Put an answer on the wire as far as it goes without waiting, unless one has begun."""
        if not self.answered:
            self.answered = True
            try:
                self.stream.write(answer(status, text))
            except OSError:
                pass  # the peer has gone: nobody to tell

    async def respond(self, status: int, headers: tuple, body) -> None:
        """Send an answer. headers: pairs of text; body: text or bytes, or a generator of them."""
        await self._write("HTTP/1.0 %d %s\r\n" % (status, "OK" if status == 200 else "Refused"))
        for header in headers:
            await self._write("%s: %s\r\n" % header)
        whole = isinstance(body, str)
        if whole:
            await self._write("Content-Length: %d\r\n" % len(body.encode()))
        await self._write("\r\n")
        if self.method != "HEAD":
            for piece in (body,) if whole else body:
                await self._write(piece)
        await self._flush()

    async def _write(self, data) -> None:
        """Gather small pieces into segments of a kilobyte; each costs the chip milliseconds."""
        view = memoryview(data.encode() if isinstance(data, str) else data)
        while len(view):
            n = min(len(view), _LINE - self._filled)
            self._out[self._filled : self._filled + n] = view[:n]
            self._filled += n
            view = view[n:]
            if self._filled == _LINE:
                await self._flush()

    async def _flush(self) -> None:
        self.answered = True
        self.stream.write(bytes(memoryview(self._out)[: self._filled]))
        self._filled = 0
        await self.stream.drain()
