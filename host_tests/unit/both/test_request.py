"""firmware/web/request.py and words.py: what of a request's head is taken."""

from firmware.web import Refusal
from firmware.web.request import header, length, request_line
from firmware.web.words import answer


def status_of(call, *arguments):
    try:
        call(*arguments)
    except Refusal as refusal:
        status, what = refusal.args[:2]
        text = answer(*refusal.args).decode()
        assert "right: " in text or "GET /api" in text or "login" in text
        assert not text.endswith("\n" + what + "\n"), "there are no words for it"
        return status
    return 0


def test_request_lines():
    for line, status in (
        (b"GET / HTTP/1.1", 0),
        (b"PUT /charge_manager/config HTTP/1.0", 0),
        (b"GET /api/events?since=4 HTTP/1.1", 0),
        (b"", 400),
        (b"GET", 400),
        (b"GET /", 400),  # HTTP/0.9
        (b"GET / HTTP/2.0", 400),
        (b"GET / HTTP/1.1 x", 400),
        (b"GET  / HTTP/1.1", 400),
        (b"GET http://else.where/ HTTP/1.1", 400),
        (b"GET * HTTP/1.1", 400),
        (b"G=T / HTTP/1.1", 400),
        (b" / HTTP/1.1", 400),
        (b"GET /\x00 HTTP/1.1", 400),
        (b"GET /\xc3\xa4 HTTP/1.1", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),  # TLS
        (b"GET /%zz HTTP/1.1", 404),
        (b"GET /api/status?x=%ff HTTP/1.1", 404),
    ):
        assert status_of(request_line, line) == status, line
    assert request_line(b"HEAD /a HTTP/1.1") == ("HEAD", "/a")


def test_header_lines():
    for line, status in (
        (b"Host: 192.168.1.5", 0),
        (b"Accept:", 0),
        (b"X-Name: M\xc3\xbcller", 0),  # not looked at
        (b"Tab:\tvalue", 0),
        (b"no colon", 400),
        (b": value", 400),
        (b"Na me: value", 400),
        (b"Name : value", 400),
        (b" folded: line", 400),
        (b"X: \x00", 400),
        (b"Host: \xff", 400),
        (b"Transfer-Encoding: chunked", 411),
    ):
        assert status_of(header, line, {}) == status, line
    headers = {}
    header(b"HOST:  a.b ", headers)
    header(b"Accept: x", headers)
    assert headers == {b"host": b"a.b"}
    assert status_of(header, b"host: c.d", headers) == 400


def test_lengths_of_bodies():
    for method, value, status in (
        ("GET", None, 0),
        ("POST", b"0", 0),
        ("PUT", b"16384", 0),
        ("POST", None, 411),
        ("PUT", b"", 400),
        ("PUT", b"-1", 400),
        ("PUT", b"+1", 400),
        ("PUT", b"1e3", 400),
        ("PUT", b"ten", 400),
        ("PUT", b"1, 1", 400),
        ("PUT", b"16385", 413),
        ("PUT", b"9" * 500, 413),
    ):
        headers = {} if value is None else {b"content-length": value}
        assert status_of(length, method, headers) == status, (method, value)
    assert length("PUT", {b"content-length": b"0123"}) == 123
    assert length("GET", {}) == 0


def test_a_refusal_is_a_complete_answer():
    data = answer(414, "long", 1024)
    head, _, body = data.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 414 ")
    assert body == b"line too long; right: at most 1024 bytes\n"
    assert b"\r\nConnection: close\r\n" in head
    assert head.endswith(b"Content-Length: %d" % len(body))
    data = answer(405, "50%% of it; right: %s", "GET")  # words of somebody else
    assert data.endswith(b"\r\nAllow: GET\r\n\r\n50% of it; right: GET\n")
