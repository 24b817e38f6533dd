"""/api/users: who may log in. PUT /api/users/NAME {"password", "role"}, DELETE /api/users/NAME.

There is always an administrator left. Whoever is changed or taken away is logged out everywhere.
"""

from firmware import eventcodes, users_file, web
from firmware.users_file import USERS
from firmware.web import Refusal
from firmware.web.accounts import ROLES, listed, members, named, stored, unfit, unload_all, weak
from firmware.web.logins import end

_LAST = "%s is the last administrator; right: make another one first"


def read(_context, _query) -> dict:
    """{name: {"role"}}."""
    try:
        return listed("name")
    finally:
        unload_all()


async def write(context, request):
    """Make or change a user. One's own password is changed with the old one only."""
    try:
        return await _write(context, request)
    finally:
        unload_all()


async def _write(context, request):
    name = named(request, "name")
    given = request.body
    wrong = unfit(name) or members(given, (), ("password", "role", "old"))
    if not wrong and "password" in given:
        wrong = weak("password", given["password"])
        if not wrong and name == request.user and "old" not in given:
            wrong = "old: missing; right: your old password"
    if wrong:
        return wrong
    entry = await _hashed(request, name, given) if "password" in given else None
    # from here on nobody else has a turn
    users = listed("name")
    if name in users:
        role = given.get("role", users[name]["role"])
        if role == ROLES[1] and users_file.administrators() == [name]:
            return _LAST % name
        if not entry:
            entry = users_file.find("name", name)
            if role == users[name]["role"]:
                return None
    elif not entry or "role" not in given:
        return "password and role: missing; right: both, for a new user"
    elif len(users) >= USERS:
        return "too many users; right: at most %d" % USERS
    else:
        role = given["role"]
    entry["role"] = ROLES.index(role)
    stored("name", name, entry)
    end(context, name)
    context.events.add(eventcodes.USERS, 1)
    return None


async def _hashed(request, name: str, given: dict) -> dict:
    from firmware.web import verify

    memory = web.memory
    if name == request.user:
        if not await verify.check(request, memory, name, given["old"].encode()):
            raise Refusal(403, "old")
    return await verify.hashed(request, memory, name, given["password"])


def delete(context, request):
    """Take a user away."""
    try:
        name = named(request, "name")
        if users_file.administrators() == [name]:
            return _LAST % name
        stored("name", name, None)
        end(context, name)
        context.events.add(eventcodes.USERS, 2)
        return None
    finally:
        unload_all()
