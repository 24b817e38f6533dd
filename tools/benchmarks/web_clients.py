"""The clients that the web benchmark sets on a firmware, in a process of their own so that they
do not hold up the simulated site:

    web_clients.py URL AUTHORIZATION

Three pages with live updates, a client that asks for the status and the settings all the time, one
that reads its answer a byte at a time, one that sends its request so, and one that connects and
says nothing. On SIGTERM it ends and prints as JSON what they have seen.
"""

import asyncio
import contextlib
import json
import signal
import socket
import sys
import time

LIVE = 3
PAUSE_S = 0.5  # between two questions of the client that asks
PATHS = ("/api/status", "/charge_manager/config", "/charge_manager/state", "/api/events")
BYTE_S = 1.0


class Clients:
    """All of them; `found` is what they have seen."""

    def __init__(self, url: str, authorization: str = ""):
        self.host, _, port = url.removeprefix("http://").partition(":")
        self.port = int(port)
        self.authorization = authorization
        self.found = {
            "rounds": 0,  # of live updates, all clients together
            "gaps_s": [],  # between two rounds of a client
            "live_bytes": 0,
            "broken": 0,  # live updates that ended or were refused
            "used": [],  # bytes of heap, as told at the end of rounds
            "answers_s": [],
            "refused": 0,
            "slow_s": [],  # how long slow clients were endured
        }

    def request(self, path: str) -> bytes:
        lines = [f"GET {path} HTTP/1.1", f"Host: {self.host}:{self.port}"]
        if self.authorization:
            lines.append(f"Authorization: {self.authorization}")
        return "\r\n".join((*lines, "", "")).encode()

    async def live(self) -> None:
        """A page: what it hears must never stop."""
        while True:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._hear()
            self.found["broken"] += 1
            await asyncio.sleep(0.5)

    async def _hear(self) -> None:
        reader, writer = await asyncio.open_connection(self.host, self.port)
        try:
            writer.write(self.request("/api/live"))
            if b" 200 " not in await reader.readuntil(b"\r\n\r\n"):
                return
            last = None
            while line := await reader.readline():
                self.found["live_bytes"] += len(line)
                if not line.startswith(b'data: ["all"'):
                    continue
                now = time.monotonic()
                self.found["rounds"] += 1
                self.found["gaps_s"] += [now - last] if last else []
                self.found["used"].append(json.loads(line[6:])[2]["mem_used"])
                last = now
        finally:
            writer.close()

    async def ask(self, *paths: str) -> None:
        """One question after the other."""
        number = 0
        while True:
            begin = time.monotonic()
            if await self._answer(paths[number % len(paths)]):
                self.found["answers_s"].append(time.monotonic() - begin)
            else:
                self.found["refused"] += 1
            number += 1
            await asyncio.sleep(PAUSE_S)

    async def _answer(self, path: str) -> bool:
        """Whether the answer was whole."""
        try:
            reader, writer = await asyncio.open_connection(self.host, self.port)
            try:
                writer.write(self.request(path))
                data = await reader.read()
            finally:
                writer.close()
        except OSError:
            return False
        return data.startswith(b"HTTP/1.1 200") and data.endswith(b"0\r\n\r\n")

    async def slow(self, reads: bool, request: bytes) -> None:
        """Read or write a byte a second, until the server has had enough; and again."""
        loop = asyncio.get_running_loop()
        while True:
            with socket.socket() as sock:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
                sock.setblocking(False)
                begin = time.monotonic()
                with contextlib.suppress(OSError):
                    await loop.sock_connect(sock, (self.host, self.port))
                    await self._dawdle(sock, reads, request)
                self.found["slow_s"].append(time.monotonic() - begin)
            await asyncio.sleep(BYTE_S)

    async def _dawdle(self, sock, reads: bool, request: bytes) -> None:
        loop = asyncio.get_running_loop()
        if reads:
            await loop.sock_sendall(sock, request)
            while await loop.sock_recv(sock, 1):
                await asyncio.sleep(BYTE_S)
            return
        for i in range(len(request)):
            await loop.sock_sendall(sock, request[i : i + 1])
            await asyncio.sleep(BYTE_S)
        await loop.sock_recv(sock, 1)

    async def watch(self, pages: int, seconds: float) -> dict:
        """So many pages with live updates, and one that asks for the status."""
        tasks = [asyncio.create_task(self.live()) for _ in range(pages)]
        tasks.append(asyncio.create_task(self.ask("/api/status")))
        await asyncio.sleep(seconds)
        await _end(tasks)
        return self.found

    async def run(self) -> dict:
        """All of them, until SIGTERM."""
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        tasks = [asyncio.create_task(self.live()) for _ in range(LIVE)]
        await asyncio.sleep(1)
        dawdlers = (
            (True, self.request("/charge_manager/state")),
            (False, self.request("/api/status")),
            (False, b""),
        )
        tasks += [asyncio.create_task(self.slow(*dawdler)) for dawdler in dawdlers]
        tasks.append(asyncio.create_task(self.ask(*PATHS)))
        await stop.wait()
        await _end(tasks)
        return self.found


async def _end(tasks) -> None:
    for task in tasks:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if not isinstance(result, asyncio.CancelledError):
            raise result  # none of them ends by itself


if __name__ == "__main__":
    print(json.dumps(asyncio.run(Clients(*sys.argv[1:]).run())))
