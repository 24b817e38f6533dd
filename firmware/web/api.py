"""The paths, what stands behind each, and how it is sent: Fusekeeper's own API and WARP's.

Reading: GET of a resource or of any path inside it. Writing: see writing.py. A resource is a part
of this package: `read(context, query)` gives a tree of dicts and lists, one that can be written
has `write(context, request)`, None or error text. Parts are loaded for the call and freed again:
for the status, which a page asks for every second, that takes a tenth of the time of its answer.

A long list stands in a tree as a generator: its items are made one by one while they are sent, so
that no answer is ever in memory as a whole.
"""

import json

from on_demand import call, unload

from firmware.web import Refusal

READ = {
    "/api": "paths",
    "/api/status": "status",
    "/api/events": "events",
    "/api/inputs": "inputs",
    "/api/operator_limits": "operator_limits",
    "/charge_manager/state": "warp_state",
    "/charge_manager/available_current": "available",
    "/charge_manager/config": "config",
}
WRITE = (
    "/charge_manager/available_current",
    "/charge_manager/config",
    "/api/inputs",  # each by its name behind that
    "/api/operator_limits",
)

_PACKAGE = "firmware.web"
_GENERATOR = type(i for i in ())
HEAD = (
    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json; charset=UTF-8\r\n"
    "X-Content-Type-Options: nosniff\r\n%s\r\n"
)


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
    yield from _loaded(part, "rows", context)


def _loaded(part: str, function: str, *arguments):
    """Call a function of a part; what the part has loaded lives as long as what it returns."""
    try:
        return call(_PACKAGE, part, function, *arguments)
    finally:
        unload(_PACKAGE, ("state",))
        unload("loadmgmt", ("reason",))


def read(context, path: str, query: str):
    """The tree at a path; Refusal 404 where there is none."""
    steps = []
    while path not in READ:
        path, _, step = path.rpartition("/")
        if not path:
            raise Refusal(404, "path")
        steps.insert(0, step)
    tree = _loaded(READ[path], "read", context, query)
    return call(_PACKAGE, "paths", "walk", tree, steps) if steps else tree


def answer(context, request) -> tuple:
    """Head (text) and body (pieces of text or bytes, made while they are sent) of the answer to a
    request with .method, .target, .headers and .body (which is used up). .chunked: whether the
    client knows bodies in chunks; afterwards whether this one, if any, is to be sent so."""
    method = request.method
    path, _, query = request.target.partition("?")
    if method != "GET" and method != "HEAD":
        return call(_PACKAGE, "writing", "write", context, request, path, query)
    if path == "/":
        request.chunked = False  # its length is known
        return call(_PACKAGE, "page", "page", request)
    tree = read(context, path, query)
    extra = "Cache-Control: no-store\r\n"
    if request.chunked:
        extra += "Transfer-Encoding: chunked\r\n"
    return HEAD % extra, pieces(tree)
