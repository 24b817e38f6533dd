"""The ESP32's board module on recorded hardware: order of pin and bytes, causes of a reset."""

import asyncio
import sys

from compat import address_host

calls = []


class Pin:
    IN = 0
    OUT = 1
    PULL_UP = 2

    def __init__(self, number, mode, pull=None, value=None):
        calls.append(("pin", number, value if mode else pull))

    def __call__(self, *value):
        calls.append(("de", value[0]) if value else ("read",))
        return 0


class Uart:
    def __init__(self, number, **options):
        calls.append(("uart", number, options))
        self.fails = False

    def write(self, data):
        if self.fails:
            raise OSError(5)
        calls.append(("write", bytes(data)))

    def flush(self):
        calls.append(("flush",))

    def deinit(self):
        calls.append(("deinit",))


class Rtc:
    kept = b"noise after power on"

    def memory(self, *data):
        if data:
            Rtc.kept = data[0]
        return Rtc.kept


class Machine:
    PWRON_RESET = 1
    WDT_RESET = 3
    cause = 1
    dns = "127.0.0.9"
    UART = Uart
    Pin = Pin
    RTC = Rtc

    @staticmethod
    def reset_cause():
        return Machine.cause

    @staticmethod
    def reset():
        calls.append(("reset",))

    @staticmethod
    def ipconfig(key):
        return {"dns": Machine.dns}[key]

    @staticmethod
    def unique_id():
        return b"\x01\xab"

    @staticmethod
    def WDT(timeout):
        calls.append(("wdt", timeout))


def board(cause=1):
    """Return the board module as it is after a reset."""
    Machine.cause = cause
    sys.modules["machine"] = Machine
    sys.modules["esp32"] = Machine
    reader = asyncio.StreamReader
    asyncio.StreamReader = lambda uart: None
    try:
        sys.modules.pop("firmware.board.esp32", None)
        package = __import__("firmware.board.esp32")
        module = package.board.esp32
        module.bus = module.open_rs485(PINS)
    finally:
        asyncio.StreamReader = reader
    return module


PINS = {"baud": 19200, "parity": "E", "stop_bits": 1, "tx": 17, "rx": 16, "de": 4, "port": ""}


def test_direction_pin_falls_right_after_the_last_byte():
    bus = board().bus
    del calls[:]
    asyncio.run(bus.send(b"ask"))
    assert calls == [("de", 1), ("write", b"ask"), ("flush",), ("de", 0)]


def test_direction_pin_falls_after_an_error_too():
    bus = board().bus
    bus._uart.fails = True
    del calls[:]
    try:
        asyncio.run(bus.send(b"ask"))
    except OSError:
        calls.append("error")
    assert calls == [("de", 1), ("de", 0), "error"]


def test_line_settings():
    del calls[:]
    board()
    assert calls[0] == ("pin", 4, 0)
    options = calls[1][2]
    assert (options["baudrate"], options["parity"], options["stop"]) == (19200, 0, 1)
    assert (options["tx"], options["rx"], options["timeout"], options["rxbuf"]) == (17, 16, 0, 512)


def test_reset_causes():
    Rtc.kept = b"noise after power on"
    assert board(1).reset_cause() == "power_on"
    assert board(3).reset_cause() == "watchdog"
    module = board(2)
    assert module.reset_cause() == "reset"
    module.restart()
    assert calls[-1] == ("reset",)
    assert board(2).reset_cause() == "restart"
    assert board(3).reset_cause() == "watchdog"


def test_maintenance_gives_ten_minutes():
    board().maintenance()
    assert calls[-1] == ("wdt", 600000)


def test_the_packages_names_are_those_of_the_board():
    from firmware import board as package

    names = "arguments watchdog maintenance reset_cause restart unique_id mem_info safe_outputs"
    names += " open_rs485 open_contact utc_s mdns_target dns_servers"
    for name in names.split():
        found = getattr(package, name)
        # what is needed seldom is loaded for each asking
        assert found is getattr(package.host, name) or callable(found)
        assert hasattr(board(), name)
    try:
        package.nothing  # noqa: B018
        raise AssertionError("there is one")
    except AttributeError:
        pass


def test_a_contact_is_read_against_ground():
    module = board()
    del calls[:]
    contact = module.open_contact(25)
    assert contact() == 0
    assert calls == [("pin", 25, Pin.PULL_UP), ("read",)]


def test_where_names_are_asked_for():
    sys.modules["network"] = Machine
    try:
        module = board()
        assert address_host(module.mdns_target()) == "224.0.0.251"
        assert [address_host(server) for server in module.dns_servers()] == ["127.0.0.9"]
        Machine.dns = "0.0.0.0"  # there is no network
        assert module.dns_servers() == []
    finally:
        Machine.dns = "127.0.0.9"
        del sys.modules["network"]


def test_a_clock_that_nobody_has_set_is_none():
    module = board()
    real = module.time
    try:
        for epoch, now, wanted in (
            (946684800, 0, None),  # the port counts from 2000: after power on
            (946684800, 820540799, None),
            (946684800, 820540800, 1767225600),
            (946684800, 1000000000, 1946684800),
            (0, 1790000000, 1790000000),
        ):
            module._EPOCH_S = epoch
            module.time = Clock(now)
            assert module.utc_s() == wanted, now
    finally:
        module.time = real


class Clock:
    def __init__(self, now):
        self.time = lambda: now
