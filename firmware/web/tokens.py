"""/api/tokens: bearer tokens for scripts. POST {"name", "role"} answers the token, this once: what
is kept of it is its SHA-256, enough for 160 random bits. DELETE /api/tokens/NAME.
"""

import os
from binascii import hexlify
from hashlib import sha256

from firmware import eventcodes
from firmware.users_file import TOKENS
from firmware.web import Refusal
from firmware.web.accounts import ROLES, listed, members, named, stored, unfit, unload_all
from firmware.web.logins import end

_PREFIX = "fk_"


def read(_context, _query) -> dict:
    """{name: {"role"}}."""
    try:
        return listed("token")
    finally:
        unload_all()


def write(context, request):
    """Make a token."""
    try:
        given = request.body
        if request.steps:
            raise Refusal(404, "path")
        wrong = members(given, ("name", "role")) or unfit(given["name"])
        if wrong:
            return wrong
        tokens = listed("token")
        if given["name"] in tokens:
            return "there is a token of that name; right: delete it first, or another name"
        if len(tokens) >= TOKENS:
            return "too many tokens; right: at most %d" % TOKENS
        secret = _PREFIX + hexlify(os.urandom(20)).decode()
        digest = hexlify(sha256(secret.encode()).digest()).decode()
        entry = {"token": given["name"], "role": ROLES.index(given["role"]), "hash": digest}
        stored("token", given["name"], entry)
        context.events.add(eventcodes.USERS, 3)
        return {"name": given["name"], "role": given["role"], "token": secret}
    finally:
        unload_all()


def delete(context, request):
    """Take a token away."""
    try:
        name = named(request, "token")
        stored("token", name, None)
        end(context, "token " + name)
        context.events.add(eventcodes.USERS, 4)
    finally:
        unload_all()
