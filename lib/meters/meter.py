"""One energy meter on a bus, read by the register map of its model."""

from compat import const, ticks_ms
from meters.register_map import (
    CURRENT,
    ENERGY_EXPORT,
    ENERGY_IMPORT,
    FREQUENCY,
    POWER,
    SIGN_OF_POWER,
    VALUES,
    VOLTAGE,
    decode,
)
from modbus.pdu import ModbusError

_NOMINAL_MV = const(230000)
_LEAST_MV = const(100000)  # a lower voltage is none: the current would be infinite


class Meter:
    """The last sample as integers. A failed read leaves it as it was.

    Import is positive; a single-phase meter leaves the phases at 0 that it does not measure.
    """

    def __init__(self, client, address: int, register_map, slow_every: int = 5, phase: int = 0):
        """phase: the grid phase (0..2) that a single-phase meter measures."""
        self._client = client
        self._address = address
        self._map = register_map
        self._slow_every = slow_every
        self._since_slow = slow_every  # the first slow block comes after the first sample
        self._next_slow = 0
        self._values = [None] * VALUES
        self._last = [bytearray(2 * count) for _, count, _ in register_map.fast]
        self._heard = False
        self.phases = register_map.phases
        self._first = phase if self.phases == 1 else 0
        self.current_ma = [0, 0, 0]
        self.power_w = [0, 0, 0]
        self.voltage_mv = [0, 0, 0]
        self.taken_ms = 0  # when the first fast block was complete
        self.same = False  # the fast blocks are bit for bit those of the sample before
        self.input_live = None  # the meter's digital input; None: it has none, or not heard yet
        self.input_ms = None  # when it was heard
        self.frequency_mhz = None
        self.energy_import_wh = None
        self.energy_export_wh = None
        self.failures = 0
        self.slow_failures = 0

    async def read(self) -> None:
        """Take a sample. ModbusError; ValueError if a value is none; OSError of the port."""
        try:
            await self._read_fast()
        except (ModbusError, ValueError, OSError):
            self.failures += 1
            raise

    async def _read_fast(self) -> None:
        values = self._values
        same = self._heard
        taken_ms = 0
        for i, (start, count, fields) in enumerate(self._map.fast):
            data = await self._ask(self._map.function, start, count, None)
            if i == 0:
                taken_ms = ticks_ms()
            last = self._last[i]
            if data != last:
                same = False
                last[:] = data
            decode(data, fields, values)
        # all of it is there: from here on nothing can fail
        source = self._map.current_from
        for phase in range(self.phases):
            current_ma = values[CURRENT + phase]
            power_w = values[POWER + phase] or 0
            voltage_mv = values[VOLTAGE + phase] or 0
            if source > SIGN_OF_POWER:
                # what is exported is no headroom beyond the power itself
                used_mv = voltage_mv if voltage_mv >= _LEAST_MV else _NOMINAL_MV
                current_ma = power_w * 10000 // (used_mv // 100)
                if power_w > 0:
                    current_ma = current_ma * 100 // source
            elif source:
                current_ma = -abs(current_ma) if power_w < 0 else abs(current_ma)
            at = phase + self._first
            self.current_ma[at] = current_ma
            self.power_w[at] = power_w
            self.voltage_mv[at] = voltage_mv
        self.taken_ms = taken_ms
        self.same = same
        self._heard = True
        self._since_slow += 1
        self._take_slow()

    async def read_slow(self) -> None:
        """Ask for one slow block if its turn has come, and for the digital input; call it after a
        sample was handed on.

        One slow block in slow_every samples, no retry, failures are only counted.
        """
        blocks = self._map.slow
        input_at = self._map.input_at
        try:
            if blocks and self._since_slow >= self._slow_every:
                self._since_slow = 0
                start, count, fields = blocks[self._next_slow]
                self._next_slow = (self._next_slow + 1) % len(blocks)
                data = await self._ask(self._map.function, start, count, 0)
                decode(data, fields, self._values)
                self._take_slow()
            if input_at:
                function, start, bit = input_at
                data = await self._ask(function, start, 1, 0)
                # a byte with one bit, or a register
                self.input_live = (data[0] << 8 | data[-1]) >> bit & 1 > 0
                self.input_ms = ticks_ms()
        except (ModbusError, ValueError):
            self.slow_failures += 1

    async def _ask(self, function: int, start: int, count: int, retries: int | None):
        return await self._client.read(
            self._address, function, start, count, self._map.gap_ms, retries
        )

    def _take_slow(self) -> None:
        values = self._values
        self.frequency_mhz = values[FREQUENCY]
        self.energy_import_wh = values[ENERGY_IMPORT]
        self.energy_export_wh = values[ENERGY_EXPORT]
