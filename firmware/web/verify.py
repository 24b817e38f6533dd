"""Verifies credentials that are not known yet: a password (passwords.py), or a token, which is too
long to be guessed. Those who are logged in do not come here, and so never wait.
"""

from binascii import a2b_base64, hexlify
from hashlib import sha256

from on_demand import call, take

from firmware.web import Refusal
from firmware.web.logins import VERIFIED

_PACKAGE = "firmware.web"


async def verify(connection, memory: list, given: bytes):
    """The credentials (see logins.py) in an Authorization header. Refusal."""
    kind, _, value = given.partition(b" ")
    kind = kind.lower()
    try:
        if kind == b"bearer":
            digest = hexlify(sha256(value.strip()).digest()).decode()
            entry = call(_PACKAGE, "passwords", "find", connection, memory, "hash", digest)
            if not entry or "token" not in entry:
                raise Refusal(401, "token")
            user = "token " + entry["token"]
            role = entry["role"]
        elif kind == b"basic":
            name, _, password = a2b_base64(value).partition(b":")
            user = name.decode()
            role = await take(_PACKAGE, "passwords", "check")(connection, memory, user, password)
            if not role:
                raise Refusal(401, "basic")
            call(_PACKAGE, "slowdown", "was_right", connection, role)
        else:
            raise Refusal(401, "scheme")
    except ValueError:  # no base64, no UTF-8
        raise Refusal(401, "scheme") from None
    now_s = connection.server.context.uptime_s()
    return call(_PACKAGE, "logins", "remember", memory, VERIFIED, given, user, role, now_s)
