"""The RTU client against random noise, random pieces and random damage."""

import asyncio
import pathlib
import sys

from hypothesis import given, settings
from hypothesis import strategies as st
from modbus.pdu import ModbusError

sys.path.insert(0, str(pathlib.Path(__file__).parent / "both"))
from scripted_port import Bus, frame

REGISTERS = st.lists(st.integers(0, 255), min_size=2, max_size=250).filter(
    lambda x: len(x) % 2 == 0
)


def read(bus, count):
    async def main():
        return bytes(await bus.client.read(7, 3, 100, count))

    return asyncio.run(main())


@settings(deadline=None)
@given(REGISTERS, st.binary(max_size=300), st.integers(1, 60), st.booleans())
def test_any_noise_and_any_pieces(data, noise, piece, echo):
    count = len(data) // 2
    begin = [(1, frame(7, 3, 0, 100, 0, count))] if echo else []
    bus = Bus([[*begin, (2, noise), (3, frame(7, 3, len(data), *data))]], piece)
    assert read(bus, count) == bytes(data)
    assert bus.client.junk == len(noise)


@settings(deadline=None)
@given(REGISTERS, st.data(), st.integers(1, 60))
def test_a_damaged_answer_is_never_taken(data, draw, piece):
    good = frame(7, 3, len(data), *data)
    at = draw.draw(st.integers(0, len(good) - 1))
    bad = bytearray(good)
    bad[at] ^= draw.draw(st.integers(1, 255))
    cut = draw.draw(st.integers(0, len(good) - 1))
    for answer in (bytes(bad), good[:cut], good[cut + 1 :]):
        bus = Bus([[(2, answer)]], piece)
        try:
            assert read(bus, len(data) // 2) is None
        except ModbusError:
            pass


@settings(deadline=None)
@given(st.binary(max_size=2000), st.integers(1, 60))
def test_bytes_out_of_nowhere_never_hurt(data, piece):
    bus = Bus([[(2, data)]], piece)
    start = bus.clock.now
    try:
        read(bus, 18)
    except ModbusError:
        pass
    assert bus.clock.now - start <= 8 + 300 + 5
