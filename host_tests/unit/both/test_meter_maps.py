"""The maps of the meters, each against registers that were filled from the maker's tables.

What is written here is not read from the maps: addresses as the makers number them on the wire,
word order and scale as in their documents.
"""

import asyncio
import os
from struct import pack

import meters
import meters.meter
from meters.map_file import load_map
from meters.meter import Meter
from scripted_port import Bus, frame

VOLTS = (230.1, 231.2, 229.3)
AMPERES = (10.5, 0.25, 32.12)  # amounts; L2 exports
WATTS = (2400, -57, 7370)


def f32(value):
    raw = pack(">f", value)
    return raw[0] << 8 | raw[1], raw[2] << 8 | raw[3]


def f32_swapped(value):
    high, low = f32(value)
    return low, high


def whole(value):
    value = int(value + (0.5 if value > 0 else -0.5)) & 0xFFFFFFFF
    return value >> 16, value & 0xFFFF


def whole_swapped(value):
    high, low = whole(value)
    return low, high


def word(value):
    return (int(value + 0.5),)


GATEWAYS = ("gateway_power", "gateway_amperes")  # docs/meters.md; powers have the sign


MISSING = 0x7FC0  # what no table names: as a float it is none

# model: function, silence before a request, phases, signed currents,
# (first register, distance, kind, factor) of voltage, current, power,
# {value: (register, kind, raw number, what it is in mHz or Wh)}
EASTRON = {
    "frequency_mhz": (70, f32, 49.98, 49980),
    "energy_import_wh": (72, f32, 1234.5, 1234500),
    "energy_export_wh": (74, f32, 56.25, 56250),
}
GAVAZZI = {
    "frequency_mhz": (0x33, word, 499, 49900),
    "energy_import_wh": (0x34, whole_swapped, 12345, 1234500),
    "energy_export_wh": (0x4E, whole_swapped, 562, 56200),
}
TABLES = {
    "eastron_sdm630": (4, 60, 3, False, (0, f32, 1), (6, f32, 1), (12, f32, 1), EASTRON),
    "eastron_sdm72dm": (4, 60, 3, False, (0, f32, 1), (6, f32, 1), (12, f32, 1), EASTRON),
    "eastron_sdm120": (4, 60, 1, False, (0, f32, 1), (6, f32, 1), (12, f32, 1), EASTRON),
    "eastron_sdm230": (4, 60, 1, False, (0, f32, 1), (6, f32, 1), (12, f32, 1), EASTRON),
    "carlo_gavazzi_em340": (
        4,
        10,
        3,
        True,
        (0x00, whole_swapped, 10),
        (0x0C, whole_swapped, 1000),
        (0x12, whole_swapped, 10),
        GAVAZZI,
    ),
    "carlo_gavazzi_em24": (
        4,
        10,
        3,
        True,
        (0x00, whole_swapped, 10),
        (0x0C, whole_swapped, 1000),
        (0x12, whole_swapped, 10),
        {
            "frequency_mhz": (0x37, word, 501, 50100),
            "energy_import_wh": (0x3E, whole_swapped, 12345, 1234500),
        },
    ),
    "abb_b23": (
        3,
        10,
        3,
        False,
        (0x5B00, whole, 10),
        (0x5B0C, whole, 100),
        (0x5B16, whole, 100),
        {"frequency_mhz": (0x5B2C, word, 4998, 49980)},
    ),
    "siemens_pac2200": (3, 10, 3, False, (1, f32, 1), (13, f32, 1), (25, f32, 1), {}),
    "schneider_iem3155": (
        3,
        10,
        3,
        False,
        (3027, f32, 1),
        (2999, f32, 1),
        (3053, f32, 0.001),
        {"frequency_mhz": (3109, f32, 50.02, 50020)},
    ),
    "janitza_umg604": (
        3,
        10,
        3,
        False,
        (19000, f32, 1),
        (19012, f32, 1),
        (19020, f32, 1),
        {
            "frequency_mhz": (19050, f32, 50.02, 50020),
            "energy_import_wh": (19068, f32, 1234500.0, 1234500),
            "energy_export_wh": (19076, f32, 56250.0, 56250),
        },
    ),
    "orno_or_we_516": (
        3,
        10,
        3,
        False,
        (14, f32, 1),
        (22, f32, 1),
        (30, f32, 0.001),
        {
            "frequency_mhz": (20, f32, 50.02, 50020),
            "energy_import_wh": (264, f32, 1234.5, 1234500),
            "energy_export_wh": (272, f32, 56.25, 56250),
        },
    ),
    "inepro_pro380": (
        3,
        10,
        3,
        False,
        (0x5002, f32, 1),
        (0x500C, f32, 1),
        (0x5014, f32, 0.001),
        {
            "frequency_mhz": (0x5008, f32, 50.02, 50020),
            "energy_import_wh": (0x600C, f32, 1234.5, 1234500),
            "energy_export_wh": (0x6018, f32, 56.25, 56250),
        },
    ),
    "chint_dtsu666": (
        3,
        10,
        3,
        False,
        (0x2006, f32, 10),
        (0x200C, f32, 1000),
        (0x2014, f32, 10),
        {
            "frequency_mhz": (0x2044, f32, 4998.0, 49980),
            "energy_import_wh": (0x101E, f32, 1234.5, 1234500),
            "energy_export_wh": (0x1028, f32, 56.25, 56250),
        },
    ),
    "finder_7e78": (
        4,
        10,
        3,
        False,
        (0x1000, f32, 1),
        (0x100E, f32, 1),
        (0x1020, f32, 1),
        {
            "energy_import_wh": (0x1106, f32, 1234500.0, 1234500),
            "energy_export_wh": (0x110E, f32, 56250.0, 56250),
        },
    ),
}


def fill(table, watts=WATTS):
    """The registers of a meter that shows these values."""
    _, _, phases, signed, voltage, current, power, more = table
    registers = {}

    def put(first, kind, values, factor):
        for k in range(phases):
            for i, raw in enumerate(kind(values[k] * factor)):
                registers[first + 2 * k + i] = raw

    sign = [-1 if signed and watts[k] < 0 else 1 for k in range(3)]
    put(voltage[0], voltage[1], VOLTS, voltage[2])
    put(current[0], current[1], [AMPERES[k] * sign[k] for k in range(3)], current[2])
    put(power[0], power[1], watts, power[2])
    for register, kind, raw, _ in more.values():
        for i, part in enumerate(kind(raw)):
            registers[register + i] = part
    return registers


def answer(function, registers, block):
    start, count = block[:2]
    data = b"".join([pack(">H", registers.get(start + i, MISSING)) for i in range(count)])
    return [(20, frame(1, function, len(data), *data))]


def read(model, registers, slow=True, live=0):
    """Have the firmware read them once; return the meter and what it asked for. live: the answer
    to the question for the digital input."""
    register_map = load_map(model)
    function = TABLES[model][0]
    fast = [answer(function, registers, block) for block in register_map.fast]
    script = list(fast)
    if slow:
        for block in register_map.slow or ((),):
            script += [answer(function, registers, block)] if block else []
            if register_map.input_at:
                script.append([(20, frame(1, register_map.input_at[0], 1, live))])
        script += fast
    bus = Bus(script, retries=0)
    bus.clock.install(meters.meter)
    meter = Meter(bus.client, 1, register_map, slow_every=0)

    async def main():
        await meter.read()
        if slow:
            for _ in register_map.slow or (0,):
                await meter.read_slow()
            await meter.read()

    asyncio.run(main())
    return meter, [request for _, request in bus.port.sent]


def close(values, wanted, by):
    return max([abs(a - b) for a, b in zip(values, wanted)]) <= by


def test_every_map_is_here():
    folder = meters.__file__.rpartition("/")[0] + "/maps"
    assert {name[:-5] for name in os.listdir(folder)} == set(TABLES) | set(GATEWAYS)


def test_each_shows_what_its_registers_hold():
    for model, table in TABLES.items():
        function, gap_ms, phases = table[:3]
        meter, requests = read(model, fill(table))
        functions = {2, function} if model == "siemens_pac2200" else {function}
        assert {request[1] for request in requests} == functions, model
        assert load_map(model).gap_ms == gap_ms
        assert meter.phases == phases
        sign = (1, -1, 1)
        amperes = [1000 * AMPERES[k] * sign[k] if k < phases else 0 for k in range(3)]
        assert close(meter.current_ma, amperes, 1), (model, meter.current_ma)
        volts = [1000 * v if k < phases else 0 for k, v in enumerate(VOLTS)]
        assert close(meter.voltage_mv, volts, 1), (model, meter.voltage_mv)
        watts = [w if k < phases else 0 for k, w in enumerate(WATTS)]
        assert close(meter.power_w, watts, 0), (model, meter.power_w)
        for name, (_, _, _, wanted) in table[7].items():
            assert getattr(meter, name) == wanted, (model, name, getattr(meter, name))
        assert (meter.failures, meter.slow_failures) == (0, 0)
        assert (meter.input_live is None) == (model != "siemens_pac2200")


def test_a_phase_that_exports_counts_negative_and_another_does_not():
    for model, table in TABLES.items():
        if table[2] == 3:
            meter, _ = read(model, fill(table, (-2400, 57, -7370)), slow=False)
            assert [ma > 0 for ma in meter.current_ma] == [False, True, False], model


def test_no_request_is_longer_than_the_meter_allows():
    most = {"carlo_gavazzi_em24": 11, "carlo_gavazzi_em340": 50, "eastron_sdm72dm": 60}
    for model in TABLES:
        register_map = load_map(model)
        for start, count, _ in register_map.fast + register_map.slow:
            assert count <= most.get(model, 80), model
            # the older Eastron meters refuse odd addresses and counts
            assert not model.startswith("eastron") or (start % 2, count % 2) == (0, 0)


def test_a_gateway_with_powers_or_whole_amperes():
    registers = {6: 2301, 7: 2312, 8: 2293, 9: 11, 10: 0, 11: 32}
    for k in range(3):
        registers[2 * k], registers[2 * k + 1] = whole(WATTS[k])
    for model, amperes in (
        # power / (voltage * 0.95); export without the factor
        ("gateway_power", (10979, -247, 33833)),
        ("gateway_amperes", (11000, 0, 32000)),
    ):
        register_map = load_map(model)
        script = [answer(4, registers, block) for block in register_map.fast]
        bus = Bus(script, retries=0)
        bus.clock.install(meters.meter)
        meter = Meter(bus.client, 1, register_map)
        asyncio.run(meter.read())
        assert close(meter.current_ma, amperes, 1), (model, meter.current_ma)
        assert meter.power_w == list(WATTS)
        assert meter.voltage_mv == [230100, 231200, 229300]
        assert register_map.grain_ma == (1000 if model == "gateway_amperes" else 0)


def test_the_digital_input_of_a_pac2200():
    registers = fill(TABLES["siemens_pac2200"])
    for live in (0, 1):
        meter, requests = read("siemens_pac2200", registers, live=live)
        assert meter.input_live is (live == 1)
        # function 2: one discrete input from 200 on
        assert requests[1] == frame(1, 2, 0, 200, 0, 1)


def test_a_mark_for_no_value_is_none():
    registers = fill(TABLES["abb_b23"])
    registers[0x5B0C] = registers[0x5B0D] = 0xFFFF  # L1 has no current
    try:
        read("abb_b23", registers)
        raise AssertionError("took it")
    except ValueError:
        pass
