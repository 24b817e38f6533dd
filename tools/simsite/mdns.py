"""What the devices of the site say of themselves by multicast DNS, and the site's name server.

Both sit at 251 in the site's network, port 5353: the firmware asks there, since a multicast would
reach the other sites of this machine. Each wallbox that has power and a
network answers a question about the service _tf-warp-cm._udp for itself, in a datagram of its own
and a little later, as real ones do; an address is told for HOSTNAME.local when all are asked, for
HOSTNAME.example when a server is. Written from RFC 1035, 6762 and 6763, without code of the
firmware.
"""

import asyncio
import random
import struct

PORT = 5353
LAST = 251
SERVICE = "_tf-warp-cm._udp.local"
A, PTR, TXT, SRV = 1, 12, 16, 33
MANAGER_PORT = 34127


def encode(name: str) -> bytes:
    """A name in its long form."""
    labels = [label.encode() for label in name.split(".")]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def decode(data: bytes, at: int) -> tuple[str, int]:
    """A name of a question and where it ends; questions come without compression."""
    labels = []
    while size := data[at]:
        if size > 63:
            raise ValueError("compressed")
        labels.append(data[at + 1 : at + 1 + size].decode())
        at += size + 1
    return ".".join(labels), at + 1


def record(name: str, kind: int, data: bytes) -> bytes:
    """A record with 120 s to live."""
    return encode(name) + struct.pack(">HHIH", kind, 1, 120, len(data)) + data


def questions(data: bytes) -> tuple[int, bool, list[tuple[str, int]]]:
    """Ident, whether recursion is asked for, and (name, type) of each question."""
    ident, flags, count = struct.unpack_from(">HHH", data)
    if flags & 0x8000:
        raise ValueError("no question")
    at, found = 12, []
    for _ in range(count):
        name, at = decode(data, at)
        kind, _ = struct.unpack_from(">HH", data, at)
        at += 4
        found.append((name.lower(), kind))
    return ident, bool(flags & 0x0100), found


class Responder(asyncio.DatagramProtocol):
    """Answers for all wallboxes of a site. `asked` counts the questions by name."""

    def __init__(self, site):
        self.site = site
        self.asked: dict[str, int] = {}
        self.transport = None
        self._rng = random.Random(f"mdns {site.config.seed}")

    async def start(self) -> None:
        """Open the socket."""
        loop = asyncio.get_running_loop()
        address = (f"{self.site.network}.{LAST}", PORT)
        await loop.create_datagram_endpoint(lambda: self, local_addr=address)

    def stop(self) -> None:
        """Close it."""
        if self.transport:
            self.transport.close()

    def connection_made(self, transport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address) -> None:
        try:
            ident, is_server, asked = questions(data)
        except (ValueError, IndexError, struct.error):
            return
        for name, _ in asked:
            self.asked[name] = self.asked.get(name, 0) + 1
        if is_server:
            found = [answer for name, kind in asked for answer in self._resolve(name, kind)]
            # no such name: code 3
            self._answer(address, ident, found, 0x8180 if found else 0x8183, data)
            return
        for i, box in enumerate(self.site.boxes):
            if box.faults["vanish"] or box.faults["off"]:
                continue
            found = [answer for question in asked for answer in self._tell(i, *question)]
            if found:
                delay_s = self._rng.uniform(0.02, 0.12)
                loop = asyncio.get_running_loop()
                loop.call_later(delay_s, self._answer, address, ident, found, 0x8400, data)

    def _answer(self, address, ident, found, flags, asked) -> None:
        """Send one message; as RFC 6762 6.7 wants it for those who ask once, with the question."""
        if self.transport.is_closing():
            return
        count = struct.unpack_from(">H", asked, 4)[0]
        head = struct.pack(">HHHHHH", ident, flags, count, len(found), 0, 0)
        self.transport.sendto(head + asked[12:] + b"".join(found), address)

    def _resolve(self, name: str, kind: int) -> list[bytes]:
        for i, box in enumerate(self.site.boxes):
            if kind == A and name == f"{box.hostname}.example":
                return [self._address(name, i)]
        return []

    def _tell(self, i: int, name: str, kind: int) -> list[bytes]:
        """What wallbox i says to one question."""
        box = self.site.boxes[i]
        host = f"{box.hostname}.local"
        instance = f"{box.hostname}.{SERVICE}"
        port = struct.pack(">HHH", 0, 0, MANAGER_PORT) + encode(host)
        texts = {
            "version": box.config.announced or f"34127.{box.config.state_version}",
            "enabled": "false" if box.faults["unmanaged"] else "true",
            "display_name": box.name,
        }
        pairs = [f"{key}={value}".encode() for key, value in texts.items()]
        text = record(instance, TXT, b"".join(bytes([len(p)]) + p for p in pairs))
        if name == SERVICE and kind == PTR:
            rest = [] if box.config.is_terse else [record(instance, SRV, port), text]
            rest += [] if box.config.is_terse else [self._address(host, i)]
            return [record(SERVICE, PTR, encode(instance)), *rest]
        if name == instance and kind in (SRV, TXT):
            return [record(instance, SRV, port) if kind == SRV else text]
        return [self._address(host, i)] if (name, kind) == (host, A) else []

    def _address(self, name: str, i: int) -> bytes:
        return record(name, A, bytes(int(part) for part in self.site.address(i).split(".")))
