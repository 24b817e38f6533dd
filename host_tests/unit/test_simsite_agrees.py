"""Firmware and simulated site, written apart from the same tables, agree on every packet."""

from hypothesis import given
from hypothesis import strategies as st

from tools.simsite import BoxConfig, Car, CarConfig, warp_wire
from tools.simsite.box import WarpBox
from warp import packet

words = st.integers(0, 0xFFFF)
octets = st.integers(0, 0xFF)


@given(st.integers(1, 4), words, words, octets, st.sampled_from((0, 1, 3)), octets)
def test_commands(version, sequence, ma, flags, phases, modes):
    buffer = bytearray(b"\xee" * 20)
    length = packet.pack_command(buffer, sequence, version, ma, flags, phases, 4, modes)
    seen = warp_wire.unpack_command(bytes(buffer[:length]))
    expected = warp_wire.Command(version, sequence, ma, flags, phases if version > 1 else 0)
    if version > 2:
        expected = expected._replace(supported_modes=modes)
    assert seen == expected
    assert warp_wire.pack_command(expected) == bytes(buffer[:length])


@given(st.integers(1, 5), words, st.integers(1, 0xFFFFFFFF), words, octets, st.floats(0.01, 64))
def test_states(version, sequence, uptime, ma, flags, ampere):
    state = warp_wire.State(
        features=0xC000006E,
        uid=77,
        uptime_ms=uptime,
        allowed_ma=ma,
        supported_ma=32000,
        charger_state=3,
        state_flags=flags,
        currents=(ampere, 0.5, -0.001),
        phases=3,
    )
    data = warp_wire.pack_state(state, version, sequence)
    seen = packet.State()
    assert packet.unpack_state(data, len(data), seen) == 0
    assert (seen.version, seen.sequence) == (version, sequence)
    assert (seen.uptime_ms, seen.allowed_ma, seen.supported_ma) == (uptime, ma, 32000)
    assert seen.event == 3  # urgent, and the car came or went
    assert seen.is_managed == bool(flags & 0x80)
    assert seen.phases == (3 if version > 2 else 0)
    assert abs(seen.current_ma[0] - ampere * 1000) <= 1
    assert seen.current_ma[1:] == [500, 0]


def test_a_wallbox_obeys_the_firmwares_packets_and_is_understood():
    box = WarpBox(0, BoxConfig(read_every_s=0))
    box.plug(Car(CarConfig(offset_ma=0, start_s=0)), 0.0)
    buffer, seen, now = bytearray(20), packet.State(), 0.0
    for second in range(30):
        length = packet.pack_command(buffer, second + 1, 4, 10000, 0, 3)
        box.receive(buffer[:length], ("127.9.9.1", 34127), now)
        for _ in range(20):
            now += 0.05
            for data, _ in box.tick(now):
                assert packet.unpack_state(data, len(data), seen) == 0
            box.car.step(0.05, box.offer_ma)
    assert (seen.allowed_ma, seen.charger_state, seen.is_managed) == (10000, 3, True)
    assert all(abs(ma - 10000) <= 25 for ma in seen.current_ma)
