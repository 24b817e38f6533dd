"""How a request is refused: one line of plain text, what is wrong and what would be right."""

from compat import const, readable, ticks_add, ticks_diff, ticks_ms

from firmware.eventcodes import TASK_FAILED
from firmware.supervisor import report

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
    "login": "who are you? right: log in on the page, or send user and password, or a token",
    "page": "not logged in; right: POST /api/login",
    "basic": "wrong user or password",
    "wrong": "wrong user or password",
    "token": "unknown token; right: one made by POST /api/tokens",
    "scheme": "wrong Authorization; right: Basic or Bearer",
    "old": "the old password is wrong",
    "own": "only a user has a password; right: log in as one",
    "administrator": "a viewer may only read; right: log in as administrator",
    "first": "nobody may write yet; right: set the administrator's password first, on the page or "
    'by POST /api/setup {"password": ".."}',
    "set": "there is a password already; right: log in",
    "damaged": "the file of users is damaged: nobody can log in; docs/security.md says what helps",
    "wait": "too many wrong passwords; try again in %d s",
    "verifying": "busy with another login; try again",
    "user": "no such name; GET /api/users and /api/tokens list them",
    "foreign": "write from a foreign page; right: from our own page",
    "name": "unknown name in Host; right: the IP address, or a name ending in .local",
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
    "failed": "a mistake of the firmware; its console shows which",
    "since": "wrong query; right: ?since=number of the last event you have",
}

# our page has a form of its own, and no use for the browser's
_CHALLENGED = ("login", "basic", "token", "scheme")


def answer(status: int, what: str, *numbers) -> bytes:
    """A complete answer. what: one of the words above, or a text of its own."""
    text = _WORDS.get(what, what)
    body = (text % numbers if numbers else text).encode() + b"\n"
    head = (
        "HTTP/1.1 %d Refused\r\nConnection: close\r\nContent-Type: text/plain; charset=UTF-8\r\n"
        "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n"
        "Content-Length: %d\r\n%s\r\n"
    )
    extra = ""
    if status == 405:
        extra = "Allow: %s\r\n" % numbers
    elif status == 429:
        extra = "Retry-After: %d\r\n" % numbers
    elif what in _CHALLENGED:
        extra = 'WWW-Authenticate: Basic realm="Fusekeeper", charset="UTF-8"\r\n'
    return (head % (status, len(body), extra)).encode() + body


def confess(context, error) -> None:
    """Note a mistake of ours in the log, and show it on the console."""
    context.events.add(TASK_FAILED, -1)
    report(error)


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
