"""GET of a file that is made with the image: one gzipped file each, whole, which clients keep.

Its ETag is gzip's own trailer, CRC-32 and length of the content (RFC 1952 section 2.3.1). Which
compressions a client takes is not looked at: there is one.
"""

from binascii import hexlify

from firmware.web import Refusal

_PIECE = 512
_HEAD = (
    "HTTP/1.1 %s\r\nConnection: close\r\nETag: %s\r\n%s"
    "Content-Type: %s; charset=UTF-8\r\nContent-Encoding: gzip\r\n"
    "Cache-Control: no-cache\r\nContent-Security-Policy: frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\nCross-Origin-Resource-Policy: same-origin\r\n\r\n"
)


def _pieces(name):
    with open(name, "rb") as opened:
        piece = opened.read(_PIECE)
        while piece:
            yield piece
            piece = opened.read(_PIECE)


def file(_context, request) -> tuple:
    """Head and body: the file of this path, or 304 when the client has it."""
    name = request.target.partition("?")[0]
    # The page's own policy (hashes of its script and style) is inside it; framing is said here.
    kind = "text/html" if name == "/" else "application/json"
    name = "www/%s.gz" % ("index.html" if name == "/" else name.rpartition("/")[2])
    try:
        with open(name, "rb") as opened:
            size = opened.seek(-8, 2) + 8
            tag = '"%s"' % hexlify(opened.read(8)).decode()
    except OSError:
        raise Refusal(404, "path") from None
    if request.headers.get(b"if-none-match") == tag.encode():
        return _HEAD % ("304 Not Modified", tag, "", kind), ()
    length = "Content-Length: %d\r\n" % size if request.method == "GET" else ""
    return _HEAD % ("200 OK", tag, length, kind), _pieces(name)
