"""Verifies credentials that are not known yet, slowly: passwords are stretched, one at a time, and
who was wrong several times waits before the next attempt, longer each time. Those who are logged
in never wait: they do not come here.

A wrong password counts for the address it came from, and for all together: a whole network of
addresses guesses no faster than once in ten seconds. Tokens are too long to be guessed.
"""

import os
from binascii import a2b_base64, hexlify, unhexlify
from hashlib import sha256

from compat import address_host, const, sleep_ms

from firmware import eventcodes, users_file
from firmware.stretch import ROUNDS, stretch
from firmware.web import Refusal
from firmware.web.logins import (
    CHANGES,
    DAMAGED,
    ENTRIES,
    FAILED,
    IS_BUSY,
    LOCKED,
    MODE,
    VERIFIED,
    remember,
)

_FREE = const(3)  # wrong passwords from an address without a wait
_LONGEST_S = const(64)
_FREE_ALL = const(12)  # from all together
_LONGEST_ALL_S = const(10)
_FORGOTTEN_S = const(900)  # without another wrong one
_BUSY_MS = const(50)
_BUSY_TRIES = const(80)
_NOBODY = b"nobody is called"  # the salt for it: it takes as long as a wrong password


async def verify(connection, memory: list, given: bytes):
    """The credentials (see logins.py) in an Authorization header. Refusal."""
    kind, _, value = given.partition(b" ")
    kind = kind.lower()
    try:
        if kind == b"bearer":
            user, role = _token(connection, memory, value.strip())
        elif kind == b"basic":
            name, _, password = a2b_base64(value).partition(b":")
            user = name.decode()
            role = await check(connection, memory, user, password)
            if not role:
                raise Refusal(401, "basic")
        else:
            raise Refusal(401, "scheme")
    except ValueError:  # no base64, no UTF-8
        raise Refusal(401, "scheme") from None
    now_s = connection.server.context.uptime_s()
    if kind == b"basic":
        welcome(connection, role)
    return remember(memory, VERIFIED, given, user, role, now_s)


def welcome(connection, role: int) -> None:
    """Note that somebody has logged in."""
    number = number_of(address_host(connection.peer))
    connection.server.context.events.add(eventcodes.LOGIN, role, number)


def _find(connection, memory: list, kind: str, value: str):
    """users_file.find(); Refusal when the file is damaged."""
    try:
        return users_file.find(kind, value)
    except (ValueError, OSError):
        if memory[MODE] == LOCKED:
            connection.server.context.events.add(eventcodes.USERS_DAMAGED)
        memory[MODE] = DAMAGED
        raise Refusal(401, "damaged") from None


def _token(connection, memory: list, value: bytes) -> tuple:
    digest = hexlify(sha256(value).digest()).decode()
    entry = _find(connection, memory, "hash", digest)
    if not entry or "token" not in entry:
        raise Refusal(401, "token")
    return "token " + entry["token"], entry["role"]


async def check(connection, memory: list, name: str, password: bytes) -> int:
    """The role of a user whose password that is; 0 when it is wrong. Refusal 401, 429, 503."""
    context = connection.server.context
    address = address_host(connection.peer)
    _wait(memory, address, context.uptime_s())
    await take_turn(connection, memory)
    try:
        _wait(memory, address, context.uptime_s())  # somebody was wrong meanwhile
        changes = memory[CHANGES]
        entry = _find(connection, memory, "name", name)
        salt = unhexlify(entry["salt"]) if entry else _NOBODY
        found = await stretch(password, salt, entry["rounds"] if entry else ROUNDS)
    finally:
        memory[IS_BUSY] = False
    if changes != memory[CHANGES]:  # of the users, meanwhile
        raise Refusal(503, "verifying")
    if entry and hexlify(found).decode() == entry["hash"]:
        return entry["role"]
    count = _failed(memory, address, context.uptime_s())
    if count & (count - 1) == 0:  # the log is small: the 1st, 2nd, 4th, 8th ...
        context.events.add(eventcodes.LOGIN_FAILED, count, number_of(address))
    return 0


async def hashed(connection, memory: list, name: str, password: str) -> dict:
    """The entry for the file of a user, still without a role. Refusal 503."""
    salt = os.urandom(16)
    await take_turn(connection, memory)
    try:
        found = await stretch(password.encode(), salt, ROUNDS)
    finally:
        memory[IS_BUSY] = False
    return {
        "name": name,
        "role": 0,
        "salt": hexlify(salt).decode(),
        "hash": hexlify(found).decode(),
        "rounds": ROUNDS,
    }


async def take_turn(connection, memory: list) -> None:
    """Wait until nobody's password is being stretched. Refusal 503 when that takes too long."""
    tries = 0
    while memory[IS_BUSY]:
        tries += 1
        if tries > _BUSY_TRIES:
            raise Refusal(503, "verifying")
        await sleep_ms(_BUSY_MS)
    memory[IS_BUSY] = True
    connection.started_ms = connection.deadline_ms  # it does not dawdle, it has to wait


def number_of(address: str) -> int:
    """An IPv4 address as the value of an event."""
    number = 0
    for part in address.split("."):
        number = number << 8 | int(part)
    return number - (1 << 32) if number >> 31 else number


def _wait(memory: list, address: str, now_s: int) -> None:
    """Refusal 429 for an attempt that comes too soon."""
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


def _failed(memory: list, address: str, now_s: int) -> int:
    """Count a wrong password; how many from this address in a row."""
    failed = memory[FAILED]
    failed[0][1] += 1
    failed[0][2] = now_s
    mine = None
    for entry in failed:
        if entry[0] == address:
            mine = entry
    if not mine:
        if len(failed) > ENTRIES:
            failed.remove(min(failed[1:], key=lambda entry: entry[2]))
        mine = [address, 0, 0]
        failed.append(mine)
    mine[1] += 1
    mine[2] = now_s
    return mine[1]
