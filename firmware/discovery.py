"""Finds WARP wallboxes in the network: one question to all, and what they say of themselves.

They announce the service _tf-warp-cm._udp by multicast DNS. It is asked for a few times within
four seconds, from a port of our own, so that the answers come to us alone (RFC 6762 sections 5.1
and 6.7: the board's own mDNS may hold port 5353). What they leave out of the first answer is asked
for with the next question. Nobody's answers cost more than a row each, 80 in all, and a bounded
time; two minutes after its end a scan is forgotten, and this module freed.
"""

import asyncio

from compat import const, open_udp, sleep_ms, ticks_diff, ticks_ms
from dns import packet
from on_demand import unload

from firmware import board, eventcodes

SERVICE = b"_tf-warp-cm._udp.local"

# a row of Scan.rows: what one wallbox said, None what it did not say yet
INSTANCE = 0  # bytes
HOST = 1  # text
ADDRESS = 2  # text
NAME = 3  # text
VERSION = 4  # text
FLAGS = 5
DISABLED = 1  # its own charge management is off
PROXY = 2  # it announces another one

_ASK_MS = (0, 700, 1600, 2800)
_END_MS = const(4000)
_KEEP_MS = const(120000)
_LOOK_MS = const(20)  # the chip holds six datagrams
_AT_ONCE = const(4)  # then the others have their turn
_MOST = const(80)
_PACKETS = const(600)
_DATAGRAM = const(800)
_MISSING = const(6)

_scan = None


def start(context) -> str | None:
    """Begin a scan, unless one is under way; error text when nothing can be sent."""
    global _scan
    if _scan is None or not _scan.scanning:
        try:
            _scan = Scan(context.events.add)
        except OSError as error:
            return "no network (%s); right: one with the wallboxes in it" % error
    return None


def found():
    """The scan whose result is kept, or None."""
    return _scan


def _forget(scan):
    global _scan
    if _scan is scan:
        _scan = None
        unload("firmware", ("discovery",))
        unload("dns", ("packet",))


class Scan:
    """One scan: under way while .scanning; .rows as above. `note(code, subject, value)`."""

    def __init__(self, note):
        self.scanning = True
        self.rows = []
        self._note = note
        self._packets = 0
        self._asked = 0
        self._began_ms = ticks_ms()
        self._target = board.mdns_target()
        self._udp = open_udp(board.arguments.bind, 0)
        try:
            self._ask()
        except OSError:
            self._udp.close()
            raise
        self.task = asyncio.create_task(self._run())

    async def _run(self):
        try:
            passed = 0
            while passed < _END_MS and self._packets < _PACKETS:
                if self._asked < len(_ASK_MS) and passed >= _ASK_MS[self._asked]:
                    self._ask()
                self._drain()
                await sleep_ms(_LOOK_MS)
                passed = ticks_diff(ticks_ms(), self._began_ms)
        except (OSError, MemoryError):
            pass  # what has been found counts
        finally:
            self._udp.close()
            self.scanning = False
        self._note(eventcodes.SCANNED, len([1 for row in self.rows if row[VERSION]]))
        await sleep_ms(_KEEP_MS)
        _forget(self)

    def _ask(self):
        self._asked += 1
        questions = [(SERVICE, packet.PTR)]
        for row in self.rows:
            if len(questions) > 2 * _MISSING:
                break
            if row[HOST] is None or row[VERSION] is None:
                whole = row[INSTANCE] + b"." + SERVICE
                questions += [(whole, packet.SRV), (whole, packet.TXT)]
            elif row[ADDRESS] is None:
                questions.append((row[HOST].encode(), packet.A))
        self._udp.sendto(packet.pack_query(0, questions, True), self._target)

    def _drain(self):
        for _ in range(_AT_ONCE):
            try:
                data, _ = self._udp.recvfrom(_DATAGRAM)
            except OSError:
                return
            self._packets += 1
            for names_first in (True, False):  # an address may stand before the name it is for
                try:
                    self._take(data, len(data), names_first)
                except ValueError:
                    pass  # what came before the damage is good

    def _take(self, data, n, names_first):
        for name, kind, at, end in packet.records(data, n):
            if not names_first:
                if kind == packet.A:
                    self._locate(name, packet.read_address(data, at, end))
            elif kind == packet.PTR:
                if name == SERVICE:
                    self._row(packet.read_name(data, at, n)[0])
            elif kind == packet.SRV:
                row = self._row(name)
                if row and row[HOST] is None:
                    row[HOST] = _host(packet.read_target(data, at, n))
            elif kind == packet.TXT:
                row = self._row(name)
                if row and row[VERSION] is None:
                    _describe(row, packet.read_texts(data, at, end))

    def _row(self, whole):
        """The row of an instance of the service, a new one if need be; None: it is none."""
        if not whole.endswith(SERVICE):
            return None
        instance = whole[: -len(SERVICE) - 1]
        if not instance or b"." in instance:
            return None
        for row in self.rows:
            if row[INSTANCE] == instance:
                return row
        if len(self.rows) == _MOST:
            return None
        row = [instance, None, None, None, None, 0]
        self.rows.append(row)
        return row

    def _locate(self, name, address):
        for row in self.rows:
            if row[ADDRESS] is None and row[HOST] is not None and row[HOST].encode() == name:
                row[ADDRESS] = address


def _host(name):
    """The name as text if it could stand in the settings, else nothing: no host."""
    good = 0 < len(name) <= 64
    for byte in name:
        good = good and (97 <= byte <= 122 or 48 <= byte <= 57 or byte in b".-_")
    return name.decode() if good else ""


def _describe(row, texts):
    """Take what the wallbox says of itself, if it is one: all three have to be there."""
    if b"version" in texts and b"enabled" in texts and b"display_name" in texts:
        row[VERSION] = _text(texts[b"version"], 16) or "?"
        row[NAME] = _text(texts[b"display_name"], 32)
        row[FLAGS] = DISABLED if texts[b"enabled"].lower() != b"true" else 0
        if texts.get(b"proxy_of"):
            row[FLAGS] |= PROXY


def _text(value, most):
    """Text that can be shown."""
    try:
        value = value.decode()
    except UnicodeError:
        return ""
    return "".join([c for c in value if ord(c) > 159 or 32 <= ord(c) < 127])[:most]
