"""One HTTP connection, bounded: what a peer may send, how much of it is kept, how it is told no.

The whole request (head and body) is read and checked here, before the HTTP library sees a byte:
it gets only lines that are well formed, only the headers the API uses, and a body that is there
in full. So nothing a peer sends can raise in the library or grow the heap. Two buffers per
connection are made once and used for ever. Deadlines are the server's (server.py).

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
    """Reader and writer in one, in the form microdot's `handle_request` calls them."""

    def __init__(self):
        self._in = bytearray(_LINE)
        self._in_view = memoryview(self._in)
        self._out = bytearray(_LINE)
        self._body = b""
        self.release()

    def release(self) -> None:
        """Forget the stream (the server closes it) and give the body's memory back."""
        _bodies[0] += len(self._body)
        self._start = self._end = self._filled = 0
        self._lines = []  # checked lines for microdot, last one first
        self._body = b""
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
        method = check_request_line(line)
        lines = [b"", line]
        headers = {}
        count = total = 0
        while True:
            line = await self._line(431)
            if not line:
                break
            count += 1
            total += len(line)
            if count > _HEADERS or total > _HEAD:
                raise Refusal(431, "too many headers; right: %d, %d bytes" % (_HEADERS, _HEAD))
            if check_header(line, headers):
                lines.insert(1, line)
        admit(method, self.stream.get_extra_info("peername"), headers)
        await self._receive_body(check_length(method, headers.get(b"content-length")))
        self._lines = lines
        self.reading = False

    async def _receive_body(self, size: int) -> None:
        if size > _bodies[0]:
            raise Refusal(503, "busy with another large body; try again")
        body = self._body = bytearray(size)
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

    # What microdot calls: a reader with readline and readexactly, a writer with awrite and aclose.

    async def readline(self) -> bytes:
        return self._lines.pop()

    async def readexactly(self, n: int) -> bytearray:
        return self._body

    def get_extra_info(self, name: str):
        return self.stream.get_extra_info(name)

    async def awrite(self, data: bytes) -> None:
        """Gather small pieces into segments of a kilobyte; each costs the chip milliseconds."""
        view = memoryview(data)
        while len(view):
            n = min(len(view), _LINE - self._filled)
            self._out[self._filled : self._filled + n] = view[:n]
            self._filled += n
            view = view[n:]
            if self._filled == _LINE:
                await self.aclose()

    async def aclose(self) -> None:
        """Send what is gathered. The socket is closed by the server, whatever happened."""
        self.answered = True
        self.stream.write(bytes(memoryview(self._out)[: self._filled]))
        self._filled = 0
        await self.stream.drain()
