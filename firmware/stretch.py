"""Stretches a password, so that guessing at a stolen file is slow: PBKDF2 with HMAC-SHA-256, one
block of 32 bytes (RFC 8018 section 5.2, RFC 2104), by hand: the chip's hashlib has no more than
sha256. In slices of at most 5 ms, between which everything else has its turn.
"""

import gc
from hashlib import sha256

from compat import UPY, const, sleep_ms, ticks_diff, ticks_ms

ROUNDS = const(2000)  # one to two seconds on the chip; stored beside each hash
_BLOCK = const(64)  # of SHA-256, bytes
_SLICE_MS = const(4)  # one more round, and the clock's own millisecond, stay within 5 ms
_SLICE_ROUNDS = const(16)  # a round leaves half a kilobyte to collect
_SLICE_BYTES = const(16384)


def _padded(key, mask: int) -> bytes:
    return bytes([byte ^ mask for byte in key]) + bytes([mask]) * (_BLOCK - len(key))


async def stretch(password, salt, rounds: int, pause=sleep_ms, clock_ms=ticks_ms) -> bytes:
    """The 32 bytes that a password (bytes) becomes with a salt (bytes) after so many rounds."""
    key = password if len(password) <= _BLOCK else sha256(password).digest()
    inner = _padded(key, 0x36)
    outer = _padded(key, 0x5C)
    last = salt + b"\0\0\0\1"
    total = 0
    while rounds:
        usual = _collect_after(_SLICE_BYTES)  # once in a slice, not in each of its rounds
        try:
            started = clock_ms()
            for _ in range(min(rounds, _SLICE_ROUNDS)):
                digest = sha256(inner)
                digest.update(last)
                last = digest.digest()
                digest = sha256(outer)
                digest.update(last)
                last = digest.digest()
                total ^= int.from_bytes(last, "big")
                rounds -= 1
                if ticks_diff(clock_ms(), started) >= _SLICE_MS:
                    break
        finally:
            _collect_after(usual)
        await pause(0)
    return total.to_bytes(32, "big")


def _collect_after(size: int) -> int:
    """Let garbage grow to so many bytes before it is collected; return what it was."""
    if not UPY:
        return 0
    usual = gc.threshold()
    gc.threshold(size)
    return usual
