"""Checks of a request's head, line by line; each raises Refusal. Pure: bytes in, facts out.

RFC 9112 sections 3, 5 and 6; what this server does not need of it (chunked bodies, absolute
targets, folded lines) is refused in words.
"""

from compat import const

from firmware.web.refusal import Refusal

BODY_MAX = const(16384)

# The only headers handed on: what access.py and page.py look at.
_KEPT = (b"host", b"origin", b"content-length", b"if-none-match")


def check_request_line(line: bytes) -> tuple:
    """Method and target of a request line."""
    parts = line.split(b" ")
    if (
        len(parts) != 3
        or not parts[0].isalpha()
        or not parts[1].startswith(b"/")
        or not parts[2].startswith(b"HTTP/1.")
        or min(line) < 32
        or max(line) > 126
    ):
        raise Refusal(400, "bad request line; right: GET /path HTTP/1.1")
    # Of all escapes the API needs none.
    if b"%" in parts[1]:
        raise Refusal(404, "no path has a % in it; GET /api lists them")
    return parts[0], parts[1]


def check_header(line: bytes, headers: dict) -> None:
    """Put a header that is needed into `headers`."""
    colon = line.find(b":")
    if colon < 1 or b" " in line[:colon] or min(line.replace(b"\t", b" ")) < 32:
        raise Refusal(400, "bad header line; right: Name: value")
    name = line[:colon].lower()
    if name == b"transfer-encoding":
        raise Refusal(411, "Transfer-Encoding; right: Content-Length")
    if name not in _KEPT:
        return
    if name in headers or max(line) > 126:
        raise Refusal(400, "bad header; right: once, in ASCII")
    headers[name] = line[colon + 1 :].strip()


def check_length(method: bytes, value: bytes | None) -> int:
    """Length of the body by the Content-Length header's value (None: not there)."""
    if value is None:
        if method == b"POST" or method == b"PUT":
            raise Refusal(411, "no Content-Length; right: the number of bytes of the body")
        return 0
    if not value.isdigit():
        raise Refusal(400, "bad Content-Length; right: the number of bytes of the body")
    if len(value) > 9 or int(value) > BODY_MAX:
        raise Refusal(413, "body too large; right: at most %d bytes" % BODY_MAX)
    return int(value)
