"""The ESP32: watchdog, RS485 on a UART with a direction pin, reset cause, memory.

Why it is done so: UART.flush() is exact to some ten us while asyncio wakes 10 ms late, and an
answer may start 3.65 ms after the request (9600 baud); hence the direction pin falls in the same
breath as the flush.
"""

import asyncio
import gc
import time

import machine
from compat import TIMEOUT, wait_for_ms
from on_demand import call, take

_PARITY = {"N": None, "E": 0, "O": 1}
_UART = 1
_EPOCH_S = 946684800 if time.gmtime(0)[0] == 2000 else 0  # ports differ
_SET_S = 1767225600  # 2026: a clock that nobody has set shows less


class arguments:
    """Nobody gives a board any."""

    port = None
    bind = "0.0.0.0"


def __getattr__(name: str):
    """What is needed seldom is loaded when it is asked for."""
    return take("firmware.board", "esp32_seldom", name)


def watchdog(timeout_ms: int):
    """Arm the hardware watchdog; it cannot be stopped, only be given another time-out."""
    return machine.WDT(timeout=timeout_ms)


_started_by = call("firmware.board", "esp32_seldom", "take_cause")


def reset_cause() -> str:
    """Return power_on, restart (asked for), watchdog or reset (crash or button)."""
    return _started_by


def safe_outputs():
    """Stop driving the bus: the only output there is."""
    if _Rs485.direction:
        _Rs485.direction(0)


def utc_s() -> int | None:
    """Return the unix time, None while the clock has not been set."""
    now_s = time.time() + _EPOCH_S
    return now_s if now_s >= _SET_S else None


class _Rs485:
    """The byte stream of the bus, for modbus.rtu."""

    direction = None

    def __init__(self, settings: dict):
        if settings["de"] >= 0:
            _Rs485.direction = machine.Pin(settings["de"], machine.Pin.OUT, value=0)
        self._uart = machine.UART(
            _UART,
            baudrate=settings["baud"],
            parity=_PARITY[settings["parity"]],
            stop=settings["stop_bits"],
            tx=settings["tx"],
            rx=settings["rx"],
            timeout=0,
            rxbuf=512,
        )
        self._stream = asyncio.StreamReader(self._uart)

    def close(self):
        """Give the UART back, before another is opened."""
        self._uart.deinit()

    def discard(self):
        """Drop what was received."""
        while self._uart.any():
            self._uart.read(self._uart.any())

    async def send(self, data):
        """Send; returns when the last byte is out and the transceiver listens again."""
        gc.collect()
        if _Rs485.direction:
            _Rs485.direction(1)
        try:
            self._uart.write(data)
            self._uart.flush()
        finally:
            safe_outputs()

    async def receive(self, buffer, timeout_ms: int) -> int:
        """Fill `buffer` with what has come and return how much; 0 = nothing in timeout_ms."""
        try:
            return await wait_for_ms(self._stream.readinto(buffer), timeout_ms) or 0
        except TIMEOUT:
            return 0


def open_rs485(settings: dict):
    """Return the bus on the pins of the settings; the port name is the PC's affair."""
    return _Rs485(settings)
