"""The PC: MicroPython's unix port under tools/run_firmware.py, its watchdog and reset button.

The bus is a tty. termios here knows neither flow control nor VMIN, and read(n) of the unix port
waits for all n bytes, so each byte is asked for by itself once poll() has announced it. A tty
that vanishes is opened again every second; meanwhile the bus is silent.
"""

import gc
import select
import sys
import time

from compat import TIMEOUT, const, readable, sleep_ms, ticks_add, ticks_diff, ticks_ms, wait_for_ms
from on_demand import call

RESTART = const(3)  # exit code; tools/guardian.py knows it too
_REOPEN_MS = const(1000)


class _Arguments:
    """--http-port N and --bind ADDRESS; --heartbeat FD, --reset-cause WORD by the guardian."""

    def __init__(self, words: list):
        given = {}
        for i in range(0, len(words) - 1, 2):
            given[words[i]] = words[i + 1]
        port = given.get("--http-port")
        heartbeat = given.get("--heartbeat")
        self.port = None if port is None else int(port)
        self.bind = given.get("--bind", "0.0.0.0")
        self.heartbeat = None if heartbeat is None else int(heartbeat)
        self.reset_cause = given.get("--reset-cause", "power_on")


arguments = _Arguments(sys.argv[1:])


class _Heartbeat:
    """The watchdog: a byte to the guardian for each feed()."""

    def __init__(self, number: int):
        self._pipe = open(number, "wb", buffering=0)

    def feed(self):
        try:
            self._pipe.write(b".")
        except OSError:  # the guardian has gone
            sys.exit(1)


class _Unguarded:
    """Started by hand, without a guardian: nobody is there to be told."""

    def feed(self):
        pass


def watchdog(timeout_ms: int):
    """Return the watchdog; how long the guardian waits is said on its own command line."""
    return _Unguarded() if arguments.heartbeat is None else _Heartbeat(arguments.heartbeat)


def maintenance():
    """Nothing to do: after Ctrl-C the process ends."""


def unique_id() -> str:
    """Return an id that no other site on this PC has: the address it listens on."""
    return "host" + "".join(["%02x" % int(part) for part in arguments.bind.split(".")])


def reset_cause() -> str:
    """Return power_on, restart (asked for) or watchdog (hung, crashed or killed)."""
    return arguments.reset_cause


def restart():
    """End the process so that the guardian starts it anew; does not return."""
    sys.exit(RESTART)


def mem_info() -> tuple:
    """Return (used, free) bytes of the Python heap; beside it there is as much as the PC has."""
    return gc.mem_alloc(), gc.mem_free(), 0


def safe_outputs():
    """A PC has none: the direction of the bus is the adapter's affair."""


def open_contact(number: int):
    """Raise ValueError: there are no pins to read a contact at."""
    raise ValueError("a PC has no pins")


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
                await wait_for_ms(readable(self._file), left)
            except TIMEOUT:
                return 0

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
