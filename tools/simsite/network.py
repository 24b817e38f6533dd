"""A free 127.a.b.0/24 for one simulated site, so that several run side by side on one Linux
machine.
"""

import random
import socket

from .warp_wire import CHARGER_PORT, MANAGER_PORT

FIRST_BOX = 10


def is_free(network: str, boxes: int = 64) -> bool:
    """True when the manager's port and all wallbox ports of the network can be bound."""
    wanted = [(f"{network}.1", MANAGER_PORT)]
    wanted += [(f"{network}.{FIRST_BOX + i}", CHARGER_PORT) for i in range(boxes)]
    for address in wanted:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind(address)
            except OSError:
                return False
    return True


def pick_network(boxes: int = 64) -> str:
    """The first three numbers of a free network, e.g. "127.93.14"; chosen at random, so seeds do
    not collide.
    """
    rng = random.SystemRandom()
    for _ in range(100):
        network = f"127.{rng.randint(16, 250)}.{rng.randint(0, 255)}"
        if is_free(network, boxes):
            return network
    raise OSError("no free 127.a.b.0/24 found")
