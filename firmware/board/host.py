"""The PC: MicroPython's unix port under tools/run_firmware.py, its watchdog and reset button.

The bus is a tty. termios here knows neither flow control nor VMIN, and read(n) of the unix port
waits for all n bytes, so each byte is asked for by itself once poll() has announced it. A tty
that vanishes is opened again every second; meanwhile the bus is silent.
"""

import select
import sys
import time

from compat import TIMEOUT, const, readable, sleep_ms, ticks_add, ticks_diff, ticks_ms, wait_for_ms
from on_demand import call, take

_REOPEN_MS = const(1000)


arguments = call("firmware.board", "host_seldom", "take_arguments", sys.argv[1:])


class _Heartbeat:
    """The watchdog: a byte to the guardian for each feed(), if there is one."""

    def __init__(self, number):
        self._pipe = None if number is None else open(number, "wb", buffering=0)

    def feed(self):
        try:
            if self._pipe:
                self._pipe.write(b".")
        except OSError:  # the guardian has gone
            sys.exit(1)


def __getattr__(name: str):
    """What is needed seldom is loaded when it is asked for."""
    return take("firmware.board", "host_seldom", name)


def watchdog(timeout_ms: int):
    """Return the watchdog; how long the guardian waits is said on its own command line."""
    return _Heartbeat(arguments.heartbeat)


def reset_cause() -> str:
    """Return power_on, restart (asked for) or watchdog (hung, crashed or killed)."""
    return arguments.reset_cause


def utc_s() -> int:
    """Return the unix time of the PC's clock."""
    return int(time.time())


class _Tty:
    """The byte stream of the bus, for modbus.rtu. No tty: nothing is sent, nothing comes."""

    def __init__(self, settings: dict):
        self._settings = settings
        self._us_per_byte = 11000000 // settings["baud"]
        self._file = None
        self._poll = None
        self._tried_ms = ticks_add(ticks_ms(), -_REOPEN_MS)
        self._open()

    def discard(self):
        """Drop what was received (at most what a tty can hold)."""
        byte = bytearray(1)
        for _ in range(4096):
            if not self._take(byte, 0):
                return

    async def send(self, data):
        """Send; returns when the last byte is out. What does not fit is lost, as on a real bus."""
        self._open()
        if self._file is None:
            return
        try:
            for _, ready in self._poll.poll(0):
                if ready & select.POLLOUT:
                    self._file.write(data)
        except OSError:
            self.close()
        await sleep_ms(len(data) * self._us_per_byte // 1000 + 1)

    async def receive(self, buffer, timeout_ms: int) -> int:
        """Fill `buffer` with what has come and return how much; 0 = nothing in timeout_ms."""
        end = ticks_add(ticks_ms(), timeout_ms)
        while True:
            self._open()
            count = 0
            while count < len(buffer) and self._take(buffer, count):
                count += 1
            left = ticks_diff(end, ticks_ms())
            if count or left <= 0:
                return count
            if self._file is None:
                await sleep_ms(min(left, _REOPEN_MS))
                continue
            try:
                await wait_for_ms(self._readable(), left)
            except TIMEOUT:
                return 0

    async def _readable(self):
        """This runs a little later: new settings may have closed the file by then, and a closed
        one that is registered makes MicroPython's next poll crash."""
        if self._file is not None:
            await readable(self._file)

    def _take(self, buffer, at: int) -> bool:
        """Read one byte to buffer[at] if there is one."""
        if self._file is None:
            return False
        try:
            for _, ready in self._poll.poll(0):
                if ready & ~select.POLLOUT:
                    byte = self._file.read(1)
                    if byte:
                        buffer[at] = byte[0]
                        return True
                    self.close()
        except OSError:
            self.close()
        return False

    def _open(self):
        """Open the tty if it is not, at most once a second."""
        if self._file is not None or ticks_diff(ticks_ms(), self._tried_ms) < _REOPEN_MS:
            return
        self._tried_ms = ticks_ms()
        settings = self._settings
        try:
            self._file = open(settings["port"], "r+b", buffering=0)
            call("firmware.board", "line", "configure", self._file.fileno(), settings)
        except OSError:
            self.close()
            return
        self._poll = select.poll()
        self._poll.register(self._file, select.POLLIN | select.POLLOUT)

    def close(self):
        """Give the tty back; the next use opens it again."""
        if self._file is not None:
            self._file.close()
        self._file = None


def open_rs485(settings: dict):
    """Return the bus on the tty of the settings; None when no port is given."""
    return _Tty(settings) if settings["port"] else None
