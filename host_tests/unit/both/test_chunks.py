"""firmware/web/connection.py: answers of any length, whole or cut off, in chunks and without."""

import asyncio

from firmware.web import connection
from firmware.web.connection import Connection

HEAD = "HTTP/1.1 200 OK\r\nX: y\r\n\r\n"


class Peer:
    """What Connection._answer() needs of a connection; keeps what is sent."""

    method = "GET"

    class server:
        context = None

    def __init__(self, chunked):
        self.chunked = chunked
        self.sent = b""
        self.longest = 0

    async def _send(self, data):
        self.sent += bytes(data)
        self.longest = max(self.longest, len(data))


def sent(chunked, body, method="GET"):
    """What goes out for this body, behind the head; and whether an error ended it."""
    peer = Peer(chunked)
    peer.method = method

    async def answer(context, request):
        return HEAD, body

    take = connection.take
    connection.take = lambda package, part, name: answer
    failed = False
    try:
        asyncio.run(Connection._answer(peer))
    except MemoryError:
        failed = True
    finally:
        connection.take = take
    assert peer.longest <= 512
    head = HEAD.encode()
    assert not peer.sent or peer.sent[: len(head)] == head
    return peer.sent[len(head) :], failed


def answered(chunked, body, method="GET"):
    data, failed = sent(chunked, body, method)
    assert not failed
    return data


def whole(data):
    """Put chunks together; the rest of the data has to be empty."""
    found = b""
    while True:
        end = data.find(b"\r\n")
        size = int(data[:end], 16)
        assert data[end + 2 + size : end + 4 + size] == b"\r\n"
        if size == 0:
            assert end + 4 == len(data)
            return found
        found += data[end + 2 : end + 2 + size]
        data = data[end + 4 + size :]


def text(length):
    """Pieces of some length each, as text and as bytes."""
    for at in range(0, length, 7):
        piece = "abcdefg"[: min(7, length - at)]
        yield piece.encode() if at % 2 else piece


def test_all_lengths_come_whole():
    for length in list(range(30)) + list(range(440, 520)) + list(range(930, 1020)):
        expected = ("abcdefg" * (length // 7 + 1))[:length].encode()
        assert answered(False, text(length)) == expected
        assert whole(answered(True, text(length))) == expected
    assert whole(answered(True, (b"x" * 3000,))) == b"x" * 3000


def test_what_has_no_body_has_no_chunks():
    assert answered(True, ()) == b""
    assert answered(True, text(9), "HEAD") == b""


def cut_off(length):
    for piece in text(length):
        yield piece
    raise MemoryError


def test_an_answer_without_its_end_is_seen_to_be_cut_off():
    for length in (0, 3, 400, 498, 499, 2000):
        data, failed = sent(True, cut_off(length))
        assert failed
        assert b"\r\n0\r\n" not in data and b"000\r\n" not in data
