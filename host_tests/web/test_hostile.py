"""Whatever comes in at the HTTP port: a clear answer, no crash, no place taken for ever."""

import json
import socket
import time

import pytest

from host_tests.web.running_site import parsed, read_all
from tools import login

USER = b"Authorization: %s\r\n" % login.authorization()["Authorization"].encode()
GET = b"GET /api/status HTTP/1.1\r\n" + USER


@pytest.fixture(autouse=True)
def still_answers(site):
    """After each of these tests the server answers at once."""
    yield
    started = time.monotonic()
    assert site.request("GET", "/api/status")[0] == 200
    assert time.monotonic() - started < 2


def answered(site, data):
    status, headers, body = parsed(site.exchange(data))
    assert headers["content-type"].startswith("text/plain")
    return status, body.decode()


def put_head(length):
    path = b"/charge_manager/available_current"
    return b"PUT %s HTTP/1.1\r\n%sContent-Length: %d\r\n\r\n" % (path, USER, length)


def test_an_endless_request_line(site):
    status, text = answered(site, b"GET /" + b"a" * 100000)
    assert status == 414 and "at most 1024" in text


def test_an_endless_header_line(site):
    status, text = answered(site, GET + b"X-Long: " + b"a" * 300000)
    assert status == 431 and "at most 1024" in text


def test_endless_headers(site):
    status, text = answered(site, GET + b"X: y\r\n" * 100000)
    assert status == 431 and "right: 32" in text
    status, _ = answered(site, GET + (b"X: " + b"y" * 900 + b"\r\n") * 6 + b"\r\n")
    assert status == 431


def test_lines_of_exactly_the_limit(site):
    line = b"X: " + b"y" * (1024 - 5) + b"\r\n"
    assert len(line) == 1024
    assert parsed(site.exchange(GET + line + b"\r\n"))[0] == 200
    assert answered(site, GET + b"z" + line + b"\r\n")[0] == 431
    path = b"/" + b"p" * (1024 - 1 - len(b"GET  HTTP/1.1\r\n"))
    assert answered(site, b"GET " + path + b" HTTP/1.1\r\n\r\n")[0] == 404
    assert answered(site, b"GET " + path + b"p HTTP/1.1\r\n\r\n")[0] == 414


def test_a_body_of_a_megabyte(site):
    """The whole of it is sent before the answer is read, as a simple client does."""
    before = site.request("GET", "/charge_manager/available_current")[2]
    body = b"1" * 1000000
    status, _, text = site.request("PUT", "/charge_manager/available_current", body)
    assert status == 413 and b"at most 16384" in text
    assert site.request("GET", "/charge_manager/available_current")[2] == before


def test_a_body_of_exactly_the_limit(site):
    path = "/charge_manager/available_current"
    assert site.request("PUT", path, b" " * (16384 - 4) + b"9000")[0] == 200
    assert site.request("PUT", path, b" " * (16385 - 4) + b"9000")[0] == 413


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("PUT /x HTTP/1.1\r\n", 411),
        ("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n", 411),
        ("POST /x HTTP/1.1\r\nContent-Length: -5\r\n", 400),
        ("POST /x HTTP/1.1\r\nContent-Length: many\r\n", 400),
        ("POST /x HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n", 400),
        ("POST /x HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n", 413),
        ("GET /\r\n", 400),
        ("GET /a b HTTP/1.1\r\n", 400),
        ("GET /%zz HTTP/1.1\r\n", 404),
        ("GET /?%ff%00 HTTP/1.1\r\n", 404),
        ("GET / HTTP/1.1\r\nnonsense\r\n", 400),
        ("GET / HTTP/1.1\r\nX: a\x00b\r\n", 400),
        ("G\x00T / HTTP/1.1\r\n", 400),
        ("\x00" * 1200, 414),
        ("\xff" * 50 + "\r\n", 400),
        ("\x16\x03\x01\x02\x00\x01\n", 400),
        ("HELO there\r\n", 400),
        ("\r\n\r\n\r\n", 400),
    ],
)
def test_what_is_no_request(site, head, status):
    found, text = answered(site, head.encode("latin-1") + b"\r\n")
    assert found == status and ("right: " in text or "GET /api" in text)


def test_a_client_that_goes_away(site):
    for data in (b"", b"GET", GET, GET + b"\r\n", put_head(9) + b"1"):
        for _ in range(6):
            with site.connect() as sock:
                sock.sendall(data)
                # closing with this option resets the connection
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def test_a_body_that_ends_early_is_told_so(site):
    with site.connect() as sock:
        sock.sendall(put_head(9) + b"17000")
        sock.shutdown(socket.SHUT_WR)
        status, _, text = parsed(read_all(sock))
    assert status == 400 and b"ends after 5" in text


def test_a_request_in_single_bytes(site):
    with site.connect() as sock:
        for byte in put_head(4) + b"9500":
            sock.sendall(bytes([byte]))
            time.sleep(0.002)
        assert parsed(read_all(sock))[0] == 200


def test_half_open_connections_lock_nobody_out(site):
    """Twelve that never finish their request: others are served all the time."""
    half_open = [site.connect(20) for _ in range(12)]
    try:
        for sock in half_open:
            sock.sendall(b"GET /api/sta")
        time.sleep(1.2)
        for _ in range(5):
            assert site.request("GET", "/api/status")[0] == 200
        told = [read_all(sock) for sock in half_open]
    finally:
        for sock in half_open:
            sock.close()
    statuses = [parsed(data)[0] for data in told if data]
    assert set(statuses) <= {408, 503} and 408 in statuses and 503 in statuses


def test_a_slow_request_is_ended_after_eight_seconds(site):
    started = time.monotonic()
    with site.connect(20) as sock:
        sock.sendall(b"GET /api/status HTTP/1.1\r\nX: ")
        status, _, text = parsed(read_all(sock))
    assert status == 408 and b"within 8 s" in text
    assert 7.5 < time.monotonic() - started < 10


def test_a_client_that_does_not_read_is_ended_after_ten_seconds(site):
    """Four of them take all places: a fifth is told so, and later served."""
    slow = []
    try:
        while len(slow) < 4:
            sock = socket.socket()
            slow.append(sock)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
            sock.settimeout(15)
            sock.connect((site.address, site.port))
            sock.sendall(b"GET /api/events?since=1000 HTTP/1.1\r\n" + USER + b"\r\n")
            # one that came before may still be leaving: then this one has got no place
            if not sock.recv(12, socket.MSG_PEEK | socket.MSG_WAITALL).endswith(b" 200"):
                slow.pop().close()
        time.sleep(1.5)
        status, _, text = site.request("GET", "/api/status")
        assert status == 503 and b"try again" in text
        time.sleep(10)
        assert site.request("GET", "/api/status")[0] == 200
        with pytest.raises(ValueError):  # the client sees that the end is missing
            parsed(read_all(slow[0]))
    finally:
        for sock in slow:
            sock.close()


def test_a_long_answer_needs_no_memory(site):
    """Seven megabytes out of a heap of 256 KB."""
    status, _, body = site.request("GET", "/api/events?since=1000")
    assert status == 200 and len(json.loads(body)["events"]) == 100000


def test_large_bodies_do_not_add_up(site):
    """Two bodies of 16 KB at once would be too much for the chip: the second is told to wait."""
    head = b"PUT /charge_manager/config HTTP/1.1\r\n" + USER + b"Content-Length: 16000\r\n\r\n"
    with site.connect() as first:
        first.sendall(head + b" ")
        time.sleep(0.2)
        status, text = answered(site, head)
        assert status == 503 and "try again" in text
    time.sleep(0.3)
    assert answered(site, head + b" " * 16000)[0] == 400


def test_nothing_grows(site):
    """A thousand requests, good and bad, in a heap of 256 KB; then as much is free as before."""

    def least_used():
        found = []
        for _ in range(8):
            found.append(json.loads(site.request("GET", "/api/status")[2])["mem_used"])
            time.sleep(0.21)
        return min(found)

    def some(n):
        for i in range(n):
            site.request("GET", ("/api/status", "/", "/charge_manager/state", "/none")[i % 4])
            site.request("PUT", "/charge_manager/available_current", ("7000", "{", "")[i % 3])
            site.exchange((b"\r\n\r\n\r\n", GET + b"x\r\n", b"GET /" + b"a" * 2000)[i % 3])

    some(40)
    before = least_used()
    some(330)
    assert least_used() < before + 3000
