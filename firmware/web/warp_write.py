"""What is written to an object of WARP's API, and how it gets into the settings.

Every member has to be there; null leaves it as it is. One alone can be written to its sub-path, or
as a bare value where the object has no other.
"""

import json

from firmware.web import Refusal


def whole(shown: dict, request) -> dict:
    """All members as they are to be; `shown` are those in force. Refusal."""
    steps = request.steps
    body = request.body
    if steps:
        if len(steps) > 1 or steps[0] not in shown:
            raise Refusal(404, "path")
        body = dict.fromkeys(shown)
        body[steps[0]] = request.body
    elif len(shown) == 1 and not isinstance(body, dict):
        body = dict.fromkeys(shown, body)
    names = ", ".join(sorted(shown))
    if not isinstance(body, dict):
        refuse("no object; right: one with %s" % names)
    for name in body:
        if name not in shown:
            refuse("unknown member %s; right: %s" % (name[:40], names))
    for name in shown:
        if name not in body:
            refuse("%s is missing; right: its value, or null to leave it" % name)
    return {name: shown[name] if body[name] is None else body[name] for name in shown}


def refuse(text: str) -> None:
    """Nothing of it is taken."""
    raise Refusal(400, text)


def integer(given: dict, name: str, low: int, high: int) -> int:
    """That member, if it is a whole number of low..high."""
    value = given[name]
    if type(value) is not int or not low <= value <= high:
        refuse("wrong %s; right: an integer, %d..%d" % (name, low, high))
    return value


def truth(given: dict, name: str) -> bool:
    """That member, if it is true or false."""
    if given[name] is not True and given[name] is not False:
        refuse("wrong %s; right: true or false" % name)
    return given[name]


def fixed(shown: dict, given: dict, name: str, why: str) -> None:
    """That member cannot be changed here."""
    if type(given[name]) is not type(shown[name]) or given[name] != shown[name]:
        refuse("%s cannot be changed: %s; right: %s" % (name, why, json.dumps(shown[name])))


def store(context, change) -> str | None:
    """Let change(document) alter the settings in force, check and use them; the error text."""
    known = context.document()
    if context.settings_error and not known["circuits"]:
        return "settings.json is not in force; right: mend that file first"
    change(known)
    return context.apply_settings(known)
