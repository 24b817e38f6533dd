"""A peer of the questions of firmware.discovery and firmware.name_query, on loopback, and the
records that it answers with."""

import struct

from compat import open_udp, udp_address

SERVICE = b"_tf-warp-cm._udp.local"


class Peer:
    """Takes the place of firmware.board for a module: its questions come to `asked()`."""

    class arguments:
        bind = "127.0.0.1"

    def __init__(self):
        self.sock = None
        for port in range(20001, 20999):
            try:
                self.sock = open_udp("127.0.0.1", port)
                break
            except OSError:
                pass
        self.address = udp_address("127.0.0.1", port)
        self.sender = None

    def mdns_target(self):
        return self.address

    def dns_servers(self):
        return [self.address]

    def asked(self) -> bytes:
        """The last question, b"" when there is none."""
        data = b""
        while True:
            try:
                data, self.sender = self.sock.recvfrom(600)
            except OSError:
                return data

    def answer(self, *records, ident=0, count=None):
        """Send records to whoever asked last."""
        head = struct.pack(">6H", ident, 0x8400, 0, len(records) if count is None else count, 0, 0)
        self.sock.sendto(head + b"".join(records), self.sender)

    def close(self):
        self.sock.close()


def name(text) -> bytes:
    return b"".join([bytes((len(part),)) + part for part in text.split(b".")]) + b"\0"


def record(owner, kind, data) -> bytes:
    return name(owner) + struct.pack(">HHIH", kind, 1, 120, len(data)) + data


def texts(**pairs) -> bytes:
    found = [key.encode() + b"=" + pairs[key] for key in sorted(pairs)]
    return b"".join([bytes((len(pair),)) + pair for pair in found])


def wallbox(host, address, label=None, **more) -> tuple:
    """All records of a WARP wallbox."""
    label = host if label is None else label
    instance = label + b"." + SERVICE
    said = {"version": b"34127.5", "enabled": b"true", "display_name": host}
    said.update(more)
    return (
        record(host + b".local", 1, bytes([int(part) for part in address.split(".")])),
        record(SERVICE, 12, name(instance)),
        record(instance, 33, b"\0\0\0\0\x85\x4f" + name(host + b".local")),
        record(instance, 16, texts(**said)),
    )
