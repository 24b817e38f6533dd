"""GET /api: which paths can be read and which can be written. And the way into a resource."""

from firmware.web import Refusal
from firmware.web.routes import rows

_GENERATOR = type(i for i in ())


def read(_context, _query) -> dict:
    """The tree of names."""
    found = sorted(rows())
    return {
        "read": [row[0] for row in found if "R" in row[2]],
        "write": [row[0] for row in found if row[4] != 9],
    }


def walk(tree, path: list):
    """What lies at `path` (names of members and numbers of items) below `tree`; Refusal 404."""
    for step in path:
        found = False
        if isinstance(tree, (dict, tuple)):
            for part in tree if isinstance(tree, tuple) else (tree,):
                if step in part:
                    tree = part[step]
                    found = True
                    break
        elif isinstance(tree, (list, _GENERATOR)) and step.isdigit() and len(step) < 4:
            i = int(step)
            for item in tree:
                if i == 0:
                    tree = item
                    found = True
                    break
                i -= 1
        if not found:
            raise Refusal(404, "path")
    return tree
