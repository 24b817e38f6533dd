"""Answers a request that is complete and may be made: reads, writes, hands over.

Writing, as WARP does it: PUT or POST of JSON; 200 with an empty body, or 400 with the reason, and
then nothing has changed. The content type is not looked at (curl -d sends a form's).
"""

from on_demand import call, take, unload

from firmware.web import Refusal

_PACKAGE = "firmware.web"
_FUNCTIONS = {"W": "write", "A": "write", "P": "patch", "D": "delete"}
_HEAD = (
    "HTTP/1.1 200 OK\r\nConnection: close\r\n%s%s"
    "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n\r\n"
)
_JSON = "Content-Type: application/json; charset=UTF-8\r\n"


async def answer(context, request):
    """Head (text) and body (pieces of text or bytes, made while they are sent) of the answer; None
    when the connection was taken over. The body of the request is used up.

    request: see connection.py; .chunked says afterwards whether the body is to be sent in chunks.
    """
    part, letter, steps, _ = request.route
    if letter == "F":
        request.chunked = False  # its length is known
        return call(_PACKAGE, part, "file", context, request)
    if letter == "L":
        call(_PACKAGE, part, "join", context, request)
        request.is_kept = True
        return None
    if letter != "R":
        tree = await _write(context, request, part, letter)
        if tree is None:
            return _HEAD % ("Content-Length: 0\r\n", request.extra), ()
    try:
        from firmware.web import api  # not before: there is need of the memory

        if letter == "R":
            tree = api.loaded(part, "read", context, request.query)
            tree = call(_PACKAGE, "paths", "walk", tree, steps) if steps else tree
        body = api.pieces(tree)
    finally:
        api = None
        unload(_PACKAGE, ("api",))
    extra = request.extra
    if request.chunked:
        extra += "Transfer-Encoding: chunked\r\n"
    return _HEAD % (_JSON, extra), body


async def _write(context, request, part: str, letter: str):
    """Do what the request asks for; None or a tree. Refusal."""
    if letter != "D" or request.body:
        try:
            request.body = call(_PACKAGE, "strict_json", "loads", request.body)
        except ValueError as error:
            raise Refusal(400, str(error)) from None
    function = take(_PACKAGE, part, _FUNCTIONS[letter])
    result = function(context, request)
    if hasattr(result, "send"):  # a coroutine
        request.server.leave(request)  # the next one has its turn
        result = await result
    if isinstance(result, str):
        raise Refusal(400, result)
    return result
