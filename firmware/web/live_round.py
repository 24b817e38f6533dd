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

from compat import const, sleep_ms, ticks_diff, ticks_ms

from firmware.web.api import loaded
from firmware.web.live import (
    BUFFER,
    CLIENTS,
    FIRST,
    LEFT,
    REST,
    SEEN,
    SENT,
    SITE,
    SIZE,
    SOCK,
    TAKEN_MS,
    UNTIL_MS,
)

_BUFFER = const(480)
_PATIENCE_MS = const(25000)  # one that takes nothing for so long is closed
_FRESH_MS = const(3000)
_MINUTE_MS = const(60000)
_GENERATOR = type(i for i in ())


async def serve(context, live: list) -> None:
    """Offer every row to every client; new settings end the round."""
    site = context.site
    live[CLIENTS][:] = clients = [client for client in live[CLIENTS] if _stays(client)]
    for client in clients:
        client[LEFT] = -1
        client[SIZE] = 0
        client[BUFFER] = bytearray(_BUFFER)
        if live[SITE] is not site:
            client[SEEN] = array("I")
    live[SITE] = site
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
                        event = _event(name, counts[name], _aged(row_part))
                        crc = crc32(event)
                        for client in clients:
                            _push(client, number, crc, event)
                        number += 1
                    counts[name] += 1
                    await sleep_ms(0)
                    if context.site is not site:
                        return
        event = _event("all", counts, members)
        for client in clients:
            if client[FIRST] == 0 and client[LEFT] < 0:  # it has all rows
                _put(client, event)
            client[FIRST] = max(0, client[LEFT])
    finally:
        for client in clients:
            _keep(client)
            client[BUFFER] = None


def _stays(client: list) -> bool:
    """Whether it may; closes one that has gone, takes nothing or has had its time."""
    sock = client[SOCK]
    if sock is None:
        return False
    try:
        gone = sock.readinto(bytearray(8)) == 0
    except OSError:
        gone = True
    now = ticks_ms()
    past_ms = ticks_diff(now, client[UNTIL_MS])
    if client[REST]:
        past_ms = ticks_diff(now, client[TAKEN_MS]) - _PATIENCE_MS
    if gone or past_ms > 0:
        sock.close()
        client[SOCK] = None
    return client[SOCK] is not None


def _aged(members: dict) -> dict:
    age_ms = members.get("age_ms")
    if age_ms is not None:
        step_ms = 1000 if age_ms < _MINUTE_MS else 10000
        members["age_ms"] = 0 if age_ms < _FRESH_MS else age_ms // step_ms * step_ms
    return members


def _event(*parts) -> bytes:
    return b"data: %s\n\n" % json.dumps(parts, separators=(",", ":")).encode()


def _push(client: list, number: int, crc: int, event: bytes) -> None:
    """Send row number `number` of the site if the client does not have it."""
    seen = client[SEEN]
    if number == len(seen):
        seen.append(0)
    if number < client[FIRST] or client[LEFT] >= 0 or seen[number] == crc:
        return
    if _put(client, event):
        seen[number] = crc
    else:
        client[LEFT] = number


def _put(client: list, event: bytes) -> bool:
    """Put an event into the buffer, or send it; whether there was room."""
    if client[SIZE] + len(event) > _BUFFER:
        _keep(client)
    if not _flush(client):
        return False
    size = client[SIZE]
    if size + len(event) > _BUFFER:
        client[REST] = event
        _flush(client)
    else:
        client[BUFFER][size : size + len(event)] = event
        client[SIZE] = size + len(event)
    return True


def _keep(client: list) -> None:
    """Hand the buffer to the socket; what that does not take waits with the client."""
    if _flush(client) and client[SIZE]:
        client[REST] = memoryview(client[BUFFER])[: client[SIZE]]
        client[SIZE] = 0
        _flush(client)


def _flush(client: list) -> bool:
    """Send what waits with the client; whether nothing waits any more."""
    rest = client[REST]
    sock = client[SOCK]
    if rest is None or sock is None:
        return True
    try:
        n = sock.write(memoryview(rest)[client[SENT] :]) or 0
    except OSError:  # the peer has gone
        sock.close()
        client[SOCK] = None
        return True
    if n:
        client[TAKEN_MS] = ticks_ms()
    client[SENT] += n
    if client[SENT] == len(rest):
        client[REST] = None
        client[SENT] = 0
    return client[REST] is None
