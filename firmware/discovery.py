"""Finds WARP wallboxes in the network: one question to all, and what they say of themselves.

They announce the service _tf-warp-cm._udp by multicast DNS. It is asked for a few times within
four seconds, from a port of our own, so that the answers come to us alone (RFC 6762 sections 5.1
and 6.7: the board's own mDNS may hold port 5353). What they leave out of the first answer is asked
for with the next question. Nobody's answers cost more than a row each, 80 in all, and a bounded
time. With its end this code is freed; firmware.found keeps what was found.
"""

import asyncio

from compat import const, open_udp, sleep_ms, ticks_diff, ticks_ms
from dns import packet
from on_demand import unload

from firmware import board, eventcodes, found

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
_LOOK_MS = const(20)  # the chip holds six datagrams
_AT_ONCE = const(4)  # then the others have their turn
_MOST = const(80)
_PACKETS = const(600)
_DATAGRAM = const(800)
_MISSING = const(6)


def start(note) -> str | None:
    """Begin a scan; error text when nothing can be sent. `note(code, subject)` is told its end."""
    try:
        found.scan = Scan(note)
    except OSError as error:
        return "no network (%s); right: one with the wallboxes in it" % error
    return None


class Scan:
    """One scan that is under way; .rows as above."""

    def __init__(self, note):
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
            found.scan = None
        try:
            lines = list(self.lines())
        except MemoryError:
            lines = []
        unload("firmware", ("discovery",))
        unload("dns", ("packet",))
        found.end(lines)
        self._note(eventcodes.SCANNED, len(lines))

    def lines(self):
        """Generate the rows of those that have said what they are, as found.rows has them."""
        for row in self.rows:
            if row[VERSION] is not None:
                parts = (row[HOST] or "", row[ADDRESS] or "", row[NAME], row[VERSION])
                yield "\t".join(parts) + "\t" + str(row[FLAGS])

    def _ask(self):
        self._asked += 1
        questions = [(SERVICE, packet.PTR)]
        for row in self.rows:
            if len(questions) > 2 * _MISSING:
                break
            if row[HOST] is None or row[VERSION] is None:
                whole = row[INSTANCE] + b"." + SERVICE
                questions += [(whole, packet.SRV), (whole, packet.TXT)]
            elif row[ADDRESS] is None and row[HOST]:
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
