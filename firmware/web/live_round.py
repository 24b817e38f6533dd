"""A round of the live updates: GET /api/status, row by row, as server-sent events.

Each row of the site is made once and offered to all clients; a CRC for each row says who has it.
Control has its turn after each row. Events ("data: " and JSON):

  ["chargers", 3, {..}]      members of row 3 of a list; those that it does not name stay
  ["all", {"chargers": 16, ..}, {"uptime_s": 7, ..}]
                             closes a round: the client has everything as it is now; how long the
                             lists are, and the members of the site that are no lists

Ages would change every row in every round: age_ms is 0 up to 3 s, then in whole seconds, beyond a
minute in tens.

A buffer for each client collects events, so that a write takes many of them: each costs the chip
milliseconds. When the socket takes no more, nothing else is kept for it: what does not fit is not
marked as seen, so the client gets the newer state later. What did not fit comes first in its next
round, else the rows at the end would never have their turn.
"""

import json
from array import array
from binascii import crc32

from compat import const, sleep_ms, ticks_ms

from firmware.web.api import loaded

_BUFFER = const(480)
_FRESH_MS = const(3000)
_MINUTE_MS = const(60000)
_GENERATOR = type(i for i in ())


async def serve(stream) -> None:
    """Offer every row to every client; new settings end the round."""
    context = stream.context
    site = context.site
    if site is not stream.site:
        stream.site = site
        for client in stream.clients:
            client.seen = array("I")
    offers = [_Offer(client) for client in stream.clients]
    try:
        counts = {}
        members = {}
        number = 0
        for part in loaded("status", "read", context, ""):
            for name, value in part.items():
                if not isinstance(value, _GENERATOR):
                    members[name] = value
                    continue
                counts[name] = 0
                for row in value:
                    for row_part in row if isinstance(row, tuple) else (row,):
                        _offer(offers, number, _event(name, counts[name], _aged(row_part)))
                        number += 1
                    counts[name] += 1
                    await sleep_ms(0)
                    if context.site is not site:
                        return
        closing = _event("all", counts, members)
        for offer in offers:
            offer.finish(closing)
    finally:
        for offer in offers:
            offer.keep()


def _offer(offers, number: int, event: bytes) -> None:
    crc = crc32(event)
    for offer in offers:
        offer.push(number, crc, event)


def _aged(members: dict) -> dict:
    age_ms = members.get("age_ms")
    if age_ms is not None:
        step_ms = 1000 if age_ms < _MINUTE_MS else 10000
        members["age_ms"] = 0 if age_ms < _FRESH_MS else age_ms // step_ms * step_ms
    return members


def _event(*parts) -> bytes:
    return b"data: %s\n\n" % json.dumps(parts, separators=(",", ":")).encode()


class _Offer:
    """What a client gets in this round: push() each row, finish(), keep()."""

    def __init__(self, client):
        self.client = client
        self.left = -1  # the first row that did not fit
        self.size = 0  # bytes in the buffer
        self.buffer = bytearray(_BUFFER)

    def push(self, number: int, crc: int, event: bytes) -> None:
        """Send row number `number` of the site if the client does not have it."""
        client = self.client
        seen = client.seen
        if number == len(seen):
            seen.append(0)
        if number < client.first or self.left >= 0 or seen[number] == crc:
            return
        if self._put(event):
            seen[number] = crc
        else:
            self.left = number

    def finish(self, event: bytes) -> None:
        """All rows have been offered: close the round if the client has them all."""
        if self.client.first == 0 and self.left < 0:
            self._put(event)
        self.client.first = max(0, self.left)

    def keep(self) -> None:
        """Hand the buffer to the socket; what it does not take waits with the client."""
        if self._flush() and self.size:
            self.client.rest = memoryview(self.buffer)[: self.size]
            self.size = 0
            self._flush()

    def _put(self, event: bytes) -> bool:
        """Put an event into the buffer, or send it; whether there was room."""
        if self.size + len(event) > _BUFFER:
            self.keep()
        if not self._flush():
            return False
        size = self.size
        if size + len(event) > _BUFFER:
            self.client.rest = event
            self._flush()
        else:
            self.buffer[size : size + len(event)] = event
            self.size = size + len(event)
        return True

    def _flush(self) -> bool:
        """Send what waits with the client; whether nothing waits any more."""
        client = self.client
        if client.rest is None:
            return True
        try:
            n = client.sock.write(memoryview(client.rest)[client.sent :]) or 0
        except OSError:  # the peer has gone
            client.close()
            n = 0
        if n:
            client.taken_ms = ticks_ms()
        client.sent += n
        if client.sent == len(client.rest) or not client.is_open:
            client.rest = None
            client.sent = 0
        return client.rest is None
