"""What may be asked: a request's head, line by line. Pure: bytes in, facts out.

RFC 9112 sections 3, 5 and 6; what this server does not need of it (chunked bodies, absolute
targets, folded lines) is refused. Who may write: writing.py.
"""

from compat import const

from firmware.unload import call

BODY_MAX = const(16384)

# The only headers kept: what admit() and the page look at.
_KEPT = (b"host", b"origin", b"content-length", b"if-none-match")


class Refusal(Exception):
    """Arguments: status (RFC 9110 section 15), what is wrong (see words.py), numbers in it."""


def request_line(line: bytes) -> tuple:
    """Method and target of a request line, as text."""
    parts = line.split(b" ")
    if (
        len(parts) != 3
        or not parts[0].isalpha()
        or not parts[1].startswith(b"/")
        or not parts[2].startswith(b"HTTP/1.")
        or min(line) < 32
        or max(line) > 126
    ):
        raise Refusal(400, "line")
    if b"%" in parts[1]:  # of all escapes the API needs none
        raise Refusal(404, "percent")
    return parts[0].decode(), parts[1].decode()


def header(line: bytes, headers: dict) -> None:
    """Put a header that is needed into `headers`."""
    colon = line.find(b":")
    if colon < 1 or b" " in line[:colon] or min(line.replace(b"\t", b" ")) < 32:
        raise Refusal(400, "header")
    name = line[:colon].lower()
    if name == b"transfer-encoding":
        raise Refusal(411, "chunked")
    if name in _KEPT:
        if name in headers or max(line) > 126:
            raise Refusal(400, "twice")
        headers[name] = line[colon + 1 :].strip()


def admit(method: str, peer, headers: dict) -> int:
    """The length of the body of a request that may be made. peer: see writing.py."""
    if method != "GET" and method != "HEAD":
        call("firmware.web", "writing", "admit", method, peer, headers)
    length = headers.get(b"content-length", b"0")
    if not length.isdigit():
        raise Refusal(400, "length")
    if len(length) > 9 or int(length) > BODY_MAX:
        raise Refusal(413, "body", BODY_MAX)
    return int(length)
