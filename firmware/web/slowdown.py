"""Wrong passwords: how long the next attempt has to wait, and what the event log says of them.

They count for the address they came from, and for all together: a whole network of addresses
guesses no faster than once in ten seconds. Loaded for the call.
"""

from compat import address_host, const

from firmware import eventcodes
from firmware.web import Refusal
from firmware.web.logins import ENTRIES, FAILED

_FREE = const(3)  # wrong passwords from an address without a wait
_LONGEST_S = const(64)
_FREE_ALL = const(12)  # from all together
_LONGEST_ALL_S = const(10)
_FORGOTTEN_S = const(900)  # without another wrong one


def wait(connection, memory: list) -> None:
    """Refusal 429 for an attempt that comes too soon."""
    address = address_host(connection.peer)
    now_s = connection.server.context.uptime_s()
    left = 0
    failed = memory[FAILED]
    for entry in list(failed):
        where, count, last_s = entry
        if now_s - last_s > _FORGOTTEN_S:
            entry[1] = 0
            if where:
                failed.remove(entry)
        elif not where and count > _FREE_ALL:
            left = max(left, last_s + min(_LONGEST_ALL_S, count - _FREE_ALL) - now_s)
        elif where == address and count > _FREE:
            left = max(left, last_s + min(_LONGEST_S, 1 << min(9, count - _FREE)) - now_s)
    if left > 0:
        raise Refusal(429, "wait", left)


def was_wrong(connection, memory: list) -> None:
    """Count a wrong password."""
    address = address_host(connection.peer)
    now_s = connection.server.context.uptime_s()
    failed = memory[FAILED]
    failed[0][1] += 1
    failed[0][2] = now_s
    mine = None
    for entry in failed:
        if entry[0] == address:
            mine = entry
    count = 0
    if not mine:
        if len(failed) > ENTRIES:
            failed.remove(min(failed[1:], key=lambda entry: entry[2]))
            count = failed[0][1]  # who comes from ever other addresses does not fill the log
        mine = [address, 0, 0]
        failed.append(mine)
    mine[1] += 1
    mine[2] = now_s
    count = count or mine[1]
    if count & (count - 1) == 0:  # the log is small: the 1st, 2nd, 4th, 8th ...
        _note(connection, eventcodes.LOGIN_FAILED, count)


def was_right(connection, role: int) -> None:
    """Somebody has logged in. What was wrong before still counts: it may have been another."""
    _note(connection, eventcodes.LOGIN, role)


def _note(connection, code: int, subject: int) -> None:
    number = 0
    for part in address_host(connection.peer).split("."):
        number = number << 8 | int(part)
    connection.server.context.events.add(code, subject, number - (number >> 31 << 32))
