"""Peers that nobody knows: what they may take, and that the others do not notice."""

import contextlib
import json
import socket
import threading
import time

import pytest

from host_tests.web import running_site
from host_tests.web.running_site import parsed
from tools import login

AVAILABLE = "/charge_manager/available_current"


@pytest.fixture(scope="module")
def site(image, micropython, tmp_path_factory):
    """At the first visit everybody may read: an answer that no socket takes at once, too."""
    log = tmp_path_factory.mktemp("strangers") / "log"
    with running_site.running(image, micropython, log, is_first_visit=True) as running:
        yield running
        assert running.process.poll() is None
    assert log.read_text() == ""


@pytest.fixture
def owned(site):
    header = login.first_password(site.url)
    site.credentials = [f"{name}: {value}" for name, value in header.items()]
    assert site.request("GET", "/api/status")[0] == 200
    return site


def endless(site):
    """Ask for the longest answer, with little room for it; return the socket once it begins."""
    while True:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        sock.settimeout(15)
        sock.connect((site.address, site.port))
        sock.sendall(b"GET /api/events?since=1000 HTTP/1.1\r\n\r\n")
        if sock.recv(12, socket.MSG_PEEK | socket.MSG_WAITALL).endswith(b" 200"):
            return sock
        sock.close()


def test_strangers_that_do_not_read_make_room(site):
    with contextlib.ExitStack() as end:
        for _ in range(4):
            end.enter_context(endless(site))
        started = time.monotonic()
        while site.request("GET", "/api/status")[0] != 200:
            assert time.monotonic() - started < 6
            time.sleep(0.05)


@pytest.mark.parametrize("data", [b"GET /api/sta", b"GET / HTTP/1.1\r\n\r\n"])
def test_a_crowd_from_one_address_keeps_no_other_out(site, data):
    """Six that connect anew as soon as they are answered or sent away."""
    end = threading.Event()
    source = (site.address.rpartition(".")[0] + ".9", 0)

    def crowd():
        while not end.is_set():
            with contextlib.suppress(OSError):
                with socket.create_connection((site.address, site.port), 5, source) as sock:
                    sock.sendall(data)
                    while sock.recv(65536):
                        pass

    threads = [threading.Thread(target=crowd) for _ in range(6)]
    try:
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        for _ in range(10):
            assert site.request("GET", "/api/hello")[0] == 200
    finally:
        end.set()
        for thread in threads:
            thread.join()


def test_one_that_reads_slowly_does_not_hold_up_the_line(site):
    """It always takes a little before it would be left behind."""
    with endless(site) as slow:
        began = time.monotonic()
        longest = 0
        while time.monotonic() - began < 5:
            end = time.monotonic() + 0.1
            slow.recv(20000)
            asked = time.monotonic()
            if asked - began > 2:
                with contextlib.closing(site.connect()) as sock:
                    sock.sendall(b"GET /api/hello HTTP/1.1\r\n\r\n")
                    while not _has_answer(sock, 0.1):
                        slow.recv(20000)
                longest = max(longest, time.monotonic() - asked)
            time.sleep(max(0, end - time.monotonic()))
        assert longest < 1


def _has_answer(sock, seconds):
    sock.settimeout(seconds)
    try:
        return sock.recv(12).endswith(b" 200")
    except TimeoutError:
        return False


def test_a_long_body_is_an_administrators(owned):
    nobody = ["Cookie: a=b"]
    for method, path in (("POST", "/api/login"), ("POST", "/api/logout"), ("GET", "/api/hello")):
        status, _, text = owned.request(method, path, b" " * 2049, nobody)
        assert status == 413 and b"at most 2048" in text
    given = {"user": "admin", "password": "\U0001f600" * 128}
    status = owned.request("POST", "/api/login", json.dumps(given), nobody)[0]
    assert status == 401


def test_short_bodies_of_strangers_keep_nobody_out(owned):
    with owned.connect() as first, owned.connect() as second:
        for sock in (first, second):
            sock.sendall(b"POST /api/login HTTP/1.1\r\nContent-Length: 2048\r\n\r\n ")
        time.sleep(0.2)
        assert owned.request("PUT", AVAILABLE, "9500")[0] == 200
        assert owned.request("PUT", AVAILABLE, b" " * 16000 + b"9600")[0] == 200


def test_a_short_body_passes_while_a_long_one_dawdles(owned):
    with owned.connect() as sock:
        user = owned.credentials[0]
        head = f"PUT {AVAILABLE} HTTP/1.1\r\n{user}\r\nContent-Length: 16000\r\n\r\n"
        sock.sendall(head.encode())
        time.sleep(0.2)
        assert owned.request("PUT", AVAILABLE, b" " * 3000 + b"9500")[0] == 503
        assert owned.request("PUT", AVAILABLE, "9700")[0] == 200
        sock.sendall(b"9" * 15999 + b"x")
        assert parsed(running_site.read_all(sock))[0] == 400
