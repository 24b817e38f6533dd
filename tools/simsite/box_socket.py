"""The socket of a simulated wallbox."""

import asyncio
import time

from .box import WarpBox
from .warp_wire import CHARGER_PORT


class BoxSocket(asyncio.DatagramProtocol):
    """Hands to the wallbox what comes; `transport` sends."""

    def __init__(self, box: WarpBox):
        self.box = box
        self.transport = None

    def connection_made(self, transport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address) -> None:
        self.box.receive(data, address, time.monotonic())

    def error_received(self, exc) -> None:
        """Nobody listens at the manager's address: as on a network, nothing happens."""


async def open_socket(box: WarpBox, host: str) -> BoxSocket:
    """Open the socket of a wallbox at this address."""
    loop = asyncio.get_running_loop()
    _, sock = await loop.create_datagram_endpoint(
        lambda: BoxSocket(box), local_addr=(host, CHARGER_PORT)
    )
    return sock
