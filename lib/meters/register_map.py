"""The values of a meter's register map, and how registers become integers.

What a map file holds and the checks of it: meters.map_file, which is needed only while a map is
loaded. A value is register * 10^exponent in V, A, W, kWh or Hz, kept as integer mV, mA, W, Wh,
mHz. NaN, infinities and the marks for "no value" (0x7FFF.., 0xFFFF..) are no values.
"""

from compat import const
from f32 import f32_scaled

# the order of the values is that of NAMES in meters.map_file
VALUES = 12
VOLTAGE = 0
CURRENT = 3
POWER = 6
FREQUENCY = 9
ENERGY_IMPORT = 10
ENERGY_EXPORT = 11

# where the signed currents come from; a higher number: from power and voltage, for meters that
# show no current, with this power factor in percent
OWN_SIGN = 0
SIGN_OF_POWER = 1

# types are indices into TYPES there
U16 = 1
_F32 = const(4)
_LOW_WORD_FIRST = const(3)  # what _lwf adds to the index of a 32-bit type

_LARGEST = const(1000000000)  # the chip's small integers end at 2**30


class RegisterMap:
    """A checked map: fast and slow are tuples of (first register, count, fields).

    A field is (index of the value, offset in bytes, type, multiply, divide). input_at is
    (function, address, bit) of the meter's digital input, or None.
    """

    def __init__(self, function, gap_ms, current_from, phases, fast, slow, input_at, grain_ma):
        self.function = function
        self.gap_ms = gap_ms
        self.current_from = current_from
        self.phases = phases
        self.fast = fast
        self.slow = slow
        self.input_at = input_at
        self.grain_ma = grain_ma  # resolution of the currents, 0: finer than their noise


def decode(data, fields: tuple, values: list) -> None:
    """Turn the bytes of a block into the integers of its fields; ValueError if one is no value."""
    for index, offset, kind, multiply, divide in fields:
        raw = data[offset] << 8 | data[offset + 1]
        bits = 16
        if kind > U16:
            low = data[offset + 2] << 8 | data[offset + 3]
            if kind > _F32:
                raw, low = low, raw
                kind -= _LOW_WORD_FIRST
            if kind < _F32:
                raw = raw << 16 | low
                bits = 32
        if kind == _F32:
            value = f32_scaled(raw, low, multiply)
        else:
            # signed types are even; the highest value is the mark for "no value"
            end = 1 << (bits - 1 + (kind & 1))
            value = None
            if raw != end - 1:
                value = (raw if raw < end else raw - 2 * end) * multiply
        if value is not None and divide > 1:
            value = (value + divide // 2) // divide
        if value is None or not -_LARGEST <= value <= _LARGEST:
            raise ValueError(index)
        values[index] = value
