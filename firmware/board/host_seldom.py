"""What the PC's board needs at the start, at the end or once in a while: loaded for the call."""

import gc
import sys

from compat import const, udp_address

RESTART = const(3)  # exit code; tools/guardian.py knows it too


class _Arguments:
    port = None
    bind = "0.0.0.0"
    heartbeat = None
    reset_cause = "power_on"


def take_arguments(words: list):
    """--http-port N and --bind ADDRESS; --heartbeat FD, --reset-cause WORD by the guardian."""
    given = _Arguments()
    for i in range(0, len(words) - 1, 2):
        if words[i] == "--http-port":
            given.port = int(words[i + 1])
        elif words[i] == "--heartbeat":
            given.heartbeat = int(words[i + 1])
        elif words[i] == "--bind":
            given.bind = words[i + 1]
        elif words[i] == "--reset-cause":
            given.reset_cause = words[i + 1]
    return given


def maintenance():
    """Nothing to do: after Ctrl-C the process ends."""


def unique_id() -> str:
    """Return an id that no other site on this PC has: the address it listens on."""
    from firmware import board

    return "host" + "".join(["%02x" % int(part) for part in board.arguments.bind.split(".")])


def restart():
    """End the process so that the guardian starts it anew; does not return."""
    sys.exit(RESTART)


def mem_info() -> tuple:
    """Return (used, free) bytes of the Python heap; beside it there is as much as the PC has."""
    return gc.mem_alloc(), gc.mem_free(), 0


def safe_outputs():
    """A PC has none: the direction of the bus is the adapter's affair."""


def open_contact(number: int):
    """Raise ValueError: there are no pins to read a contact at."""
    raise ValueError("a PC has no pins")


def _simulated():
    """The address at which a simulated site answers for all devices of its network, or None."""
    from firmware import board

    network = board.arguments.bind.rpartition(".")[0]
    return network + ".251" if network.startswith("127.") else None


def mdns_target():
    """Where a question to all devices of the network goes (RFC 6762). On a loopback address
    nothing leaves this PC."""
    return udp_address(_simulated() or "224.0.0.251", 5353)


def dns_servers() -> list:
    """The addresses of the servers that resolve names. OSError."""
    site = _simulated()
    if site:
        return [udp_address(site, 5353)]
    servers = []
    with open("/etc/resolv.conf") as file:
        for line in file:
            words = line.split()
            if len(words) > 1 and words[0] == "nameserver" and ":" not in words[1]:
                servers.append(udp_address(words[1], 53))
    return servers
