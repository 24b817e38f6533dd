"""WARP packets against the wallbox's view of them, written with the formats of its emulator."""

import struct

from hypothesis import given
from hypothesis import strategies as st
from warp.packet import State, pack_command, unpack_state

HEADER = "<HHHBx"
SIZES = {1: 80, 2: 84, 3: 88, 4: 92, 5: 136}
U16 = st.integers(0, 0xFFFF)
BYTE = st.integers(0, 0xFF)


@given(U16, st.integers(1, 4), U16, BYTE, st.sampled_from((0, 1, 3)), BYTE, st.integers(0, 0x1FF))
def test_a_wallbox_reads_what_was_packed(sequence, version, current, flags, phases, mode, modes):
    buffer = bytearray(b"\xaa" * 20)
    size = pack_command(buffer, sequence, version, current, flags, phases, mode, modes)
    assert struct.unpack_from(HEADER, buffer) == (34127, size, sequence, version)
    expected = (current, flags, phases if version > 1 else 0)
    assert struct.unpack_from("<HBb", buffer, 8) == expected
    if version > 2:
        assert struct.unpack_from("<BHB", buffer, 12) == (mode, modes, 0)
    assert bytes(buffer[16:]) == (bytes(4) if version > 3 else b"\xaa" * 4)
    assert size == (12, 12, 16, 20)[version - 1]


@given(
    st.integers(1, 5),
    U16,
    st.tuples(*[st.floats(0, 80, width=32)] * 3),
    U16,
    U16,
    st.integers(0, 4),
    st.integers(0, 15),
    st.integers(0, 2**32 - 1),
)
def test_the_manager_reads_what_a_wallbox_sends(
    version, sequence, amps, allowed, supported, charger_state, phases, uptime
):
    data = struct.pack(HEADER, 34127, SIZES[version], sequence, version)
    data += struct.pack("<IIIIHHBBBB", 0xCE, 1, uptime, 0, allowed, supported, 2, 0, 0, 0x80)
    data += struct.pack("<12f", *(230.0,) * 3, *(a or -0.001 for a in amps), *(1.0,) * 3, 0, 0, 0)
    data += struct.pack("<IBxxx", 90000, phases)
    data = bytearray((data + bytes(48))[: SIZES[version]])
    data[29] = charger_state
    state = State()
    assert unpack_state(data, len(data), state) == 0
    assert (state.sequence, state.version, state.uptime_ms) == (sequence, version, uptime)
    assert (state.allowed_ma, state.supported_ma) == (allowed, supported)
    assert state.charger_state == charger_state
    assert state.phases == (phases & 3 if version > 2 else 0)
    for got, sent in zip(state.current_ma, amps):
        assert abs(got - sent * 1000) <= 0.51


@given(st.binary(max_size=200), st.integers(0, 200))
def test_no_bytes_raise(data, version):
    unpack_state(data, len(data), State())
    if len(data) >= 8:
        headed = struct.pack(HEADER, 34127, len(data), 1, version) + data[8:]
        unpack_state(headed, len(headed), State())
