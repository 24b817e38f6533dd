"""The paths, what stands behind each, and how it is sent: Fusekeeper's own API and WARP's.

Reading: GET of a resource or of any path inside it. Writing as WARP does it: PUT or POST of JSON
to the resource or to its name + "_update"; 200 with an empty body, or 400 with the reason, and
then nothing has changed. The content type is not looked at (curl -d sends a form's).

A resource is a part of this package: `read(context, query)` gives a tree of dicts and lists, one
that can be written has `write(context, request)`, None or error text. Parts are loaded for the
call and freed again; only the status stays, a page asks for it every second.

A long list stands in a tree as a generator: its items are made one by one while they are sent, so
that no answer is ever in memory as a whole.
"""

import json

from firmware.unload import unload
from firmware.web.request import Refusal

READ = {
    "/api": "paths",
    "/api/status": "status",
    "/api/events": "events",
    "/charge_manager/state": "warp_state",
    "/charge_manager/available_current": "available",
    "/charge_manager/config": "config",
}
WRITE = ("/charge_manager/available_current", "/charge_manager/config")

_GENERATOR = type(i for i in ())
_HEAD = (
    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json; charset=UTF-8\r\n"
    "X-Content-Type-Options: nosniff\r\n%s\r\n"
)


def call(part: str, function: str, *arguments):
    """Call a function of a part of this package whose code is loaded for that."""
    stays = False
    try:
        module = __import__("firmware.web." + part, None, None, (function,))
        result = getattr(module, function)(*arguments)
        stays = part == "status"
        return result
    finally:
        module = None
        if not stays:
            unload("firmware.web", (part,))


def walk(tree, path: list):
    """What lies at `path` (names of members and numbers of items) below `tree`; Refusal 404."""
    for step in path:
        found = False
        if isinstance(tree, dict):
            found = step in tree
            if found:
                tree = tree[step]
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


def pieces(tree):
    """Generate the JSON text of a tree, in pieces that fit into the gaps of a full heap: dicts are
    taken apart down to their members. A generator stands for a list."""
    mark = ""
    if isinstance(tree, _GENERATOR):
        yield "["
        for item in tree:
            yield mark
            yield from pieces(item)
            mark = ", "
        yield "]"
    elif isinstance(tree, dict):
        yield "{"
        for name, value in tree.items():
            if isinstance(value, (_GENERATOR, dict)):
                yield '%s"%s": ' % (mark, name)
                yield from pieces(value)
            else:
                yield '%s"%s": %s' % (mark, name, json.dumps(value))
            mark = ", "
        yield "}"
    else:
        yield json.dumps(tree)


def _read(context, path: str, query: str):
    steps = []
    while path not in READ:
        path, _, step = path.rpartition("/")
        if not path:
            raise Refusal(404, "path")
        steps.insert(0, step)
    return walk(call(READ[path], "read", context, query), steps)


def answer(context, request) -> tuple:
    """Head (text) and body (text, or a generator of text or bytes) of the answer to a request
    with .method, .target, .headers and .body (which is used up)."""
    method = request.method
    path, _, query = request.target.partition("?")
    if method == "GET" or method == "HEAD":
        if path == "/":
            return call("page", "page", request)
        tree = _read(context, path, query)
        return _HEAD % "Cache-Control: no-store\r\n", pieces(tree)
    name = path[:-7] if path.endswith("_update") else path
    if name not in WRITE:
        if path != "/":
            _read(context, path, query)  # 404 where there is nothing
        raise Refusal(405, "readonly")
    if method != "PUT" and method != "POST":
        raise Refusal(405, "method")
    try:
        request.body = call("strict_json", "loads", request.body)
    except ValueError as error:
        raise Refusal(400, str(error)) from None
    error = call(READ[name], "write", context, request)
    if error:
        raise Refusal(400, error)
    return _HEAD % "Content-Length: 0\r\n", ""
