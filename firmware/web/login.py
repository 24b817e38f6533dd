"""POST /api/setup, /api/login, /api/logout: sessions of the page.

A session is a cookie that scripts cannot see (HttpOnly) and that no foreign page makes a browser
send (SameSite). A password is never in an answer, nor in the text of an error.
"""

from on_demand import call, take

from firmware import eventcodes, web
from firmware.web import Refusal
from firmware.web.logins import FIRST_VISIT, LOCKED, MODE

_PACKAGE = "firmware.web"
_FIRST_USER = "admin"


async def write(context, request):
    """Do what the path says; a tree, None or what is wrong with the body."""
    path = request.target
    if path.startswith("/api/setup"):
        return await _setup(context, request)
    if path.startswith("/api/login"):
        return await _login(request)
    wrong = call(_PACKAGE, "accounts", "members", request.body, ())
    if not wrong:
        call(_PACKAGE, "sessions", "close", request)
    return wrong


async def _setup(context, request):
    """Set the first password."""
    memory = web.memory
    given = request.body
    if memory[MODE] != FIRST_VISIT:
        raise Refusal(403, "set")
    wrong = call(_PACKAGE, "accounts", "members", given, ("password",), (), "password")
    if wrong:
        return wrong
    hashed = take(_PACKAGE, "passwords", "hashed")
    entry = await hashed(request, memory, _FIRST_USER, given["password"])
    hashed = None
    if memory[MODE] != FIRST_VISIT:  # somebody was faster
        raise Refusal(403, "set")
    entry["role"] = 2
    call(_PACKAGE, "accounts", "stored", "name", _FIRST_USER, entry)
    memory[MODE] = LOCKED
    call(_PACKAGE, "logins", "end", context, "")
    context.events.add(eventcodes.PASSWORD, 0)
    return call(_PACKAGE, "sessions", "begin", request, _FIRST_USER, 2)


async def _login(request):
    """Begin a session."""
    memory = web.memory
    given = request.body
    wrong = call(_PACKAGE, "accounts", "members", given, ("password",), ("user",))
    if wrong:
        return wrong
    if memory[MODE] == FIRST_VISIT:
        raise Refusal(403, "first")
    user = given.get("user", _FIRST_USER)
    check = take(_PACKAGE, "passwords", "check")
    role = await check(request, memory, user, given["password"].encode())
    check = None
    if not role:
        raise Refusal(401, "wrong")
    call(_PACKAGE, "slowdown", "was_right", request, role)
    return call(_PACKAGE, "sessions", "begin", request, user, role)
