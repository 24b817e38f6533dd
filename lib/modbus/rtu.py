"""Modbus RTU client over an asynchronous byte stream, after MODBUS over Serial Line V1.02.

Frames are found by length and CRC, never by silence (an operating system cannot time 3.5
characters), so junk before an answer, the echo of the own request, frames of others and late
answers of another shape are skipped. What cannot be told apart: a late answer with the same
address, function and length as the one awaited. Modbus carries no number for it; the receiver is
emptied before each request, so it must arrive within the next wait to do harm.

The port is given: discard() drops what was received, await send(view) returns when the last byte
is out, await receive(view, timeout_ms) returns how many bytes it stored (1..len(view), 0: none in
time).
"""

from compat import const, sleep_ms, ticks_add, ticks_diff, ticks_ms
from modbus.crc import crc16
from modbus.pdu import BAD_FRAME, NO_ANSWER, ModbusError, answer_length, put_read

_WRITE_ONE = const(6)
_BUSY = const(6)  # the one exception that passes
_GAP_MS = const(5)  # 3.5 characters are 4.01 ms at 9600 baud with 11 bits
_READ_REQUEST = const(8)
_BUFFER = const(320)  # longest answer 255 bytes, and room for junk before it
_BABBLE = const(1024)  # bytes in one wait: someone else is sending without end


class RtuClient:
    """One bus: one request at a time, each with its deadline and its retries.

    One task owns the bus and makes all requests; there is no lock.
    """

    def __init__(self, port, timeout_ms: int = 300, retries: int = 2):
        self.port = port
        self._timeout_ms = timeout_ms
        self.usual_retries = retries
        self.request = bytearray(_READ_REQUEST)  # modbus.write puts a longer one in its place
        self._size = 0
        self._answer = bytearray(_BUFFER)
        self._answer_view = memoryview(self._answer)
        self._silent_since = ticks_ms()
        self._echoes = False  # whether this bus lets us hear our own requests; learnt from reads
        self.requests = 0
        self.retries = 0
        self.failures = 0
        self.junk = 0  # bytes that belonged to no answer and no echo

    async def read(
        self,
        address: int,
        function: int,
        start: int,
        count: int,
        gap_ms: int = _GAP_MS,
        retries: int | None = None,
    ) -> memoryview:
        """Return the bytes of count registers, or of bits (functions 1 and 2: eight in a byte, the
        first one lowest), valid until the next request on this bus.

        gap_ms: silence that the device wants before a request. Raises ModbusError, ValueError for
        illegal arguments, OSError when the port itself fails.
        """
        size = put_read(self.request, address, function, start, count)
        at = await self.ask(size, gap_ms, self.usual_retries if retries is None else retries)
        at += 3
        return self._answer_view[at : at + self._answer[at - 1]]

    async def ask(self, size: int, gap_ms: int, retries: int) -> int:
        """Send the first bytes of .request until they are answered; return where in the buffer the
        answer starts. For read() and modbus.write. Raises as read() does."""
        request = self.request
        crc = crc16(request, 0, size)
        request[size] = crc & 0xFF
        request[size + 1] = crc >> 8
        self._size = size + 2
        self.requests += 1
        for attempt in range(retries + 1):
            if attempt:
                self.retries += 1
            left = gap_ms - ticks_diff(ticks_ms(), self._silent_since)
            if 0 < left <= gap_ms:
                await sleep_ms(left)
            self.port.discard()
            await self.port.send(memoryview(request)[: self._size])
            self._silent_since = ticks_ms()
            at, why = await self._wait()
            self._silent_since = ticks_ms()
            if at >= 0:
                return at
            if why >= 0 and why != _BUSY:
                break
        self.failures += 1
        raise ModbusError(why)

    async def _wait(self) -> tuple:
        """Return (start of the answer, 0) or (-1, why there is none)."""
        deadline = ticks_add(ticks_ms(), self._timeout_ms)
        answer = self._answer
        filled = 0  # bytes in the buffer
        tried = 0  # no answer starts before this index
        total = 0
        echo = False
        while total < _BABBLE:
            left = ticks_diff(deadline, ticks_ms())
            if left <= 0:
                break
            got = await self.port.receive(self._answer_view[filled:], left)
            if not got:
                continue
            filled += got
            total += got
            # an echo may look like the begin of an answer: have all of it first
            if self._echoes and not echo and filled < self._size:
                continue
            waiting = -1  # first index where an answer may have begun
            at = tried
            while at < filled:
                own = 0 if echo else self._echo_length(at, filled)
                if own == self._size:
                    echo = True
                    at += own
                    total -= own
                    continue
                if own and waiting < 0:
                    waiting = at
                length = answer_length(self.request, answer, at, filled)
                end = at + length + 2
                if length and end > filled:
                    if waiting < 0:
                        waiting = at
                elif (
                    length and crc16(answer, at, end - 2) == answer[end - 2] | answer[end - 1] << 8
                ):
                    self.junk += total - length - 2
                    if answer[at + 1] & 0x80:
                        return -1, answer[at + 2]
                    if self.request[1] < _WRITE_ONE:
                        self._echoes = echo
                    return at, 0
                at += 1
            tried = at if waiting < 0 else waiting
            if filled == len(answer):
                # make room: what was tried is junk; a begun answer is shorter than the buffer
                filled -= tried
                for i in range(filled):
                    answer[i] = answer[tried + i]
                tried = 0
        self.junk += total
        if self.request[1] < _WRITE_ONE:
            self._echoes = echo
        return -1, BAD_FRAME if total else NO_ANSWER

    def _echo_length(self, at: int, end: int) -> int:
        """Return how many bytes from there on are the own request, 0 if one differs."""
        request = self.request
        if request[1] == _WRITE_ONE and not self._echoes:
            return 0  # its answer is the same bytes
        length = min(self._size, end - at)
        for i in range(length):
            if self._answer[at + i] != request[i]:
                return 0
        return length
