"""WARP packets against the wallbox's view of them (formats of its emulator), and any datagrams."""

import pathlib
import struct
import sys

from hypothesis import given
from hypothesis import strategies as st
from warp.packet import State, pack_command, unpack_state

sys.path.insert(0, str(pathlib.Path(__file__).parent / "both"))
from test_warp_chargers import Group

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


def datagrams():
    """Headers that are right, wrong by one, or noise; bodies of any kind and any length."""
    sizes = st.sampled_from((80, 84, 88, 92, 136, 150))
    right = st.tuples(st.integers(0, 7), sizes, U16, st.binary(min_size=200, max_size=200))
    good = right.map(lambda t: (struct.pack(HEADER, 34127, t[1], t[2], t[0]) + t[3])[: t[1]])
    matching = st.tuples(st.integers(1, 5), U16, st.binary(min_size=128, max_size=128)).map(
        lambda t: (struct.pack(HEADER, 34127, SIZES[t[0]], t[1], t[0]) + t[2])[: SIZES[t[0]]]
    )
    return st.one_of(matching, matching, good, st.binary(max_size=200))


@given(st.lists(st.tuples(datagrams(), st.integers(0, 3), st.integers(0, 3000)), max_size=30))
def test_any_datagrams_leave_sane_reports(packets):
    group = Group(3, 16000)
    for data, sender, wait in packets:
        group.now += wait
        group.warp.poll(group.now)
        address = group.addresses[sender] if sender < 3 else ("127.9.9.77", 34128)
        group.warp.received(data, len(data), address, group.now)
    frozen_or_bad = sum(group.warp.bad_packets) + group.warp.unknown_senders
    reports = [report for point in group.points for report in point.reports]
    assert len(reports) + frozen_or_bad <= len(packets)
    for applied, l1, l2, l3, car, supported, phases in reports:
        assert 0 <= applied <= 65535
        assert 0 <= supported <= 65535
        assert all(-1 <= drawn <= 1000000 for drawn in (l1, l2, l3))
        assert (l1 < 0) == (l2 < 0) == (l3 < 0)
        assert 0 <= car <= 6
        assert 0 <= phases <= 3
    assert all(1 <= version <= 4 for version in group.warp.version)
    assert group.warp._unechoed == sum(bool(pushes) for pushes in group.warp._pushes)


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(-1, 32000), st.integers(0, 700))))
def test_every_reduction_reaches_the_wire_in_one_push(changes):
    group = Group(8, 16000)
    group.run(1000)
    for index, setpoint, wait in changes:
        if group.points[index].setpoint_ma >= 0 <= setpoint:
            group.points[index].setpoint_ma = setpoint
        assert group.warp.push(group.now) == 0
        for i, point in enumerate(group.points):
            assert group.last(i)[0] <= point.setpoint_ma
        group.now += wait
        group.warp.poll(group.now)
