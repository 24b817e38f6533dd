"""What is wrong with a value of the settings, in one form: where, what, what would be right."""

import json


class Invalid(ValueError):
    """A value is not what it should be; the text says where, what and what would be right."""


def fail(path: str, wrong: str, right: str):
    """Raise Invalid in the form all errors have."""
    raise Invalid("%s: %s; give %s" % (path, wrong, right))


def show(value) -> str:
    """Return a value as a person wrote it, cut short."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, (list, tuple)):
        return "a list"
    text = json.dumps(value)
    return text if len(text) <= 40 else text[:36] + "..."


def each_once(entries, path, key) -> list:
    """Return the values of `key`; raise Invalid when one (but "" and null) is there twice."""
    seen = []
    for i, entry in enumerate(entries):
        value = entry[key]
        if value in seen and value:
            where = "%s[%d].%s" % (path, i, key)
            fail(where, "%s is there twice" % show(value), "each its own " + key)
        seen.append(value)
    return seen


def known(path, value, names):
    """Raise Invalid for a name that is not one of `names`; null is none."""
    if value is not None and value not in names:
        fail(path, show(value) + " is unknown", "one of " + ", ".join(names) if names else "null")
