"""POST /api/setup, /api/login, /api/logout, /api/password: sessions of the page.

A session is a cookie that scripts cannot see (HttpOnly) and that no foreign page makes a browser
send (SameSite). A password is never in an answer, nor in the text of an error.
"""

import os
from binascii import hexlify
from hashlib import sha256

from firmware import eventcodes, web
from firmware.web import Refusal, verify
from firmware.web.access import session
from firmware.web.accounts import ROLES, members, stored, unload_all, weak
from firmware.web.logins import (
    CHANGES,
    FIRST_VISIT,
    KEY,
    LOCKED,
    MODE,
    SESSION_S,
    SESSIONS,
    end,
    remember,
)

_FIRST_USER = "admin"
_COOKIE = "Set-Cookie: fusekeeper=%s; HttpOnly; SameSite=Strict; Path=/; Max-Age=%d\r\n"


async def write(context, request):
    """Do what the path says; a tree, None or what is wrong with the body."""
    try:
        path = request.target
        if path.startswith("/api/setup"):
            return await _setup(context, request)
        if path.startswith("/api/login"):
            return await _login(context, request)
        if path.startswith("/api/password"):
            return await _password(context, request)
        wrong = members(request.body, ())
        if not wrong:
            _close(web.memory, request)
            request.extra = _COOKIE % ("", 0)
        return wrong
    finally:
        unload_all()


def _open(context, request, memory: list, user: str, role: int) -> dict:
    """Begin a session, which takes the place of the one that the browser had."""
    _close(memory, request)
    secret = hexlify(os.urandom(20))
    remember(memory, SESSIONS, secret, user, role, context.uptime_s())
    request.extra = _COOKIE % (secret.decode(), SESSION_S)
    return {"user": user, "role": ROLES[role]}


def _close(memory: list, request) -> None:
    digest = sha256(memory[KEY] + session(request.headers)).digest()
    for entry in list(memory[SESSIONS]):
        if entry[0] == digest:
            memory[SESSIONS].remove(entry)


async def _setup(context, request):
    """Set the first password."""
    memory = web.memory
    given = request.body
    if memory[MODE] != FIRST_VISIT:
        raise Refusal(403, "set")
    wrong = members(given, ("password",)) or weak("password", given["password"])
    if wrong:
        return wrong
    entry = await verify.hashed(request, memory, _FIRST_USER, given["password"])
    if memory[MODE] != FIRST_VISIT:  # somebody was faster
        raise Refusal(403, "set")
    entry["role"] = 2
    stored("name", _FIRST_USER, entry)
    memory[MODE] = LOCKED
    end(context, "")
    context.events.add(eventcodes.PASSWORD, 0)
    return _open(context, request, memory, _FIRST_USER, 2)


async def _login(context, request):
    """Begin a session."""
    memory = web.memory
    given = request.body
    wrong = members(given, ("password",), ("user",))
    if wrong:
        return wrong
    if memory[MODE] == FIRST_VISIT:
        raise Refusal(403, "first")
    user = given.get("user", _FIRST_USER)
    role = await verify.check(request, memory, user, given["password"].encode())
    if not role:
        raise Refusal(401, "wrong")
    verify.welcome(request, role)
    return _open(context, request, memory, user, role)


async def _password(context, request):
    """Change one's own password; all other sessions of the user end."""
    memory = web.memory
    given = request.body
    if request.user == "" or " " in request.user:  # everybody, or a token
        raise Refusal(403, "own")
    wrong = members(given, ("old", "new")) or weak("new", given["new"])
    if wrong:
        return wrong
    role = await verify.check(request, memory, request.user, given["old"].encode())
    if not role:
        raise Refusal(403, "old")
    changes = memory[CHANGES]
    entry = await verify.hashed(request, memory, request.user, given["new"])
    if changes != memory[CHANGES]:  # this user may be gone
        raise Refusal(503, "verifying")
    entry["role"] = role
    stored("name", request.user, entry)
    end(context, request.user)
    context.events.add(eventcodes.PASSWORD, 1)
    if session(request.headers):
        _open(context, request, memory, request.user, role)
    return None
