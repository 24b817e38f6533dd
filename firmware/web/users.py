"""/api/users: who may log in. PUT /api/users/NAME {"password", "role"}, DELETE /api/users/NAME.

There is always an administrator left. Whoever is changed or taken away is logged out everywhere.
"""

from on_demand import call, take

from firmware import eventcodes, web
from firmware.users_file import USERS
from firmware.web import Refusal

_PACKAGE = "firmware.web"
_LAST = "%s is the last administrator; right: make another one first"
_POSSIBLE = ("password", "role", "old")


def read(_context, _query) -> dict:
    """{name: {"role"}}."""
    return call(_PACKAGE, "accounts", "listed", "name")


async def write(context, request):
    """Make or change a user. One's own password is changed with the old one only."""
    name = call(_PACKAGE, "accounts", "named", request, "name")
    given = request.body
    wrong = call(_PACKAGE, "accounts", "unfit", name)
    wrong = wrong or call(_PACKAGE, "accounts", "members", given, (), _POSSIBLE, "password")
    if wrong:
        return wrong
    entry = None
    if "password" in given:
        if name == request.user:
            if "old" not in given:
                return "old: missing; right: your old password"
            check = take(_PACKAGE, "passwords", "check")
            if not await check(request, web.memory, name, given["old"].encode()):
                raise Refusal(403, "old")
            check = None
        hashed = take(_PACKAGE, "passwords", "hashed")
        entry = await hashed(request, web.memory, name, given["password"])
        hashed = None
    # from here on nobody else has a turn
    users = call(_PACKAGE, "accounts", "listed", "name")
    if name in users:
        role = given.get("role", users[name]["role"])
        if role == "viewer" and _is_last(users, name):
            return _LAST % name
        if not entry:
            entry = call("firmware", "users_file", "find", "name", name)
            if role == users[name]["role"]:
                return None
    elif not entry or "role" not in given:
        return "password and role: missing; right: both, for a new user"
    elif len(users) >= USERS:
        return "too many users; right: at most %d" % USERS
    else:
        role = given["role"]
    entry["role"] = 1 if role == "viewer" else 2
    _changed(context, name, entry, 1)
    return None


def delete(context, request):
    """Take a user away."""
    name = call(_PACKAGE, "accounts", "named", request, "name")
    if _is_last(call(_PACKAGE, "accounts", "listed", "name"), name):
        return _LAST % name
    _changed(context, name, None, 2)
    return None


def _is_last(users: dict, name: str) -> bool:
    """Whether there is no other administrator."""
    for other in users:
        if other != name and users[other]["role"] == "administrator":
            return False
    return True


def _changed(context, name: str, entry, what: int) -> None:
    call(_PACKAGE, "accounts", "stored", "name", name, entry)
    call(_PACKAGE, "logins", "end", context, name)
    context.events.add(eventcodes.USERS, what)
