"""How a request is refused: one line of plain text, what is wrong and what would be right."""

from compat import const, readable, ticks_add, ticks_diff, ticks_ms

_SCRAP = const(512)
_PIECES = const(8)
_DRAIN = const(2097152)  # read and forgotten at most, so that a refused peer sees the answer
_DRAIN_MS = const(3000)
_SILENT_MS = const(400)  # a refused peer that sends nothing more has seen it

_WORDS = {
    "line": "bad request line; right: GET /path HTTP/1.1",
    "percent": "no path has a % in it; GET /api lists them",
    "path": "no such path; GET /api lists them",
    "header": "bad header line; right: Name: value",
    "twice": "bad header; right: once, in ASCII",
    "chunked": "Transfer-Encoding; right: Content-Length",
    "login": "writing needs a login, which is not there yet, or the device itself",
    "foreign": "write from a foreign page; right: from our own page",
    "length": "bad or no Content-Length; right: the number of bytes of the body",
    "body": "body too large; right: at most %d bytes",
    "short": "body ends after %d bytes; right: %d",
    "long": "line too long; right: at most %d bytes",
    "many": "too many headers; right: %d, %d bytes",
    "slow": "too slow; right: the whole request within 8 s",
    "full": "all connections are taken; try again in a second",
    "busy": "busy with another large body; try again",
    "memory": "out of memory; try again",
    "method": "wrong method; right: %s",
    "since": "wrong query; right: ?since=number of the last event you have",
}


def answer(status: int, what: str, *numbers) -> bytes:
    """A complete answer. what: one of the words above, or a text of its own."""
    text = _WORDS.get(what, what)
    body = (text % numbers if numbers else text).encode() + b"\n"
    head = (
        "HTTP/1.1 %d Refused\r\nConnection: close\r\nContent-Type: text/plain; charset=UTF-8\r\n"
        "X-Content-Type-Options: nosniff\r\nContent-Length: %d\r\n%s\r\n"
    )
    allow = "Allow: %s\r\n" % numbers if status == 405 else ""
    return (head % (status, len(body), allow)).encode() + body


async def drain(connection) -> None:
    """Read on for a while: to close with bytes unread would reset the connection, and the peer
    would never see why it was refused."""
    end_ms = ticks_add(ticks_ms(), _DRAIN_MS)
    scrap = bytearray(_SCRAP)
    left = _DRAIN
    while connection.reading and left > 0 and ticks_diff(end_ms, ticks_ms()) > 0:
        connection.deadline_ms = ticks_add(ticks_ms(), _SILENT_MS)
        await readable(connection.sock)
        for _ in range(_PIECES):  # then the others have their turn
            got = connection.sock.readinto(scrap)
            if got == 0:
                return
            if got is None:
                break
            left -= got
