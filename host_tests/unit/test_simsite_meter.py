"""The simulated SDM630 over its pty, read by pymodbus: values, pace of the line, faults."""

import math
import os
import struct
import time

import pytest
from pymodbus.client import ModbusSerialClient
from pymodbus.exceptions import ModbusException

from tools.simsite import BoxConfig, HouseConfig, SiteConfig, SiteThread
from tools.simsite.line import frame_length
from tools.simsite.meter import GridMeter

BYTE_S = 10 / 9600


@pytest.fixture
def sim():
    house = HouseConfig(base_ma=(5000, -3000, 1000), noise_ma=0)
    with SiteThread(SiteConfig(boxes=[BoxConfig()], house=house)) as running:
        yield running


@pytest.fixture
def client(sim):
    client = ModbusSerialClient(sim.site.pty, baudrate=9600, timeout=3, retries=0)
    assert client.connect()
    yield client
    client.close()


def floats(client, address, count):
    answer = client.read_input_registers(address, count=count, device_id=1)
    assert not answer.isError(), answer
    raw = struct.pack(f">{count}H", *answer.registers)
    return struct.unpack(f">{count // 2}f", raw)


def amperes(client):
    """Signed currents: magnitude from 6.., sign from 12.."""
    values = floats(client, 0, 18)
    return [math.copysign(i, p) for i, p in zip(values[3:6], values[6:9])]


def assert_no_answer(client, device_id=1):
    client.comm_params.timeout_connect = 0.3
    with pytest.raises(ModbusException):
        client.read_input_registers(0, count=18, device_id=device_id)
    client.comm_params.timeout_connect = 3


def wait_for(condition, timeout_s=5):
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, "never became true"
        time.sleep(0.02)


def test_values_and_signs(client):
    values = floats(client, 0, 18)
    assert all(v == pytest.approx(230, abs=2) for v in values[:3])
    assert values[3:6] == pytest.approx((5, 3, 1), abs=0.01)
    assert values[6] > 1000 and values[7] < -600 and values[8] > 200
    assert floats(client, 52, 2)[0] == pytest.approx(sum(values[6:9]), abs=60)
    frequency, imported, exported = floats(client, 70, 6)
    assert frequency == 50
    assert floats(client, 342, 2)[0] == pytest.approx(imported + exported, rel=1e-4)


def test_a_read_takes_its_true_time_on_the_line(sim, client):
    for count, answer_bytes in ((18, 41), (6, 17), (76, 157)):
        begin = time.monotonic()
        floats(client, 0, count)
        took = time.monotonic() - begin
        assert took >= (8 + answer_bytes) * BYTE_S
        assert took < (8 + answer_bytes) * BYTE_S + 0.5
    sample = sim.site.record.events(kind="sample")[0]
    assert sample["t"] - sample["first_byte"] >= 41 * BYTE_S - 0.001
    assert sample["truth"]["house_ma"] == [5000, -3000, 1000]


def test_odd_and_long_reads_get_exception_2(client):
    for address, count in ((1, 2), (0, 3), (0, 82)):
        answer = client.read_input_registers(address, count=count, device_id=1)
        assert answer.exception_code == 2
    code = client.read_holding_registers(0xFC02, count=1, device_id=1)
    assert len(code.registers) == 1


def test_another_address_gets_no_answer(client):
    assert_no_answer(client, device_id=2)


def test_live_values_are_never_bit_identical(sim, client):
    before = floats(client, 0, 18)
    taken = sim.site.meter.snapshot.t
    wait_for(lambda: sim.site.meter.snapshot.t > taken)
    assert floats(client, 0, 18) != before


def test_frozen_values_stand_still(sim, client):
    sim.call(lambda site: site.meter_fault("frozen"))
    before = floats(client, 0, 18)
    sim.call(lambda site: site.house_load("kettle", [9000, 0, 0]))
    end = time.monotonic() + 0.6
    while time.monotonic() < end:
        assert floats(client, 0, 18) == before
    sim.call(lambda site: site.meter_fault("frozen", False))
    wait_for(lambda: amperes(client)[0] == pytest.approx(14, abs=0.1))


def test_silent_and_back(sim, client):
    sim.call(lambda site: site.meter_fault("silent"))
    assert_no_answer(client)
    sim.call(lambda site: site.meter_fault("silent", False))
    assert floats(client, 0, 18)


# fault, value, what the meter then shows for 5, -3, 1 A
@pytest.mark.parametrize(
    "fault, value, shown",
    [
        ("reversed", [0], [-5, -3, 1]),
        ("swapped", [1, 0, 2], [-3, 5, 1]),
        ("resolution_ma", 4000, [4, -4, 0]),
    ],
)
def test_wiring_and_resolution(sim, client, fault, value, shown):
    sim.call(lambda site: site.meter_fault(fault, value))
    wait_for(lambda: amperes(client) == pytest.approx(shown, abs=0.02))


def test_nan(sim, client):
    sim.call(lambda site: site.meter_fault("nan", [1]))
    values = floats(client, 0, 18)
    assert [math.isnan(v) for v in values] == [False, True, False] * 3


def test_bad_crc_and_exception(sim, client):
    sim.call(lambda site: site.meter_fault("bad_crc", 1.0))
    assert_no_answer(client)
    assert sim.site.record.events(kind="sample")[-1]["broken"]
    sim.call(lambda site: site.meter_fault("bad_crc", 0))
    sim.call(lambda site: site.meter_fault("exception", 4))
    assert client.read_input_registers(0, count=2, device_id=1).exception_code == 4


def raw_exchange(sim, expected):
    """Send the fast read as bytes, return what comes back until `expected` is in it."""
    fd = os.open(sim.site.pty, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        os.write(fd, bytes.fromhex("0104000000127007"))
        got, end = b"", time.monotonic() + 2
        while not expected(got):
            assert time.monotonic() < end, got.hex()
            try:
                got += os.read(fd, 256)
            except BlockingIOError:
                time.sleep(0.005)
        return got
    finally:
        os.close(fd)


def test_junk_and_echo(sim):
    sim.call(lambda site: site.meter_fault("junk", 1.0))
    got = raw_exchange(sim, lambda got: b"\x01\x04\x24" in got and len(got) > 41)
    assert 1 <= got.index(b"\x01\x04\x24") <= 6
    sim.call(lambda site: site.meter_fault("junk", 0))
    sim.call(lambda site: site.meter_fault("echo", True))
    got = raw_exchange(sim, lambda got: len(got) >= 49)
    assert got[:11] == bytes.fromhex("0104000000127007010424")


def test_a_meter_that_excludes_the_cars_shows_the_house():
    meter = GridMeter()
    meter.update(0.0, [1000, 0, 0])
    meter.update(0.1, [9000, 0, 0])
    assert meter.snapshot.current_ma[0] == pytest.approx(1000, abs=6)  # refreshed every 200 ms
    meter.update(0.2, [9000, 0, 0])
    assert meter.snapshot.current_ma[0] == pytest.approx(9000, abs=6)


def test_frame_length():
    for text, length in (("0104", 0), ("010424", 41), ("018402", 5), ("011000", 8)):
        assert frame_length(bytes.fromhex(text)) == length


def test_a_gateway_shows_powers_and_whole_amperes(sim, client):
    sim.call(lambda site: setattr(site.meter, "kind", "gateway"))
    registers = client.read_input_registers(0, count=12, device_id=1).registers
    watts = struct.unpack(">3i", struct.pack(">6H", *registers[:6]))
    assert watts[0] > 1000 and watts[1] < -600 and watts[2] > 200
    assert all(abs(v - 2300) < 20 for v in registers[6:9])
    assert registers[9:] == [5, 3, 1]
    sim.call(lambda site: site.meter_fault("nan", [1]))
    registers = client.read_input_registers(0, count=12, device_id=1).registers
    assert [registers[2], registers[3], registers[7], registers[10]] == [0x7FFF] + [0xFFFF] * 3
    # it has registers of 16 bits: odd reads are its own affair
    assert client.read_input_registers(9, count=1, device_id=1).registers == [5]


def test_a_pac2200_shows_its_values_and_its_digital_input(sim, client):
    assert client.read_discrete_inputs(200, count=1, device_id=1).isError()  # an Eastron has none
    sim.call(lambda site: setattr(site.meter, "kind", "pac2200"))
    registers = client.read_holding_registers(1, count=30, device_id=1).registers
    values = struct.unpack(">15f", struct.pack(">30H", *registers))
    assert all(v == pytest.approx(230, abs=2) for v in values[:3])
    assert values[6:9] == pytest.approx((5, 3, 1), abs=0.01)
    assert values[12] > 1000 and values[13] < -600 and values[14] > 200
    assert client.read_input_registers(1, count=30, device_id=1).exception_code == 2
    for on in (False, True, False):
        sim.call(lambda site, on=on: site.meter.set_input(on, time.monotonic()))
        answer = client.read_discrete_inputs(200, count=1, device_id=1)
        assert answer.bits[0] is on
        assert client.read_discrete_inputs(200, count=8, device_id=1).bits == [on] + [False] * 7
    assert client.read_discrete_inputs(0, count=1, device_id=1).exception_code == 2
    assert [e["on"] for e in sim.site.record.events(kind="meter_input")] == [False, True, False]


def test_a_kind_of_meter_that_there_is_not():
    with pytest.raises(ValueError, match="eastron gateway"):
        GridMeter(kind="siemens")
