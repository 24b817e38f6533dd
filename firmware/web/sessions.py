"""Begins and ends the sessions of the page; loaded for the call."""

import os
from binascii import hexlify
from hashlib import sha256

from on_demand import call, take

from firmware import web
from firmware.web.logins import KEY, SESSION_S, SESSIONS

_COOKIE = "Set-Cookie: fusekeeper=%s; HttpOnly; SameSite=Strict; Path=/; Max-Age=%d\r\n"


def begin(request, user: str, role: int) -> dict:
    """Begin one, which takes the place of the one that the browser had; who it is of."""
    close(request)
    secret = hexlify(os.urandom(20))
    now_s = request.server.context.uptime_s()
    call("firmware.web", "logins", "remember", web.memory, SESSIONS, secret, user, role, now_s)
    request.extra = _COOKIE % (secret.decode(), SESSION_S)
    return {"user": user, "role": ("", "viewer", "administrator")[role]}


def close(request) -> None:
    """End the one that the request belongs to."""
    memory = web.memory
    secret = take("firmware.web", "access", "session")(request.headers)
    digest = sha256(memory[KEY] + secret).digest()
    for entry in list(memory[SESSIONS]):
        if entry[0] == digest:
            memory[SESSIONS].remove(entry)
    request.extra = _COOKIE % ("", 0)
