"""Asks the API without a network: admit() and answer() of the web server as they are, before a
context with nothing behind it, in a folder of their own, with a clock that tests set."""

import json
import os
import sys

import firmware
from firmware import board, web
from firmware.web import Refusal, answering, words
from firmware.web.admission import admit

PASSWORD = "correct horse"
HOST = b"192.168.1.5"
_FOLDER = "/tmp/fusekeeper_visitor_%d"


class Events(list):
    def add(self, code, subject=0, value=0):
        self.append((code, subject, value))


class Site:
    """The server and its context, in an empty folder: `with Site() as site`."""

    name = "Test"
    version = "0.0.1"
    open_reading = False

    def __init__(self):
        self.context = self
        self.events = Events()
        self.now_s = 100
        self.said = []  # each answer, head and body
        self.live = [self, None, [], None]  # as firmware/web/live.py keeps it

    def __enter__(self):
        self.home = os.getcwd()
        self.path = sys.path[:]
        # modules are loaded on demand, by MicroPython from folders that are named from here
        sys.path[:] = [p if p[:1] in ("/", ".") else self.home + "/" + p for p in sys.path]
        self.packages = [(package, package.__path__) for package in (firmware, board, web)]
        for package, path in self.packages:
            if isinstance(path, str) and path[:1] != "/":
                package.__path__ = self.home + "/" + path
        folder = _FOLDER % id(self)
        os.mkdir(folder)
        os.chdir(folder)
        web.memory = None
        return self

    def __exit__(self, *_):
        for name in os.listdir():
            os.remove(name)
        folder = os.getcwd()
        os.chdir(self.home)
        os.rmdir(folder)
        sys.path[:] = self.path
        for package, path in self.packages:
            package.__path__ = path
        web.memory = None

    def uptime_s(self):
        return self.now_s

    def leave(self, _request):
        pass

    def watch(self, user):
        """Let a user have live updates; what of them is open is [0] of the answer."""
        client = [Socket(), user]
        self.live[2].append(client)
        return client

    def restart(self):
        """All that is in RAM is gone."""
        web.memory = None

    async def may(self, method, path, headers=None, address="192.168.1.9"):
        """The status with which a request is refused before its body is read, else 0; and it."""
        request = Request(self, method, path, headers, address)
        try:
            await admit(request)
        except Refusal as refusal:
            self.said.append(words.answer(*refusal.args).decode())
            return refusal.args[0], request
        return 0, request

    async def ask(self, method, path, body=None, headers=None, address="192.168.1.9"):
        """Status, head and body of the answer."""
        status, request = await self.may(method, path, headers, address)
        if not status:
            request.body = b"" if body is None else json.dumps(body).encode()
            try:
                head, pieces = await answering.answer(self, request)
                pieces = [p.decode() if isinstance(p, bytes) else p for p in pieces]
                self.said.append(head + "".join(pieces))
            except Refusal as refusal:
                self.said.append(words.answer(*refusal.args).decode())
        head, _, text = self.said[-1].partition("\r\n\r\n")
        return int(head.split(" ")[1]), head, text

    async def login(self, user="admin", password=PASSWORD, address="192.168.1.9"):
        """Header with the cookie of a new session, or the status of the refusal."""
        given = {"user": user, "password": password}
        status, head, _ = await self.ask("POST", "/api/login", given, None, address)
        return {b"cookie": cookie(head)} if status == 200 else status

    async def set_up(self):
        """Set the first password; the cookie's header."""
        status, head, _ = await self.ask("POST", "/api/setup", {"password": PASSWORD})
        assert status == 200
        return {b"cookie": cookie(head)}


class Socket:
    def close(self):
        pass


class Request:
    """The fields of a connection."""

    started_ms = deadline_ms = 0
    chunked = False
    extra = ""

    def __init__(self, site, method, target, headers, address):
        self.server = site
        self.method = method
        self.target = target
        self.headers = {b"host": HOST}
        self.headers.update(headers or {})
        self.peer = (address, 50000)


def cookie(head):
    at = head.find("Set-Cookie: ") + len("Set-Cookie: ")
    return head[at : head.find(";", at)].encode()


def basic(user, password):
    from binascii import b2a_base64

    return {b"authorization": b"Basic " + b2a_base64((user + ":" + password).encode()).strip()}


def bearer(token):
    return {b"authorization": b"Bearer " + token.encode()}


async def add_viewer(site, admin):
    given = {"password": "viewer's own", "role": "viewer"}
    assert (await site.ask("PUT", "/api/users/eve", given, admin))[0] == 200
    return await site.login("eve", "viewer's own")
