"""Passwords: verified and made into what is stored, slowly and one at a time. Loaded for the call;
so is each of its parts, since there is no memory for all of them at once.
"""

import os
from binascii import hexlify, unhexlify

from compat import const, sleep_ms
from on_demand import call, take

from firmware import eventcodes
from firmware.stretch import ROUNDS
from firmware.web import Refusal
from firmware.web.logins import CHANGES, DAMAGED, IS_BUSY, LOCKED, MODE

_BUSY_MS = const(50)
_BUSY_TRIES = const(80)
_NOBODY = b"nobody is called"  # the salt for it: it takes as long as a wrong password


def find(connection, memory: list, kind: str, value: str):
    """users_file.find(); Refusal when the file is damaged."""
    try:
        return call("firmware", "users_file", "find", kind, value)
    except (ValueError, OSError):
        if memory[MODE] == LOCKED:
            connection.server.context.events.add(eventcodes.USERS_DAMAGED)
        memory[MODE] = DAMAGED
        raise Refusal(401, "damaged") from None


async def check(connection, memory: list, name: str, password: bytes) -> int:
    """The role of a user whose password that is; 0 when it is wrong. Refusal 401, 429, 503."""
    call("firmware.web", "slowdown", "wait", connection, memory)
    await _take_turn(connection, memory)
    try:
        call("firmware.web", "slowdown", "wait", connection, memory)  # another was wrong meanwhile
        changes = memory[CHANGES]
        entry = find(connection, memory, "name", name)
        salt = unhexlify(entry["salt"]) if entry else _NOBODY
        rounds = entry["rounds"] if entry else ROUNDS
        found = await take("firmware", "stretch", "stretch")(password, salt, rounds)
    finally:
        memory[IS_BUSY] = False
    if changes != memory[CHANGES]:  # of the users, meanwhile
        raise Refusal(503, "verifying")
    if entry and hexlify(found).decode() == entry["hash"]:
        return entry["role"]
    call("firmware.web", "slowdown", "was_wrong", connection, memory)
    return 0


async def hashed(connection, memory: list, name: str, password: str) -> dict:
    """The entry for the file of a user, still without a role. Refusal 503."""
    salt = os.urandom(16)
    await _take_turn(connection, memory)
    try:
        found = await take("firmware", "stretch", "stretch")(password.encode(), salt, ROUNDS)
    finally:
        memory[IS_BUSY] = False
    return {
        "name": name,
        "role": 0,
        "salt": hexlify(salt).decode(),
        "hash": hexlify(found).decode(),
        "rounds": ROUNDS,
    }


async def _take_turn(connection, memory: list) -> None:
    """Wait until nobody's password is being stretched. Refusal 503 when that takes too long."""
    tries = 0
    while memory[IS_BUSY]:
        tries += 1
        if tries > _BUSY_TRIES:
            raise Refusal(503, "verifying")
        await sleep_ms(_BUSY_MS)
    memory[IS_BUSY] = True
    connection.started_ms = connection.deadline_ms  # it does not dawdle, it has to wait
