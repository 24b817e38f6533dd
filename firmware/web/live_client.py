"""One client of the live updates: what it has, what is on its way to it, and how long it may stay.

A buffer of its own collects events, so that a write takes many of them: each costs the chip
milliseconds. When the socket takes no more, nothing else is kept for it: what does not fit is not
marked as seen, so the client gets the newer state later. Rows that were refused come first in the
next round, else those at the end would never have their turn.
"""

from array import array

from compat import const, ticks_add, ticks_diff, ticks_ms

_BUFFER = const(480)
_PATIENCE_MS = const(25000)  # one that takes nothing for so long is closed
_LIFE_MS = const(900000)  # then the browser connects anew: who asks is looked at again
_HEAD = (
    b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/event-stream\r\n"
    b"Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\nretry: 500\n\n"
)


class Client:
    """push() each row of a round, then finish(). sock is None when it has ended."""

    def __init__(self, sock, user):
        self.sock = sock
        self.user = user
        self.taken_ms = ticks_ms()  # when the socket has last taken something
        self.until_ms = ticks_add(self.taken_ms, _LIFE_MS)
        self._seen = array("I")  # CRC of each row that it has
        self._next = 0  # the row to begin this round with
        self._left = -1  # the first one of this round that did not fit
        self._buffer = bytearray(_BUFFER)
        self._size = 0
        self._rest = None  # of an event that is longer than the buffer
        self._put(_HEAD)

    def forget(self) -> None:
        """It has nothing of this site."""
        self._seen = array("I")

    def push(self, number: int, crc: int, event: bytes) -> None:
        """Send row number `number` of the site if it does not have it."""
        seen = self._seen
        if number == len(seen):
            seen.append(0)
        if number < self._next or self._left >= 0 or seen[number] == crc:
            return
        if self._put(event):
            seen[number] = crc
        else:
            self._left = number

    def finish(self, event: bytes) -> None:
        """Send the event that closes a round, if it has all rows; and what has been waiting."""
        if self._next == 0 and self._left < 0:
            self._put(event)
        self._next = max(0, self._left)
        self._left = -1
        self.flush()

    def is_open(self) -> bool:
        """Whether it may stay; closes one that has gone, takes nothing or has had its time."""
        if self.sock is None:
            return False
        now = ticks_ms()
        try:
            gone = self.sock.readinto(bytearray(8)) == 0
        except OSError:
            gone = True
        if gone or ticks_diff(now, self.taken_ms) > _PATIENCE_MS:
            self.close()
        elif ticks_diff(now, self.until_ms) > 0 and not self._size and not self._rest:
            self.close()
        return self.sock is not None

    def close(self) -> None:
        """End it."""
        if self.sock is not None:
            self.sock.close()
            self.sock = None

    def _put(self, event: bytes) -> bool:
        """Send an event, or put it into the buffer; whether there was room."""
        if self._size + len(event) > _BUFFER:
            self.flush()
            if self._size or self._rest:
                return False
            if len(event) > _BUFFER:
                n = self._write(event)
                self._rest = memoryview(event)[n:] if n < len(event) else None
                return True
        end = self._size + len(event)
        self._buffer[self._size : end] = event
        self._size = end
        return True

    def flush(self) -> None:
        """Hand as much as the socket takes to it."""
        if self._rest:
            n = self._write(self._rest)
            self._rest = self._rest[n:] if n < len(self._rest) else None
        if self._size and not self._rest:
            n = self._write(memoryview(self._buffer)[: self._size])
            self._size -= n
            if n and self._size:
                self._buffer[: self._size] = self._buffer[n : n + self._size]

    def _write(self, data) -> int:
        """How many bytes the socket has taken."""
        if self.sock is None:
            return 0
        try:
            n = self.sock.write(data) or 0
        except OSError:  # the peer has gone
            self.close()
            n = 0
        if n:
            self.taken_ms = ticks_ms()
        return n
