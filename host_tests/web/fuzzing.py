"""Malformed requests against the whole firmware, by several clients at once; what must hold then.

Control goes on as if nothing had happened, the heap is where it was, nothing is printed, restarted
or stored.
"""

import contextlib
import gzip
import itertools
import json
import queue
import re
import select
import socket
import threading
import time

from host_tests.site import judge
from host_tests.web.malformed import Malformed
from host_tests.web.running_site import read_all

CLIENTS = 3
STALL_S = 1.5
PATIENCE_S = 0.15  # then the client has no more to say
ANSWER_S = 25  # a connection that waits for others, then for the end of its own time
STATUSES = {200, 304, 400, 401, 403, 404, 405, 408, 411, 413, 414, 429, 431, 503}
MAX_GAP_S = 2.0  # between two commands to a wallbox, as in test_new_settings
HEAP_BYTES = 4096
FAILURES = {40, 41, 42}  # events: a task was restarted, has failed, hung


class Fuzz:
    """`run(count)` sends; `check()` afterwards says what has suffered."""

    def __init__(self, firmware, seed=1):
        self.firmware = firmware
        packed = firmware.request("GET", "/api/openapi.json")[2]
        self.source = Malformed(json.loads(gzip.decompress(packed)), firmware.credentials[0], seed)
        self.seen = {}  # status or how it ended: how often
        self.wrong = []
        for path in ("/api/status", "/charge_manager/state", "/api/operator_limits", "/"):
            firmware.request("GET", path)
        self.pid = firmware.site.pid()
        self.settings = (firmware.site.flash / "settings.json").read_bytes()
        self.begin = self.end = time.monotonic()

    def run(self, count):
        """Send so many, several at a time."""
        tasks = queue.Queue(2 * CLIENTS)
        self.begin = time.monotonic()
        clients = [threading.Thread(target=self._client, args=(tasks,)) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        for _ in range(count):
            tasks.put(self.source.next())
        for _ in clients:
            tasks.put(None)
        for client in clients:
            client.join()
        self.end = time.monotonic()

    def _client(self, tasks):
        while task := tasks.get():
            try:
                self._send(*task)
            except Exception as error:  # noqa: BLE001 (told with the request that led to it)
                self.wrong.append((error, task[0][:300]))

    def _send(self, data, end):
        with self.firmware.connect(ANSWER_S) as sock:
            # it may have refused already what is still being sent
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                if end == "drip":
                    for byte in data:
                        sock.sendall(bytes([byte]))
                else:
                    sock.sendall(data)
            if end == "reset":
                # closing with this option resets the connection
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                return
            if end == "stall":
                time.sleep(STALL_S)
                return
            if end == "shut" or not select.select([sock], (), (), PATIENCE_S)[0]:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_WR)
            self._judge(read_all(sock), data)

    def _judge(self, answer, data):
        if not answer:
            self._count("closed")  # it ended before it was a request
            return
        found = re.match(rb"HTTP/1\.1 (\d{3}) [^\r\n]*\r\n", answer)
        status = int(found[1]) if found else 0
        if status not in STATUSES:
            self.wrong.append((answer[:200], data[:300]))
        self._count(status)

    def _count(self, what):
        self.seen[what] = self.seen.get(what, 0) + 1


def check(fuzz, used):
    """used: Firmware.least_used() before."""
    firmware, site = fuzz.firmware, fuzz.firmware.site
    assert not fuzz.wrong, fuzz.wrong[:5]
    assert site.pid() == fuzz.pid and site.restarts == [], "restarted"
    assert site.log() == "", site.log()
    assert not FAILURES & set(firmware.events()), firmware.get("/api/events")
    for box in range(len(site.record.grid_phases)):
        times = [e["t"] for e in judge.commands(site, box, fuzz.begin, fuzz.end)]
        times = [fuzz.begin, *times, fuzz.end]
        gaps = [b - a for a, b in itertools.pairwise(times)]
        assert max(gaps) <= MAX_GAP_S, (box, max(gaps))
    assert (site.flash / "settings.json").read_bytes() == fuzz.settings
    after = firmware.least_used()
    assert after <= used + HEAP_BYTES, (used, after)
