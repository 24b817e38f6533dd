"""Who asks, and whether they may: found out from the head of a request, before its body is read.

Credentials are the cookie of a session, HTTP basic (RFC 7617) or a bearer token (RFC 6750). Those
that are known take two hashes; new ones are verified by verify.py. Until the first password is set
everybody may read, and only set it.

What a foreign page in somebody's browser may not do: write (Origin, Sec-Fetch-Site), or reach us
by a name of its own that resolves to us (DNS rebinding): the names we answer to are numbers, names
without a dot, and those that no one can register. Clients that are no browsers are left alone:
they send no Origin, and with credentials of their own they may use any name.
"""

from hashlib import sha256

from on_demand import call

from firmware import web
from firmware.web import Refusal
from firmware.web.logins import DAMAGED, FIRST_VISIT, KEY, MODE, SESSION_S, SESSIONS, VERIFIED

_COOKIE = b"fusekeeper="
_OWN = (b".local", b".lan", b".internal", b".home.arpa")


def guard(headers: dict, is_reading: bool, mode: int) -> None:
    """Refusal for what a foreign page has made a browser ask. Credentials, which it may send,
    too, are no excuse before there are any."""
    host = headers.get(b"host", b"")
    if not is_reading and (
        headers.get(b"origin", b"http://" + host) != b"http://" + host
        or headers.get(b"sec-fetch-site", b"none") not in (b"none", b"same-origin")
    ):
        raise Refusal(403, "foreign")
    name = host.split(b":")[0].lower()
    is_known = mode != FIRST_VISIT and b"authorization" in headers
    if b"." in name and not is_known and not name.replace(b".", b"").isdigit():
        for end in _OWN:
            if name.endswith(end):
                return
        raise Refusal(403, "name")


def session(headers: dict) -> bytes:
    """The secret in our cookie, b"" where there is none."""
    for cookie in headers.get(b"cookie", b"").split(b";"):
        cookie = cookie.strip()
        if cookie.startswith(_COOKIE):
            return cookie[len(_COOKIE) :]
    return b""


def known(entries: list, digest: bytes, now_s: int):
    """The session or credential with that hash, or None."""
    for entry in entries:
        if entry[0] == digest:
            if now_s - entry[3] > SESSION_S:
                entries.remove(entry)
                return None
            entry[3] = now_s
            return entry
    return None


def identify(connection):
    """Set the connection's role and user. Refusal for what may not be asked on its .route.

    Credentials that are not known yet are returned instead; then decide() has to follow, with what
    verify.py has found: there is no memory for both at once.
    """
    headers = connection.headers
    context = connection.server.context
    memory = web.memory
    if memory is None:
        memory = call("firmware.web", "logins", "start", context)
    mode = memory[MODE]
    guard(headers, connection.method == "GET" or connection.method == "HEAD", mode)
    entry = None
    if mode != FIRST_VISIT:
        given = headers.get(b"authorization")
        secret = session(headers) if given is None else given
        if secret:
            entries = memory[SESSIONS if given is None else VERIFIED]
            entry = known(entries, sha256(memory[KEY] + secret).digest(), context.uptime_s())
        if given is not None and entry is None:
            return given
    decide(connection, entry)
    return None


def decide(connection, entry) -> None:
    """The rest of identify(): `entry` is the session or credential, or None."""
    headers = connection.headers
    if web.memory is None:  # other users have been restored meanwhile
        raise Refusal(503, "verifying")
    mode = web.memory[MODE]
    is_open = mode == FIRST_VISIT or getattr(connection.server.context, "open_reading", False)
    connection.user = entry[1] if entry else ""
    role = entry[2] if entry else 0
    if role == 0 and is_open:
        role = 1
    connection.role = role
    if role >= connection.route[3]:
        return
    if connection.user:
        raise Refusal(403, "administrator")
    if mode == FIRST_VISIT:
        raise Refusal(403, "first")
    if mode == DAMAGED:
        raise Refusal(401, "damaged")
    # a page asks with this header, or for live updates
    is_page = b"x-requested-with" in headers or connection.route[1] == "L"
    raise Refusal(401, "page" if is_page else "login")
