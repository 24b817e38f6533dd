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
        self._asked = [asked for asked in self._asked if asked[0] != i]
        self._tries += 1
        name = host.lower().encode()
        try:
            if self._udp is None:
                self._udp = open_udp(board.arguments.bind, 0)
            has_dot = b"." in name
            if name.endswith(b".local") or not has_dot:
                asked = name if has_dot else name + b".local"
                self._send(i, asked, board.mdns_target(), True)
            if not name.endswith(b".local"):
                servers = board.dns_servers()
                if servers:
                    self._send(i, name, servers[self._tries % len(servers)], False)
        except (OSError, ValueError):
            pass  # no network, or a name that cannot be one: tried again later

    def _send(self, i, name, server, is_multicast):
        ident = int.from_bytes(os.urandom(2), "big")
        self._asked.append((i, name, ident, None if is_multicast else server))
        data = packet.pack_query(ident, ((name, packet.A),), is_multicast)
        self._udp.sendto(data, server)

    def answers(self) -> list:
        """(index, address as text) of the names that were answered."""
        found = []
        for _ in range(_DRAIN):
            try:
                data, sender = self._udp.recvfrom(_DATAGRAM)
            except (OSError, AttributeError):  # nothing more, or never opened
                break
            self._take(data, len(data), sender, found)
        return found

    def _take(self, data, n, sender, found):
        if n < 2:
            return
        ident = data[0] << 8 | data[1]
        try:
            for name, kind, at, end in packet.records(data, n):
                if kind != packet.A:
                    continue
                for i, asked, number, server in self._asked:
                    # a server's answer may lead over other names to the address
                    is_mine = name == asked if server is None else server == sender
                    if is_mine and ident == number:
                        host = packet.read_address(data, at, end)
                        if is_possible(host) and i not in [row[0] for row in found]:
                            found.append((i, host))
        except ValueError:
            pass  # damaged: what came before is good

    def is_over(self, now_ms: int) -> bool:
        """True when nothing more is to be expected."""
        return ticks_diff(now_ms, self._asked_ms) > _WAIT_MS

    def close(self) -> None:
        """Give the socket back."""
        if self._udp is not None:
            self._udp.close()
        self._udp = None


def is_possible(host: str) -> bool:
    """True for an address that a wallbox can have."""
    return 0 < int(host.split(".")[0]) < 224 and host != "127.0.0.1"
