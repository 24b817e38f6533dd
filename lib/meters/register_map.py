"""What a meter model keeps in which register, as data: lib/meters/maps/NAME.json.

    "function": 3 or 4            "gap_ms": silence the meter wants before a request
    "current_sign": "power": currents are magnitudes, the phase power has the sign; "own": signed
    "fast": [[first register, count], ...]   read for every sample
    "slow": the same, read one at a time in between
    "values": {value: [register, type, exponent], ...}

The first register is the address on the wire. A value is register * 10^exponent in V, A, W, kWh or
Hz; kept as integer mV, mA, W, Wh, mHz. Types: f32, i32, u32 (high word first; with _lwf the low
word first), i16, u16. NaN, infinities and the marks for "no value" (0x7FFF.., 0xFFFF..) are no
values.
"""

import json

from compat import const
from f32 import f32_scaled

# the order of the values; all but the powers are kept in thousandths of V, A, Hz, kWh
_NAMES = (
    "voltage_l1",
    "voltage_l2",
    "voltage_l3",
    "current_l1",
    "current_l2",
    "current_l3",
    "power_l1",
    "power_l2",
    "power_l3",
    "frequency",
    "energy_import",
    "energy_export",
)
VALUES = 12
VOLTAGE = 0
CURRENT = 3
POWER = 6
FREQUENCY = 9
ENERGY_IMPORT = 10
ENERGY_EXPORT = 11

_TYPES = ("i16", "u16", "i32", "u32", "f32", "i32_lwf", "u32_lwf", "f32_lwf")
_U16 = const(1)
_F32 = const(4)
_LOW_WORD_FIRST = const(3)  # what _lwf adds to the index of a 32-bit type

_LARGEST = const(1000000000)  # the chip's small integers end at 2**30


class RegisterMap:
    """A checked map: fast and slow are tuples of (first register, count, fields).

    A field is (index of the value, offset in bytes, type, multiply, divide).
    """

    def __init__(self, data: dict):
        if not isinstance(data, dict):
            raise ValueError("map: give an object")
        self.function = _one_of(data, "function", (3, 4))
        self.gap_ms = _number(data.get("gap_ms", 5), "gap_ms", 0, 1000)
        self.sign_from_power = _one_of(data, "current_sign", ("power", "own")) == "power"
        values = data.get("values")
        if not isinstance(values, dict):
            raise ValueError("values: give an object")
        fields = [_field(name, values[name]) for name in values]
        self.phases = 3 if "current_l2" in values or "current_l3" in values else 1
        self.fast = _blocks(data, "fast", fields)
        placed = [field[0] for block in self.fast for field in block[2]]
        for phase in range(self.phases):
            for index in (CURRENT, POWER) if self.sign_from_power else (CURRENT,):
                if index + phase not in placed:
                    raise ValueError("fast: give %s, too" % _NAMES[index + phase])
        self.slow = _blocks(data, "slow", fields)
        if fields:
            raise ValueError("slow: give %s, too" % _NAMES[fields[0][0]])


def load_map(name: str) -> RegisterMap:
    """Read the map of a model, or of a file if the name ends in .json.

    ValueError: there is none, or it is wrong; says what and what would be right.
    """
    path = name
    if not name.endswith(".json"):
        path = __file__.rpartition("/")[0] + "/maps/" + name + ".json"
    problem = "no JSON"
    try:
        with open(path) as file:
            data = json.load(file)
        problem = None
        return RegisterMap(data)
    except OSError:
        problem = "no such register map"
    except ValueError as error:
        problem = problem or error
    raise ValueError("%s: %s" % (name, problem))


def decode(data, fields: tuple, values: list) -> None:
    """Turn the bytes of a block into the integers of its fields; ValueError if one is no value."""
    for index, offset, kind, multiply, divide in fields:
        raw = data[offset] << 8 | data[offset + 1]
        bits = 16
        if kind > _U16:
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
            raise ValueError(_NAMES[index])
        values[index] = value


def _blocks(data: dict, key: str, fields: list) -> tuple:
    """Return the blocks of one kind with the fields that lie in them; those leave the list."""
    blocks = data.get(key, [])
    result = []
    for block in blocks if isinstance(blocks, list) else (blocks,):
        if not isinstance(block, list) or len(block) != 2:
            raise ValueError("%s: %s; give [[register, count], ...]" % (key, block))
        start = _number(block[0], key, 0, 65535)
        count = _number(block[1], key, 1, 125)
        inside = []
        for field in fields:
            index, at, kind, multiply, divide = field
            offset = at - 2 * start
            if 0 <= offset <= 2 * count - (2 if kind <= _U16 else 4):
                inside.append((index, offset, kind, multiply, divide))
        if not inside:
            raise ValueError("%s: %s holds no value; leave it out" % (key, block))
        found = [field[0] for field in inside]
        fields[:] = [field for field in fields if field[0] not in found]
        result.append((start, count, tuple(inside)))
    return tuple(result)


def _field(name: str, entry) -> tuple:
    """Return (index, address of the first byte, type, multiply, divide)."""
    path = "values." + name
    if name not in _NAMES:
        raise ValueError("%s; give %s" % (path, ", ".join(_NAMES)))
    index = _NAMES.index(name)
    if not isinstance(entry, list) or len(entry) != 3:
        raise ValueError("%s: %s; give [register, type, exponent]" % (path, entry))
    register, kind, exponent = entry
    if kind not in _TYPES:
        raise ValueError("%s: %s; give %s" % (path, kind, ", ".join(_TYPES)))
    exponent = _number(exponent, path, -6, 3)
    if not POWER <= index < FREQUENCY:
        exponent += 3
    return (
        index,
        2 * _number(register, path, 0, 65535),
        _TYPES.index(kind),
        10 ** max(0, exponent),
        10 ** max(0, -exponent),
    )


def _number(value, path: str, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError("%s: %s; give %d..%d" % (path, value, low, high))
    return value


def _one_of(data: dict, key: str, choices: tuple):
    value = data.get(key)
    if value not in choices:
        raise ValueError("%s: %s; give %s or %s" % (key, value, choices[0], choices[1]))
    return choices[choices.index(value)]
