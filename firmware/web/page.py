"""GET /: the page, one gzipped file with everything inside.

Its ETag is gzip's own trailer, CRC-32 and length of the content (RFC 1952 section 2.3.1).
"""

from binascii import hexlify

from firmware.web import Refusal

_FILE = "www/index.html.gz"
_PIECE = 512

# The page's own policy (hashes of its script and style) is inside it; framing has to be said here.
_HEAD = (
    "HTTP/1.1 %s\r\nConnection: close\r\nETag: %s\r\n%s"
    "Content-Type: text/html; charset=UTF-8\r\nContent-Encoding: gzip\r\n"
    "Cache-Control: no-cache\r\nContent-Security-Policy: frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n\r\n"
)


def _pieces():
    with open(_FILE, "rb") as file:
        piece = file.read(_PIECE)
        while piece:
            yield piece
            piece = file.read(_PIECE)


def file(_context, request) -> tuple:
    """Head and body: the page, or 304 when the browser has it."""
    try:
        with open(_FILE, "rb") as file:
            size = file.seek(-8, 2) + 8
            tag = b'"%s"' % hexlify(file.read(8))
    except OSError:
        raise Refusal(404, "path") from None
    if request.headers.get(b"if-none-match") == tag:
        return _HEAD % ("304 Not Modified", tag.decode(), ""), ()
    length = "Content-Length: %d\r\n" % size if request.method == "GET" else ""
    return _HEAD % ("200 OK", tag.decode(), length), _pieces()
