"""firmware/stretch.py: the published figures of PBKDF2-HMAC-SHA-256; who has a turn between."""

import hashlib
from binascii import hexlify

from firmware.stretch import stretch

# RFC 7914 section 11 gives 64 bytes of each; the first block is its first 32
PUBLISHED = (
    (b"passwd", b"salt", 1, b"55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"),
    (
        b"Password",
        b"NaCl",
        80000,
        b"4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56",
    ),
)
LONG = b"a password that is longer than a block of the hash, which is of 64 bytes; 128 are allowed"


async def test_published_figures():
    for password, salt, rounds, expected in PUBLISHED:
        assert hexlify(await stretch(password, salt, rounds)) == expected


async def test_it_agrees_with_hashlib():
    if not hasattr(hashlib, "pbkdf2_hmac"):
        return
    for password in (b"", b"x", LONG[:63], LONG[:64], LONG[:65], LONG, "pässwörd".encode()):
        for salt in (b"", b"0123456789abcdef"):
            for rounds in (1, 2, 15, 16, 17, 100):
                expected = hashlib.pbkdf2_hmac("sha256", password, salt, rounds)
                assert await stretch(password, salt, rounds) == expected


class Clock:
    """A clock on which a round takes so long; `slices` is how long nobody else had a turn."""

    def __init__(self, round_us):
        self.round_us = round_us
        self.now_us = 0
        self.began_us = 0
        self.slices = []

    def ms(self):
        self.now_us += self.round_us  # it is asked once a round, and once before
        return self.now_us // 1000

    async def pause(self, ms):
        assert ms == 0
        self.slices.append(self.now_us - self.began_us - self.round_us)
        self.now_us += 700  # the others' turn
        self.began_us = self.now_us


async def test_no_slice_is_longer_than_5_ms():
    for round_us, fewest in ((20, 63), (250, 63), (420, 100), (990, 200), (1500, 300)):
        clock = Clock(round_us)
        result = await stretch(b"passwd", b"salt", 1000, clock.pause, clock.ms)
        assert result == await stretch(b"passwd", b"salt", 1000)
        # a round that takes longer than the rest of a slice cannot be divided
        assert max(clock.slices) <= 5000 + max(0, round_us - 1000), (round_us, max(clock.slices))
        assert len(clock.slices) >= fewest


async def test_what_a_slice_changes_for_the_collector_is_put_back():
    import gc

    if hasattr(gc, "get_threshold"):
        return
    gc.threshold(4096)
    await stretch(b"passwd", b"salt", 40)
    assert gc.threshold() == 4096
    gc.threshold(-1)
