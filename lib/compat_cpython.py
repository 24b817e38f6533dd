"""CPython's half of compat: never imported on a board, so it costs no memory there."""

import asyncio
import socket
import time

TIMEOUT = (asyncio.TimeoutError, TimeoutError)

_PERIOD = 1 << 30  # the clock of the 32-bit chip wraps here, every 12.4 days


def const(value):
    """Return the value: a hint for the other compiler."""
    return value


def ticks_ms() -> int:
    """Return a millisecond clock that wraps as the chip's does."""
    return time.monotonic_ns() // 1000000 % _PERIOD


def ticks_add(ticks: int, delta: int) -> int:
    """Return the clock value delta ms later."""
    return (ticks + delta) % _PERIOD


def ticks_diff(end: int, start: int) -> int:
    """Return end - start in ms, right for distances up to 6.2 days."""
    return (end - start + _PERIOD // 2) % _PERIOD - _PERIOD // 2


async def sleep_ms(ms: int) -> None:
    """Let other tasks run for at least ms."""
    await asyncio.sleep(ms / 1000)


async def wait_for_ms(awaitable, ms: int):
    """Await it for at most ms, else cancel it and raise one of TIMEOUT."""
    return await asyncio.wait_for(awaitable, ms / 1000)


def _wake(ready) -> None:
    if not ready.done():
        ready.set_result(None)


async def readable(sock: socket.socket) -> None:
    """Wait until the socket has something to read."""
    loop = asyncio.get_running_loop()
    ready = loop.create_future()
    loop.add_reader(sock, _wake, ready)
    try:
        await ready
    finally:
        loop.remove_reader(sock)
