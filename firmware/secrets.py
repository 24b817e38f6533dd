"""What of the settings is written but never shown: passwords. Loaded for the call.

What is read has STARS in their place; where STARS come back, the stored one stays.
"""

from firmware.wrong import fail

STARS = "***"
PATHS = (("network", "wifi", "password"),)


def mask(document: dict) -> dict:
    """Return the document without its secrets; the given one stays as it is."""
    for path in PATHS:
        if _at(document, path) is not None:
            document = _with(document, path, STARS)
    return document


def unmask(new, old: dict):
    """Return what was written with the stored secrets where it has STARS; the given ones stay as
    they are. Raises wrong.Invalid where none is stored."""
    for path in PATHS:
        if _at(new, path) == STARS:
            stored = _at(old, path)
            if stored is None:
                fail(".".join(path), "none is stored", "it, or null")
            new = _with(new, path, stored)
    return new


def _at(node, path):
    for key in path:
        if not isinstance(node, dict):
            return None
        node = node.get(key)
    return node


def _with(node, path, value):
    """A copy in which only what lies on the path is new."""
    node = dict(node)
    node[path[0]] = value if len(path) == 1 else _with(node[path[0]], path[1:], value)
    return node
