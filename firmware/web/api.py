"""From a tree of dicts and lists to the text of an answer, piece by piece.

A resource is a part of this package, see routes.py: `read(context, query)` gives a tree. Parts are
loaded for the call and freed again: for the status that takes a tenth of the time of its answer.

A long list stands in a tree as a generator: its items are made one by one while they are sent, so
that no answer is ever in memory as a whole.
"""

import json

from on_demand import call, unload

_PACKAGE = "firmware.web"
_GENERATOR = type(i for i in ())


def pieces(tree):
    """Generate the JSON text of a tree, in pieces that fit into the gaps of a full heap: dicts are
    taken apart into their members, of which none is large. A generator stands for a list, a tuple
    of dicts for one dict whose members are in all of them."""
    mark = ""
    if isinstance(tree, _GENERATOR):
        yield "["
        for item in tree:
            yield mark
            yield from pieces(item)
            mark = ", "
        yield "]"
    elif isinstance(tree, (dict, tuple)):
        yield "{"
        for part in tree if isinstance(tree, tuple) else (tree,):
            for name, value in part.items():
                if isinstance(value, _GENERATOR):
                    yield '%s"%s": ' % (mark, name)
                    yield from pieces(value)
                else:
                    yield '%s"%s": %s' % (mark, name, json.dumps(value))
                mark = ", "
        yield "}"
    else:
        yield json.dumps(tree)


def rows(context, part: str):
    """Generate a list of a tree by rows(context) of a part that is loaded when its turn comes."""
    yield from loaded(part, "rows", context)


def loaded(part: str, function: str, *arguments):
    """Call a function of a part; what the part has loaded lives as long as what it returns."""
    try:
        return call(_PACKAGE, part, function, *arguments)
    finally:
        unload(_PACKAGE, ("state",))
        unload("loadmgmt", ("reason",))
