"""WARP packets: golden bytes (made with other code) and anything that may arrive instead."""

from warp.packet import (
    IGNORE_ALLOCATION,
    State,
    pack_command,
    unpack_state,
)

SHORT, WRONG_MAGIC, WRONG_VERSION, WRONG_LENGTH = 1, 2, 3, 4

# state v3: 16 A applied, car charges with 15.5/15.25/15.75 A
STATE_V3 = (
    "4f8558004d000300ce0000000d0c0b0a40e2010000000000803e007d020300bf"
    "0000664300006743008065430000784100007441" + "00007c41a4707d3f48e17a3f"
    "ec51783f005426460000484100088745905f010007000000"
)
# bytes 80..135 of a state v5 with an NFC tag
TAIL_V5 = "905f0100070000000402010003" + "0704a1b2c3d4e5f6000000" + "00" * 32


def test_commands():
    buffer = bytearray(20)
    rows = (
        # arguments, the packet
        ((0x0102, 2, 16000, 0, 3), "4f850c0002010200803e0003"),
        ((4660, 4, 6000, 0, 1, 2), "4f851400341204007017000102" + "0f000000000000"),
        ((1, 4, 65535, IGNORE_ALLOCATION, 0), "4f85140001000400ffff8000040f000000000000"),
        ((0x0102, 1, 16000, 0, 3), "4f850c0002010100803e0000"),
        ((0x0102, 3, 16000, 0, 3, 4, 0x1FF), "4f85100002010300803e000304ff0100"),
        ((65535, 4, 0, 0, 0), "4f851400ffff040000000000040f000000000000"),
    )
    for arguments, packet in rows:
        for i in range(20):
            buffer[i] = 0xAA
        size = pack_command(buffer, *arguments)
        assert size == len(packet) // 2
        assert bytes(buffer[:size]) == unhex(packet), arguments
        assert buffer[size:] == b"\xaa" * (20 - size)


def test_the_state_of_a_charging_wallbox():
    state = State()
    data = unhex(STATE_V3)
    assert unpack_state(data, len(data), state) == 0
    assert (state.sequence, state.version, state.event) == (77, 3, 0)
    assert (state.uptime_ms, state.car_stopped) == (123456, 0)
    assert (state.allowed_ma, state.supported_ma) == (16000, 32000)
    assert (state.charger_state, state.error_state) == (3, 0)
    assert state.is_managed
    assert state.current_ma == [15500, 15250, 15750]
    assert state.phases == 3


def test_every_version():
    state = State()
    whole = bytearray(unhex(STATE_V3)[:80] + unhex(TAIL_V5))
    assert len(whole) == 136
    for version, size in ((1, 80), (2, 84), (3, 88), (4, 92), (5, 136), (6, 136), (255, 136)):
        whole[2] = size
        whole[6] = version
        assert unpack_state(whole, size, state) == 0, version
        assert state.version == version
        assert state.current_ma == [15500, 15250, 15750]
        assert state.phases == (3 if version > 2 else 0)
    # newer than known: longer is fine, cut off at what is known
    longer = whole + b"\x01" * 64
    longer[2] = 150
    longer[6] = 6
    for n in (136, 150, 200):
        assert unpack_state(longer, n, state) == 0
    assert unpack_state(longer, 135, state) == WRONG_LENGTH


def test_what_is_refused():
    good = unhex(STATE_V3)
    rows = (
        # offset, byte, error
        (0, 0x4E, WRONG_MAGIC),
        (1, 0x84, WRONG_MAGIC),
        (2, 0x57, WRONG_LENGTH),
        (3, 0x01, WRONG_LENGTH),
        (6, 0, WRONG_VERSION),
        (6, 2, WRONG_LENGTH),
        (6, 4, WRONG_LENGTH),
        (6, 6, WRONG_LENGTH),
    )
    state = State()
    state.sequence = 4711
    for offset, byte, error in rows:
        data = bytearray(good)
        data[offset] = byte
        assert unpack_state(data, len(data), state) == error, (offset, byte)
    for n in range(201):
        data = (good + bytes(200))[:n]
        error = unpack_state(data, n, state) if n != 88 else WRONG_LENGTH
        assert error == (SHORT if n < 8 else WRONG_LENGTH), n
    assert state.sequence == 4711


def test_drawn_current():
    rows = (
        # three floats, charger_state, feature flags, mA
        ("000078410000744100007c41", 3, 0xCE, [15500, 15250, 15750]),
        ("000078410000000000000000", 3, 0xCE, [15500, 0, 0]),
        ("6f1283ba6f1283ba6f1283ba", 3, 0xCE, [0, 0, 0]),  # -0.001: a measured 0
        ("6f1283ba6f1283ba6f1283ba", 3, 0, [0, 0, 0]),
        ("0000c07f0000c07f0000c07f", 3, 0xCE, [-1, -1, -1]),  # NaN: no meter
        ("000078410000c07f0000c07f", 3, 0xCE, [-1, -1, -1]),
        ("0000807f0000000000000000", 3, 0xCE, [-1, -1, -1]),  # infinite
        ("00007841ffff7f7f00000000", 3, 0xCE, [-1, -1, -1]),  # out of this world
        ("000000000000000000000000", 3, 0xCE, [-1, -1, -1]),  # plain zeros: no meter
        ("000000000000000000000000", 0, 0x40, [-1, -1, -1]),
        ("000000000000000000000000", 0, 0xCE, [0, 0, 0]),  # a meter, and the contactor is open
        ("000000800000008000000080", 3, 0xCE, [-1, -1, -1]),
        ("000080c0000078410000c0bf", 3, 0xCE, [0, 15500, 0]),  # negative
    )
    state = State()
    for floats, charger_state, features, expected in rows:
        data = bytearray(unhex(STATE_V3))
        data[44:56] = unhex(floats)
        data[29] = charger_state
        data[8] = features
        assert unpack_state(data, len(data), state) == 0
        assert state.current_ma == expected, floats


def test_flags():
    state = State()
    for top, event in ((0, 0), (0x40, 1), (0x80, 2), (0xC0, 3)):
        data = bytearray(unhex(STATE_V3))
        data[11] = top
        data[31] = 0x3F
        unpack_state(data, len(data), state)
        assert state.event == event
        assert not state.is_managed


def test_any_bytes_of_every_length():
    state = State()
    seed = 12345
    header = unhex("4f8500004d000300")
    for n in range(201):
        for version in range(8):
            data = bytearray(200)
            for i in range(200):
                seed = (seed * 1103515245 + 12345) & 0x3FFFFFFF
                data[i] = seed >> 16 & 0xFF
            error = unpack_state(data, n, state)
            assert 0 <= error <= WRONG_LENGTH
            data[:8] = header
            data[2] = n
            data[6] = version
            error = unpack_state(data, n, state)
            known = (n, version) in ((80, 1), (84, 2), (88, 3), (92, 4), (136, 5))
            assert (error == 0) == (known or (n >= 136 and version > 5)), (n, version)
            if not error:
                assert all(-1 <= ma <= 1000000 for ma in state.current_ma)


def unhex(text):
    return bytes(int(text[i : i + 2], 16) for i in range(0, len(text), 2))
