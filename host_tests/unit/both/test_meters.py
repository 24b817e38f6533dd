"""Register maps and the meter that is read by them."""

import asyncio
import json
import os
from struct import pack

import meters.meter
from meters.meter import Meter
from meters.map_file import check_map, load_map
from meters.register_map import VALUES, decode
from modbus.pdu import ModbusError
from scripted_port import Bus, frame

SDM630_FAST = (230.1, 231.2, 229.3, 10.5, 0.25, 32.123, 2400.4, -57.4, 7370.6)
SMALL = {
    "function": 3,
    "current_sign": "own",
    "fast": [[0, 6]],
    "values": {
        "current_l1": [0, "i32", -3],
        "current_l2": [2, "i32", -3],
        "current_l3": [4, "i32", -3],
    },
}


def floats(*values):
    return b"".join([pack(">f", value) for value in values])


def answer(data, function=4):
    return [(20, frame(1, function, len(data), *data))]


def meter(script, register_map=None, retries=0, **options):
    bus = Bus(script, retries=retries)
    bus.clock.install(meters.meter)
    return bus, Meter(bus.client, 1, register_map or load_map("eastron_sdm630"), **options)


def test_an_sdm630():
    bus, m = meter([answer(floats(*SDM630_FAST))])
    asyncio.run(m.read())
    assert bus.port.sent[0][1] == frame(1, 4, 0, 0, 0, 18)
    assert m.voltage_mv == [230100, 231200, 229300]
    assert m.current_ma == [10500, -250, 32123]  # the meter gives magnitudes
    assert m.power_w == [2400, -57, 7371]
    assert m.phases == 3
    assert m.taken_ms == bus.clock.ticks_ms()
    assert not m.same
    assert m.energy_import_wh is None


def test_the_same_bytes_again():
    one = answer(floats(*SDM630_FAST))
    two = answer(floats(*SDM630_FAST[:8] + (7370.7,)))
    bus, m = meter([one, one, two, two, one])
    seen = []
    for _ in range(5):
        asyncio.run(m.read())
        seen.append(m.same)
        assert m.taken_ms == bus.clock.ticks_ms()
    assert seen == [False, True, False, True, False]
    # a first answer of zeros is no repetition
    _, m = meter([answer(bytes(36))])
    asyncio.run(m.read())
    assert not m.same


def test_slow_values_come_in_between():
    fast = answer(floats(*SDM630_FAST))
    slow = answer(floats(50.01, 12345.678, 0.5))
    bus, m = meter([fast, slow, fast, fast, fast, [], fast], slow_every=3)

    async def main():
        for _ in range(5):
            await m.read()
            await m.read_slow()

    asyncio.run(main())
    starts = [request[3] for _, request in bus.port.sent]
    assert starts == [0, 70, 0, 0, 0, 70, 0]
    assert (m.frequency_mhz, m.energy_import_wh, m.energy_export_wh) == (50010, 12345678, 500)
    assert (m.failures, m.slow_failures) == (0, 1)
    # the meter wants 60 ms of silence
    assert bus.port.sent[1][0] - bus.port.sent[0][0] >= 8 + 20 + 60


def test_a_bad_sample_changes_nothing():
    nan = float("nan")
    good = answer(floats(*SDM630_FAST))
    rows = (
        answer(floats(*(1.0,) * 8 + (nan,))),
        answer(floats(*(1.0,) * 3 + (nan,) + (1.0,) * 5)),
        answer(floats(*(1.0,) * 8 + (float("inf"),))),
        answer(floats(*(1.0,) * 8 + (1e30,))),
        [(20, frame(1, 0x84, 2))],
        [],
    )
    for bad in rows:
        _, m = meter([good, bad])
        asyncio.run(m.read())
        before = (list(m.current_ma), list(m.power_w), list(m.voltage_mv), m.taken_ms)
        try:
            asyncio.run(m.read())
            raise AssertionError("took it")
        except (ValueError, ModbusError):
            pass
        assert (m.current_ma, m.power_w, m.voltage_mv, m.taken_ms) == before
        assert m.failures == 1


def test_the_types():
    rows = (
        # type, exponent, bytes, thousandths
        ("i16", -1, "0123", 29100),
        ("i16", -1, "ff85", -12300),
        ("i16", 0, "8000", -32768000),
        ("u16", -2, "ff85", 654130),
        ("i32", -3, "00012345", 0x12345),
        ("i32", -3, "fffffffe", -2),
        ("i32", -3, "0000ffff", 65535),
        ("u32", -3, "0000ffff", 65535),
        ("u32", -4, "ffff0000", 429490176 - 3 + 3),
        ("f32", 0, "41780000", 15500),
        ("f32", 3, "3c23d70a", 10000),
        ("i32_lwf", -3, "23450001", 0x12345),
        ("u32_lwf", -3, "ffff0000", 65535),
        ("f32_lwf", 0, "00004178", 15500),
        ("i32", -4, "0000007b", 12),
        ("i32", -4, "ffffff85", -12),
        # no values
        ("i16", 0, "7fff", None),
        ("u16", 0, "ffff", None),
        ("i32", 0, "7fffffff", None),
        ("u32", -3, "ffffffff", None),
        ("i32_lwf", 0, "ffff7fff", None),
        ("u32_lwf", -3, "ffffffff", None),
        ("f32", 0, "7fc00000", None),
        ("f32_lwf", 0, "00007fc0", None),
        # values, but out of this world
        ("i32", 0, "7ffffffe", None),
        ("f32", 0, "7f7fffff", None),
    )
    for kind, exponent, data, expected in rows:
        words = len(data) // 4
        m = check_map(
            {
                "function": 3,
                "current_sign": "own",
                "fast": [[7, words + 1]],
                "values": {"current_l1": [8, kind, exponent]},
            }
        )
        values = [None] * VALUES
        data = b"\x00\x00" + bytes(int(data[i : i + 2], 16) for i in range(0, len(data), 2))
        try:
            decode(data, m.fast[0][2], values)
            assert values[3] == expected, (kind, exponent, values)
        except ValueError:
            assert expected is None, (kind, exponent)
        assert m.phases == 1


def test_several_fast_blocks():
    data = copy()
    data["fast"] = [[0, 2], [2, 4]]
    first = answer(b"\x00\x00\x10\x00", 3)
    second = answer(b"\x00\x00\x20\x00\xff\xff\xff\xff", 3)
    bus, m = meter([first, second, first, second], check_map(data))
    asyncio.run(m.read())
    assert m.current_ma == [4096, 8192, -1]
    assert m.power_w == [0, 0, 0]
    assert not m.same
    asyncio.run(m.read())
    assert m.same
    assert bus.clock.now > m.taken_ms % (1 << 30) or m.taken_ms < 1000


def test_what_is_wrong_with_a_map():
    rows = (
        # what is changed, the words of the error
        (("function", 5), "function: 5; give 3 or 4"),
        (("function", None), "function: None"),
        (("current_sign", "yes"), "current_sign: yes; give power or own"),
        (("gap_ms", -1), "gap_ms: -1; give 0..1000"),
        (("gap_ms", "5"), "gap_ms: 5; give 0..1000"),
        (("fast", []), "fast: give current_l1, too"),
        (("fast", 7), "fast: 7; give [[register, count], ...]"),
        (("fast", [[0]]), "fast: [0]; give [[register, count], ...]"),
        (("fast", [[0, 6], [0, 126]]), "fast: 126; give 1..125"),
        (("fast", [[65536, 6]]), "fast: 65536; give 0..65535"),
        (("fast", [[0, 6], [100, 2]]), "fast: [100, 2] holds no value"),
        (("fast", [[0, 5]]), "fast: give current_l3, too"),
        (("slow", [[0, 6]]), "slow: [0, 6] holds no value"),
        (("values", []), "values: give an object"),
        (("values", {}), "fast: [0, 6] holds no value"),
        (("values.current_l4", [6, "i32", 0]), "values.current_l4; give voltage_l1, "),
        (("values.current_l3", None), "values.current_l3: None; give [register, type, exponent]"),
        (("values.current_l3", [4, "f33", 0]), "values.current_l3: f33; give i16, u16, "),
        (("values.current_l3", [4, ["f32"], 0]), "give i16, u16, "),
        (("values.current_l3", [4, "i32", 4]), "values.current_l3: 4; give -6..3"),
        (("values.current_l3", [4.5, "i32", 0]), "values.current_l3: 4.5; give 0..65535"),
        (("values.current_l3", [True, "i32", 0]), "values.current_l3: True; give 0..65535"),
        (("values.frequency", [70, "i16", -1]), "slow: give frequency, too"),
        (("current_sign", "power"), "fast: give power_l1, too"),
        (("power_factor", 95), "power_factor: it shows currents; leave it out"),
        (("powerfactor", 95), "powerfactor: unknown key; give name, sources, "),
        (("input", 7), "input: 7; give an object"),
        (("input", [9, 0]), "input: [9, 0]; give an object"),
        (("input", {}), "input.function: None; give 1..4"),
        (("input", {"function": 5, "address": 9}), "input.function: 5; give 1..4"),
        (("input", {"function": 2}), "input.address: None; give 0..65535"),
        (("input", {"function": 2, "address": 65536}), "input.address: 65536; give 0..65535"),
        (("input", {"function": 2, "address": 9, "bit": 1}), "input.bit: 1; give 0..0"),
        (("input", {"function": 3, "address": 9, "bit": 16}), "input.bit: 16; give 0..15"),
        (("input", {"function": 3, "addres": 9}), "input.addres: unknown key; give function, "),
    )
    for (key, value), words in rows:
        data = copy()
        if key.startswith("values."):
            data["values"][key[7:]] = value
        else:
            data[key] = value
        try:
            check_map(data)
            raise AssertionError("accepted: %s" % key)
        except ValueError as error:
            assert words in str(error), (words, str(error))
    for wrong in (None, 1, [], "x"):
        try:
            check_map(wrong)
            raise AssertionError("accepted: %s" % wrong)
        except ValueError:
            pass


POWERS = {
    "function": 4,
    "current_sign": "power",
    "fast": [[12, 6]],
    "values": {
        "power_l1": [12, "f32", 0],
        "power_l2": [14, "f32", 0],
        "power_l3": [16, "f32", 0],
    },
}


def test_a_meter_that_shows_powers_only():
    def shown(watts, volts=None, **more):
        data = json.loads(json.dumps(POWERS))
        data.update(more)
        script = [answer(floats(*watts))]
        if volts is not None:
            data["fast"] = [[0, 6], [12, 6]]
            for k in range(3):
                data["values"]["voltage_l%d" % (k + 1)] = [2 * k, "f32", 0]
            script = [answer(floats(*volts))] + script
        _, m = meter(script, check_map(data))
        asyncio.run(m.read())
        return m.current_ma

    # power / (230 V * 0.95); what is exported without the power factor: no more headroom than sure
    assert shown((2185, -2300, 0)) == [10000, -10000, 0]
    assert shown((2300, -2300, 0), power_factor=100) == [10000, -10000, 0]
    assert shown((1150, -2300, 0), power_factor=50) == [10000, -10000, 0]
    # with the voltage; a phase without one counts as 230 V
    assert shown((2090, -2200, 2185), (220, 220, 0)) == [10000, -10000, 10000]
    assert shown((23747.5, -2500, 99999), (249.97, 250, 230), power_factor=95)[1] == -10000
    # whatever the power factor really is (at least that), the amount is never below the truth
    for watts in (1, 17, 100, 5432, 60000):
        assert shown((watts, watts, watts))[0] >= watts * 1000 // 230
    for value, words in ((49, "power_factor: 49; give 50..100"), (101, "101"), ("95", "95")):
        try:
            shown((1, 1, 1), power_factor=value)
            raise AssertionError("accepted")
        except ValueError as error:
            assert words in str(error)


def test_the_current_has_the_sign_of_the_power_whatever_sign_it_has_itself():
    data = copy()
    data["current_sign"] = "power"
    data["fast"] = [[0, 9]]
    for k in range(3):
        data["values"]["power_l%d" % (k + 1)] = [6 + k, "i16", 0]
    words = [0, 5000, 0xFFFF, 0xFFFF - 4999, 0xFFFF, 0xFFFF - 4999, 0xFFFF - 9, 0xFFFF - 9, 9]
    _, m = meter([answer(b"".join([pack(">H", w) for w in words]), 3)], check_map(data))
    asyncio.run(m.read())
    assert m.current_ma == [-5000, -5000, 5000]


def test_a_single_phase_meter_on_any_phase():
    fast = answer(floats(230, 0, 0, 7.5, 0, 0, -1725))
    for phase in range(3):
        _, m = meter([fast], load_map("eastron_sdm120"), phase=phase)
        asyncio.run(m.read())
        assert m.phases == 1
        assert m.current_ma == [-7500 if k == phase else 0 for k in range(3)]
        assert m.power_w == [-1725 if k == phase else 0 for k in range(3)]
        assert m.voltage_mv == [230000 if k == phase else 0 for k in range(3)]
    # one with three phases has its own
    _, m = meter([answer(floats(*SDM630_FAST))], phase=2)
    asyncio.run(m.read())
    assert m.current_ma == [10500, -250, 32123]


def asked(bus, m, times):
    """Samples and what is read in between: the states of the input, and their ages in ms."""
    seen = []
    since = []

    async def main():
        for _ in range(times):
            await m.read()
            await m.read_slow()
            seen.append(m.input_live)
            since.append(bus.clock.ticks_diff(bus.clock.ticks_ms(), m.input_ms or 0))

    asyncio.run(main())
    return seen, since


def test_the_digital_input_is_asked_for_after_every_sample():
    fast = answer(bytes(12), 3)
    for function, bit, on, off in (
        (1, 0, b"\x01", b"\x00"),
        (2, 0, b"\x01", b"\x00"),
        (3, 3, b"\x00\x08", b"\xff\xf7"),
        (4, 15, b"\x80\x00", b"\x7f\xff"),
    ):
        data = copy()
        data["input"] = {"function": function, "address": 0x1C8, "bit": bit}
        heard = [answer(state, function) for state in (on, off, on)]
        refused = [(20, frame(1, function | 0x80, 2))]
        script = [fast, heard[0], fast, heard[1], fast, [], fast, refused, fast, heard[2]]
        bus, m = meter(script, check_map(data), slow_every=3)
        assert m.input_live is None and m.input_ms is None
        seen, since = asked(bus, m, 5)
        # what is not heard leaves it as it was, and when that was is told
        assert seen == [True, False, False, False, True]
        assert since[:2] == [0, 0] and since[2] > 300 and since[3] > since[2] and since[4] == 0
        assert bus.port.sent[1][1] == frame(1, function, 1, 0xC8, 0, 1)
        assert (m.failures, m.slow_failures) == (0, 2)


def test_a_slow_block_that_is_never_answered_leaves_the_input_its_turns():
    data = copy()
    data["slow"] = [[9, 1]]
    data["values"]["frequency"] = [9, "u16", -1]
    data["input"] = {"function": 2, "address": 7}
    fast = answer(bytes(12), 3)
    live = answer(b"\x01", 2)
    late = answer(pack(">H", 500), 3)
    # the block, then the input, after every third sample; the input alone after the others
    script = [fast, [], fast, live, fast, live, fast, late, live]
    bus, m = meter(script, check_map(data), slow_every=3)
    asked(bus, m, 4)
    functions = [request[1] for _, request in bus.port.sent]
    assert functions == [3, 3, 3, 2, 3, 2, 3, 3, 2]
    assert m.input_live is True and m.frequency_mhz == 50000
    assert m.slow_failures == 1


def test_map_files():
    for name in ("no_such_meter", "no/such.json"):
        assert problem(name) == name + ": no such register map"
    path = "broken_map_of_a_test.json"
    try:
        for text, words in (
            ("{", ": no JSON"),
            ("", ": no JSON"),
            ("[]", ": map: give an object"),
            ('{"function": 7}', ": function: 7; give 3 or 4"),
        ):
            with open(path, "w") as file:
                file.write(text)
            assert problem(path) == path + words
        with open(path, "w") as file:
            json.dump(SMALL, file)
        assert load_map(path).fast[0][:2] == (0, 6)
    finally:
        os.remove(path)


def problem(name):
    try:
        load_map(name)
    except ValueError as error:
        return str(error)
    raise AssertionError("loaded: " + name)


def copy():
    return json.loads(json.dumps(SMALL))
