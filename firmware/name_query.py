"""Asks for the addresses of names, and gives them to their wallboxes, without waiting.

A name that ends in .local, or has no dot at all, is asked for by multicast DNS from a port of our
own, so that the answer comes to us alone (RFC 6762 section 5.1); any other, and again one without
a dot, from the network's name servers, one after the other. Loaded as long as answers are due.
"""

import os

from compat import const, open_udp, ticks_diff, ticks_ms, udp_address
from dns import packet
from on_demand import call

from firmware import board, eventcodes

_WAIT_MS = const(4000)
_DATAGRAM = const(600)
_DRAIN = const(16)
_PORT = const(34128)
_TELL_MS = const(4000)  # the pause after which a name counts as unknown


class Query:
    """Questions under way. OSError of the network is silence."""

    def __init__(self):
        self._udp = None
        self._asked = []  # (index, name, ident, server's address or None for all)
        self._tries = 0
        self._asked_ms = ticks_ms()

    def ask(self, i: int, host: str, now_ms: int) -> None:
        """Ask where `host` is; the answer will name i."""
        self._asked_ms = now_ms
        self._forget(i)
        self._tries += 1
        is_local = host.lower().endswith(".local")
        try:
            if self._udp is None:
                self._udp = open_udp(board.arguments.bind, 0)
            if is_local or "." not in host:
                self._send(i, host, board.mdns_target(), True)
            if not is_local:
                servers = board.dns_servers()
                if servers:
                    self._send(i, host, servers[self._tries % len(servers)], False)
        except (OSError, ValueError):
            pass  # no network, or a name that cannot be one: tried again later

    def _send(self, i, host, server, is_multicast):
        ident = int.from_bytes(os.urandom(2), "big")
        self._asked.append((i, host, ident, None if is_multicast else server))
        name = _name(host, is_multicast)
        data = packet.pack_query(ident, ((name, packet.A),), is_multicast)
        self._udp.sendto(data, server)

    def _forget(self, i):
        for k in range(len(self._asked) - 1, -1, -1):
            if self._asked[k][0] == i:
                self._asked.pop(k)

    def answers(self) -> list:
        """(index, address as text) of the names that were answered."""
        found = []
        for _ in range(_DRAIN):
            try:
                data, sender = self._udp.recvfrom(_DATAGRAM)
            except (OSError, AttributeError):  # nothing more, or never opened
                break
            if len(data) > 1:
                self._take(data, sender, found)
        return found

    def _take(self, data, sender, found):
        ident = data[0] << 8 | data[1]
        n = len(data)
        try:
            for name, kind, at, end in packet.records(data, n):
                for i, host, number, server in self._asked if kind == packet.A else ():
                    # a server's answer may lead over other names to the address
                    if (
                        name == _name(host, True)
                        if server is None
                        else server == sender and ident == number
                    ):
                        address = packet.read_address(data, at, end)
                        if is_possible(address):
                            found.append((i, address))
                            self._forget(i)
                            return
        except ValueError:
            pass  # damaged: what came before is good

    def listen(self, app, names, now_ms: int) -> None:
        """Give the addresses that have come to their wallboxes."""
        for i, host in self.answers():
            point = app.site.points[i]
            address = udp_address(host, _PORT)
            if names.needs(app, point, now_ms) and app.warp.addresses[i] != address:
                locate(app, names, point, address, now_ms)

    def give_up(self, app, names, k: int) -> None:
        """Nobody knows the name, and no charge of before can be running there any more."""
        i = names.indices[k]
        point = app.site.points[i]
        if app.warp.addresses[i] is not None:
            return
        if point.lost and point.may_ma == 0 and not point.is_silent():
            point.name_error = True
        if point.name_error and names.pause_ms[k] > _TELL_MS and not names.told[k]:
            names.told[k] = 1
            app.events.add(eventcodes.NAME_UNKNOWN, i)

    def is_over(self, now_ms: int) -> bool:
        """True when nothing more is to be expected."""
        return not self._asked or ticks_diff(now_ms, self._asked_ms) > _WAIT_MS

    def close(self) -> None:
        """Give the socket back."""
        if self._udp is not None:
            self._udp.close()
        self._udp = None


def locate(app, names, point, address, now_ms) -> None:
    """Let a wallbox be asked at this address, unless another one has it."""
    i = point.index
    k = names.indices.find(bytes((i,)))
    warp = app.warp
    if address in warp.addresses:
        j = warp.addresses.index(address)
        other = app.site.points[j]
        if other.heard or not other.host:
            if not names.told[k]:
                names.told[k] = 1
                app.events.add(eventcodes.NAME_DOUBLED, i, j)
            return
        call("chargers", "locate", "locate", warp, j, None)  # it is elsewhere by now
    if point.name_error:
        point.name_error = False
        point.reading_ms = point.sent_ms = now_ms  # as one that has just been added
    names.told[k] = 0
    call("chargers", "locate", "locate", warp, i, address)
    app.events.add(eventcodes.NAME_FOUND, i)


def _name(host: str, is_multicast: bool) -> bytes:
    """What is asked for."""
    host = host.lower()
    if is_multicast and "." not in host:
        host += ".local"
    return host.encode()


def is_possible(host: str) -> bool:
    """True for an address that a wallbox can have."""
    return 0 < int(host.split(".")[0]) < 224 and host != "127.0.0.1"
