"""The one file that knows which interpreter runs: MicroPython on the chip or on a PC, or CPython.

Gives both the same clock (milliseconds that wrap, compared with ticks_diff only), the same waiting
with a deadline, and the same UDP socket. Addresses are opaque: the unix port of MicroPython packs
them into bytes, the ESP32 port and CPython use (ip, port); they are equal if they are the same.
"""

import asyncio
import socket
import sys

UPY = sys.implementation.name == "micropython"

if UPY:
    from asyncio import sleep_ms, wait_for_ms
    from time import ticks_add, ticks_diff, ticks_ms

    from micropython import const

    # A plain Exception here, an OSError in CPython: catch this tuple, and OSError beside it.
    TIMEOUT = (asyncio.TimeoutError,)

    def readable(sock: socket.socket):
        """Wait until the socket has something to read (await it like a coroutine)."""
        yield asyncio.core._io_queue.queue_read(sock)

else:
    from compat_cpython import (  # noqa: F401 - handed on to whoever imports compat
        TIMEOUT,
        const,
        readable,
        sleep_ms,
        ticks_add,
        ticks_diff,
        ticks_ms,
        wait_for_ms,
    )


def udp_address(ip: str, port: int):
    """Return what sendto() wants and recvfrom() gives, for an IPv4 literal (a name would stop the
    interpreter)."""
    address = socket.getaddrinfo(ip, port, socket.AF_INET, socket.SOCK_DGRAM)[0][-1]
    return address if isinstance(address, tuple) else bytes(address)


def open_udp(ip: str, port: int) -> socket.socket:
    """Return a non-blocking UDP socket bound to ip ("0.0.0.0": all) and port; OSError if taken."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.bind(udp_address(ip, port))
        sock.setblocking(False)
    except OSError:
        sock.close()
        raise
    return sock


def address_host(address) -> str:
    """Return the IPv4 literal of an address."""
    if isinstance(address, tuple):
        return address[0]
    return "%d.%d.%d.%d" % tuple(address[4:8])  # sockaddr_in
