"""POST /api/password {"old", "new"}: users change their own."""

from on_demand import call, take

from firmware import eventcodes, web
from firmware.web import Refusal
from firmware.web.logins import CHANGES

_PACKAGE = "firmware.web"


async def write(context, request):
    """Change it; all sessions of the user end, but one who asks with a session gets a new one."""
    memory = web.memory
    given = request.body
    user = request.user
    if user == "" or " " in user:  # everybody, or a token
        raise Refusal(403, "own")
    wrong = call(_PACKAGE, "accounts", "members", given, ("old", "new"), (), "new")
    if wrong:
        return wrong
    check = take(_PACKAGE, "passwords", "check")
    role = await check(request, memory, user, given["old"].encode())
    check = None
    if not role:
        raise Refusal(403, "old")
    changes = memory[CHANGES]
    hashed = take(_PACKAGE, "passwords", "hashed")
    entry = await hashed(request, memory, user, given["new"])
    hashed = None
    if changes != memory[CHANGES]:  # this user may be gone
        raise Refusal(503, "verifying")
    entry["role"] = role
    call(_PACKAGE, "accounts", "stored", "name", user, entry)
    call(_PACKAGE, "logins", "end", context, user)
    context.events.add(eventcodes.PASSWORD, 1)
    if b"cookie" in request.headers:
        call(_PACKAGE, "sessions", "begin", request, user, role)
    return None
