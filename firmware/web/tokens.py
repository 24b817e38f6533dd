"""/api/tokens: bearer tokens for scripts. POST {"name", "role"} answers the token, this once: what
is kept of it is its SHA-256, enough for 160 random bits. DELETE /api/tokens/NAME.
"""

import os
from binascii import hexlify
from hashlib import sha256

from on_demand import call

from firmware import eventcodes
from firmware.users_file import TOKENS
from firmware.web import Refusal

_PACKAGE = "firmware.web"


def read(_context, _query) -> dict:
    """{name: {"role"}}."""
    return call(_PACKAGE, "accounts", "listed", "token")


def write(context, request):
    """Make a token."""
    given = request.body
    if request.steps:
        raise Refusal(404, "path")
    wrong = call(_PACKAGE, "accounts", "members", given, ("name", "role"))
    wrong = wrong or call(_PACKAGE, "accounts", "unfit", given["name"])
    if wrong:
        return wrong
    name = given["name"]
    tokens = call(_PACKAGE, "accounts", "listed", "token")
    if name in tokens:
        return "there is a token of that name; right: delete it first, or another name"
    if len(tokens) >= TOKENS:
        return "too many tokens; right: at most %d" % TOKENS
    secret = "fk_" + hexlify(os.urandom(20)).decode()
    digest = hexlify(sha256(secret.encode()).digest()).decode()
    role = 1 if given["role"] == "viewer" else 2
    entry = {"token": name, "role": role, "hash": digest}
    call(_PACKAGE, "accounts", "stored", "token", name, entry)
    context.events.add(eventcodes.USERS, 3)
    return {"name": name, "role": given["role"], "token": secret}


def delete(context, request) -> None:
    """Take a token away."""
    name = call(_PACKAGE, "accounts", "named", request, "token")
    call(_PACKAGE, "accounts", "stored", "token", name, None)
    call(_PACKAGE, "logins", "end", context, "token " + name)
    context.events.add(eventcodes.USERS, 4)
