"""Resources of the API as trees of dicts and lists, looked into by path and sent in small pieces.

A long list is an `Each`: its items are made one by one while they are sent, so that no answer is
ever in memory as a whole.
"""

import json

from firmware.web.refusal import Refusal


class Each:
    """A list whose item i is made by `make(i)` when it is needed."""

    def __init__(self, count: int, make):
        self.count = count
        self.make = make


def walk(tree, path: list):
    """What lies at `path` (names of members and numbers of items) below `tree`; Refusal 404."""
    for step in path:
        if isinstance(tree, dict) and step in tree:
            tree = tree[step]
            continue
        if isinstance(tree, (list, Each)) and step.isdigit() and len(step) < 4:
            i = int(step)
            if isinstance(tree, list) and i < len(tree):
                tree = tree[i]
                continue
            if isinstance(tree, Each) and i < tree.count:
                tree = tree.make(i)
                continue
        raise Refusal(404, "no such path; GET /api lists them")
    return tree


def pieces(tree):
    """Generate the JSON text of a tree. An `Each` may be a member of the outermost dict, or it."""
    if isinstance(tree, Each):
        yield "["
        for i in range(tree.count):
            yield (", " if i else "") + json.dumps(tree.make(i))
        yield "]"
    elif isinstance(tree, dict):
        mark = "{"
        for name, value in tree.items():
            yield '%s"%s": ' % (mark, name)
            if isinstance(value, Each):
                for piece in pieces(value):
                    yield piece
            else:
                yield json.dumps(value)
            mark = ", "
        yield "}" if mark == ", " else "{}"
    else:
        yield json.dumps(tree)
