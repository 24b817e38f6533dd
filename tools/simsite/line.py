"""A serial line between two ptys at the true pace of its baud rate, seen from the middle.

The master's side (`master_path`, what the firmware opens) and the slave's side (`slave_path`,
what pymodbus opens) are two ptys. Bytes from the master reach the slave as one frame when the
line has been silent for 3.5 characters after the last byte; the answer starts after the slave's
turn-round time and leaves in small batches, each at the moment its last byte would have left a
real UART.
"""

import asyncio
import os
import tty

BATCH = 8


def open_pty() -> tuple[int, int, str]:
    """A raw pty: (our end, other end kept open, path of the other end)."""
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    os.set_blocking(ours, False)
    return ours, theirs, os.ttyname(theirs)


def frame_length(answer: bytes) -> int:
    """Length of the RTU answer that begins with these bytes, 0 = not known yet."""
    if len(answer) < 3:
        return 0
    if answer[1] & 0x80:
        return 5
    return 8 if answer[1] in (5, 6, 15, 16) else 5 + answer[2]


class SerialLine:
    """`bus.request(frame) -> bool` lets a frame through, `bus.answer(frame) -> bytes` may change
    what comes back, `bus.sent(first, last)` hears when an answer's first and last byte left.
    """

    def __init__(self, bus, baud: int = 9600, bits: int = 10):
        self.bus = bus
        self.byte_s = bits / baud
        self.turn_round_s = 0.005
        self.echo = False
        self._master, self._master_peer, self.master_path = open_pty()
        self._slave, self._slave_peer, self.slave_path = open_pty()
        self._free_at = 0.0
        self._request = b""
        self._answer = b""
        self._silence = None
        self._sending: set[asyncio.Task] = set()
        self._loop = None

    def start(self) -> None:
        """Begin to carry bytes, on the running loop."""
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._master, self._from_master)
        self._loop.add_reader(self._slave, self._from_slave)

    async def stop(self) -> None:
        """Stop and close all four ends."""
        if self._loop:
            self._loop.remove_reader(self._master)
            self._loop.remove_reader(self._slave)
        if self._silence:
            self._silence.cancel()
        for task in list(self._sending):
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)
        for fd in (self._master, self._master_peer, self._slave, self._slave_peer):
            os.close(fd)

    def _from_master(self) -> None:
        data = _read(self._master)
        if not data:
            return
        self._free_at = max(self._loop.time(), self._free_at) + len(data) * self.byte_s
        self._request += data
        if self._silence:
            self._silence.cancel()
        self._silence = self._loop.call_at(self._free_at + 3.5 * self.byte_s, self._forward)

    def _forward(self) -> None:
        frame, self._request = self._request, b""
        self._silence = None
        if self.echo:
            _write(self._master, frame)
        self._answer = b""
        if self.bus.request(frame):
            _write(self._slave, frame)

    def _from_slave(self) -> None:
        self._answer += _read(self._slave)
        length = frame_length(self._answer)
        if not length or len(self._answer) < length:
            return
        frame, self._answer = self.bus.answer(self._answer[:length]), b""
        if frame:
            task = self._loop.create_task(self._send(frame))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _send(self, frame: bytes) -> None:
        # The turn-round counts from the end of the request; what pymodbus needed is part of it.
        begin = max(self._loop.time(), self._free_at + self.turn_round_s)
        self._free_at = begin + len(frame) * self.byte_s
        for i in range(0, len(frame), BATCH):
            batch = frame[i : i + BATCH]
            await self._until(begin + (i + len(batch)) * self.byte_s)
            _write(self._master, batch)
        self.bus.sent(begin, self._loop.time())

    async def _until(self, moment: float) -> None:
        while (wait := moment - self._loop.time()) > 0:
            await asyncio.sleep(wait)


def _read(fd: int) -> bytes:
    try:
        return os.read(fd, 4096)
    except (BlockingIOError, OSError):
        return b""


def _write(fd: int, data: bytes) -> None:
    try:
        os.write(fd, data)
    except BlockingIOError:
        pass  # nobody reads at the other end: as on a real line, the bytes are gone
