"""How a request is refused: one line of plain text, what is wrong and what would be right."""

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
    "readonly": "not writable; right: GET",
    "method": "wrong method; right: GET, PUT or POST",
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
    allow = "Allow: GET, PUT, POST\r\n" if status == 405 else ""
    return (head % (status, len(body), allow)).encode() + body
