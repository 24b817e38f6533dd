"""What the parts that change users and tokens have in common; loaded for each call."""

from on_demand import call

from firmware.web import Refusal

ROLES = ("", "viewer", "administrator")
_NAME = "abcdefghijklmnopqrstuvwxyz0123456789._-"
_SHORTEST = 8
_LONGEST = 128


def members(given, needed: tuple, possible: tuple = (), new: str = ""):
    """What is wrong with the members of a body, all of which are text; or None. No value is in it:
    one may be a password. new: the member that is to become a password."""
    right = "right: an object with " + (", ".join(needed + possible) or "nothing in it")
    if not isinstance(given, dict):
        return "wrong value; " + right
    for name in given:
        if name not in needed and name not in possible:
            return "unknown member; " + right
        if not isinstance(given[name], str):
            return name + ": wrong value; right: text"
        if name == "role" and given[name] not in ROLES[1:]:
            return "role: wrong value; right: viewer or administrator"
    for name in needed:
        if name not in given:
            return name + ": missing; right: text"
    if new in given and not _SHORTEST <= len(given[new]) <= _LONGEST:
        return "%s: wrong length; right: %d to %d characters" % (new, _SHORTEST, _LONGEST)
    return None


def unfit(name: str):
    """What is wrong with the name of a user or token, or None."""
    if 0 < len(name) <= 32:
        for letter in name:
            if letter not in _NAME:
                break
        else:
            return None
    return "wrong name; right: 1 to 32 of a-z, 0-9, dot, underscore and hyphen"


def listed(kind: str) -> dict:
    """{name: {"role"}} of users ("name") or tokens ("token"). Refusal when the file is damaged."""
    found = {}
    try:
        for name, role in call("firmware", "users_file", "roles", kind):
            found[name] = {"role": ROLES[role]}
    except (OSError, ValueError):
        raise Refusal(503, "damaged") from None
    return found


def named(request, kind: str) -> str:
    """The user or token that the path names. Refusal 404."""
    if len(request.steps) != 1:
        raise Refusal(404, "path")
    if request.method == "DELETE" and request.steps[0] not in listed(kind):
        raise Refusal(404, "user")
    return request.steps[0]


def stored(kind: str, name: str, entry) -> None:
    """users_file.change(); Refusal when it cannot be written."""
    try:
        call("firmware", "users_file", "change", kind, name, entry)
    except (OSError, ValueError) as error:
        raise Refusal(503, "users: not written (%s); nothing has changed" % error) from None
