"""GET /api/hello: what this is, and who asks; for everybody, with or without a login."""

import json

from firmware import board, web
from firmware.web.logins import FIRST_VISIT, MODE

_ROLES = ("nobody", "viewer", "administrator")
_HEAD = (
    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json; charset=UTF-8\r\n"
    "%sX-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n\r\n"
)


def file(context, request) -> tuple:
    """Head and body."""
    body = json.dumps(
        {
            "name": context.name,
            "version": context.version,
            "serial": board.unique_id(),
            "first_visit": web.memory[MODE] == FIRST_VISIT,
            "user": request.user,
            "role": _ROLES[request.role],
        }
    )
    length = "Content-Length: %d\r\n" % len(body.encode()) if request.method == "GET" else ""
    return _HEAD % length, (body,)
