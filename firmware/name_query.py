"""Asks for the addresses of names and takes the answers, without waiting.

A name that ends in .local, or has no dot at all, is asked for by multicast DNS from a port of our
own, so that the answer comes to us alone (RFC 6762 section 5.1); any other, and again one without
a dot, from the network's name servers, one after the other. Loaded as long as answers are due.
"""

import os

from compat import const, open_udp, ticks_diff, ticks_ms
from dns import packet

from firmware import board

_WAIT_MS = const(4000)
_DATAGRAM = const(600)
_DRAIN = const(16)


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

    def is_over(self, now_ms: int) -> bool:
        """True when nothing more is to be expected."""
        return not self._asked or ticks_diff(now_ms, self._asked_ms) > _WAIT_MS

    def close(self) -> None:
        """Give the socket back."""
        if self._udp is not None:
            self._udp.close()
        self._udp = None


def _name(host: str, is_multicast: bool) -> bytes:
    """What is asked for."""
    host = host.lower()
    if is_multicast and "." not in host:
        host += ".local"
    return host.encode()


def is_possible(host: str) -> bool:
    """True for an address that a wallbox can have."""
    return 0 < int(host.split(".")[0]) < 224 and host != "127.0.0.1"
