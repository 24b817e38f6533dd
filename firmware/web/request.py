"""Receives the head of a request, bounded: what a peer may send, and how much of it is kept.

Of its head only what is used is kept, so nothing a peer sends can grow the heap. RFC 9112 sections
2-6; what this server does not need of it (chunked bodies, absolute targets, folded lines) is
refused. Who may: access.py.
"""

from compat import const, readable

from firmware.web import Refusal

BODY_MAX = const(16384)
_FIRST = const(512)  # the buffer to begin with
_LINE = const(1024)  # request line, and each header line; must be twice the above
_HEAD = const(4096)  # all header lines together
_HEADERS = const(32)

# The only headers kept: what is looked at here, by access.py and by the resources.
_KEPT = (
    b"host",
    b"origin",
    b"content-length",
    b"if-none-match",
    b"if-match",
    b"authorization",
    b"cookie",
    b"sec-fetch-site",
    b"x-requested-with",
)


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


def length(method: str, headers: dict) -> int:
    """The length of the body. Refusal for one that is not taken."""
    if b"content-length" not in headers and method in ("PUT", "POST", "PATCH"):
        raise Refusal(411, "length")
    given = headers.get(b"content-length", b"0")
    if not given.isdigit():
        raise Refusal(400, "length")
    if len(given) > 9 or int(given) > BODY_MAX:
        raise Refusal(413, "body", BODY_MAX)
    return int(given)


async def receive(connection) -> None:
    """Read the head of a request into the connection's fields; .body is the length of the body,
    and what has come of it with the head. Refusal, EOFError (the peer has gone), OSError,
    MemoryError."""
    sock = connection.sock
    buffer = bytearray(_FIRST)
    start = end = count = total = 0
    is_first = True
    while True:
        at = buffer.find(b"\n", start, end)
        if at < 0:
            if start:
                end -= start
                buffer[:end] = buffer[start : start + end]
                start = 0
            elif end == _LINE:
                raise Refusal(431 if connection.method else 414, "long", _LINE)
            elif end == _FIRST and len(buffer) == _FIRST:
                buffer += bytes(_FIRST)
            await readable(sock)
            got = sock.readinto(memoryview(buffer)[end:])
            if got == 0:
                raise EOFError
            end += got or 0
            continue
        line = bytes(memoryview(buffer)[start:at])
        start = at + 1
        if line.endswith(b"\r"):
            line = line[:-1]
        if not connection.method:
            if line or not is_first:  # one empty line in front is forgiven, RFC 9112 2.2
                connection.method, connection.target = request_line(line)
                connection.chunked = not line.endswith(b"1.0")
            is_first = False
        elif line:
            count += 1
            total += len(line)
            if count > _HEADERS or total > _HEAD:
                raise Refusal(431, "many", _HEADERS, _HEAD)
            header(line, connection.headers)
        else:
            break
    size = length(connection.method, connection.headers)
    connection.body = size, buffer[start : min(end, start + size)]
