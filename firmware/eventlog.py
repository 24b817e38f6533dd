"""The event log: a ring of events (seq, uptime in s, code, subject, value), kept over restarts.

add() only fills the ring; keep() writes what is new at most every minute, so that the flash lasts.
The file is appended to and renamed to events.old at 4 KB: never more than 8 KB in all. Numbers go
on over restarts; the uptime starts anew with each STARTED event. Codes: firmware.eventcodes.
"""

import os
import struct

from compat import const, ticks_diff, ticks_ms
from on_demand import call

from firmware.eventcodes import WATCHDOG

FILE = "events"
OLD = "events.old"
_RECORD = "<IIBbi"
_SIZE = const(14)
_FILE_BYTES = const(4096)
_FLUSH_S = const(60)


class EventLog:
    """A ring of `size` events, packed as in the file: a tuple of each would cost five times as
    much. `lost` counts the writes to flash that failed."""

    def __init__(self, size: int = 64):
        self._size = size
        self._ring = bytearray(size * _SIZE)
        self._uptime_s = 0
        self._flushed_s = 0
        self._rest_ms = 0
        self._last_ms = ticks_ms()
        self.lost = 0
        self._next = call("firmware", "event_files", "take_over", self._ring, size)
        self._written = self._next - 1  # number of the last event in the file

    def uptime_s(self) -> int:
        """Return the seconds since the start; must be asked at least once in 6 days."""
        now = ticks_ms()
        ms = self._rest_ms + ticks_diff(now, self._last_ms)
        self._last_ms = now
        self._uptime_s += ms // 1000
        self._rest_ms = ms % 1000
        return self._uptime_s

    def add(self, code: int, subject: int = 0, value: int = 0):
        """Note an event. The one that tells of a coming reset is written at once."""
        subject = max(-128, min(127, subject))
        value = max(-0x80000000, min(0x7FFFFFFF, value))
        at = self._next % self._size * _SIZE
        struct.pack_into(
            _RECORD, self._ring, at, self._next, self.uptime_s(), code, subject, value
        )
        self._next += 1
        if code == WATCHDOG:
            self.flush()

    def since(self, seq: int = 0):
        """Iterate over the events after number `seq` that are still in the ring, oldest first."""
        for number in range(max(seq + 1, self._next - self._size, 1), self._next):
            event = struct.unpack_from(_RECORD, self._ring, number % self._size * _SIZE)
            if event[0] == number:
                yield event

    def flush(self):
        """Append what is new to the file; a flash that is full or broken costs the events only."""
        first = max(self._written + 1, self._next - self._size)
        if first == self._next:
            return
        view = memoryview(self._ring)
        try:
            with open(FILE, "ab") as file:
                for number in range(first, self._next):
                    at = number % self._size * _SIZE
                    file.write(view[at : at + _SIZE])
            if os.stat(FILE)[6] >= _FILE_BYTES:
                os.rename(FILE, OLD)
        except OSError:
            self.lost += self._next - first
        self._written = self._next - 1

    def keep(self):
        """Write what is new when a minute has passed; call it often."""
        uptime_s = self.uptime_s()
        if uptime_s - self._flushed_s >= _FLUSH_S:
            self._flushed_s = uptime_s
            self.flush()
