"""What a meter model keeps in which register, as data: lib/meters/maps/NAME.json.

    "function": 3 or 4            "gap_ms": silence the meter wants before a request
    "current_sign": "power": the amount of the current, the sign of the power; "own": as it is
    "power_factor": 50..100 (%), for a meter that shows powers only: import current = power /
        (voltage * power factor), export current = power / voltage; without a voltage: 230 V
    "fast": [[first register, count], ...]   read for every sample
    "slow": the same, read one at a time in between
    "values": {value: [register, type, exponent], ...}
    "resolution_ma": 0..5000, of currents that are rounded more coarsely than their noise
    "input": {"function": 1 to 4, "address": first register or bit, "bit": 0..15}   the meter's
        digital input: a coil (1) or discrete input (2), or a bit (0 the lowest) of a holding (3)
        or input register (4); read after every sample

The first register is the address on the wire. A value is register * 10^exponent in V, A, W, kWh or
Hz; kept as integer mV, mA, W, Wh, mHz. Types: f32, i32, u32 (high word first; with _lwf the low
word first), i16, u16. NaN, infinities and the marks for "no value" (0x7FFF.., 0xFFFF..) are no
values. A meter that has L1 alone is single-phase. Which meters there are: docs/meters.md.
"""

import json

from meters.register_map import (
    CURRENT,
    FREQUENCY,
    OWN_SIGN,
    POWER,
    SIGN_OF_POWER,
    U16,
    RegisterMap,
)

POWER_FACTOR = 95  # what a meter that shows powers only is taken to have
_KEYS = (
    "name",
    "sources",
    "function",
    "gap_ms",
    "current_sign",
    "power_factor",
    "resolution_ma",
    "fast",
    "slow",
    "values",
    "input",
)
# the order of the values; all but the powers are kept in thousandths of V, A, Hz, kWh
NAMES = (
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
TYPES = ("i16", "u16", "i32", "u32", "f32", "i32_lwf", "u32_lwf", "f32_lwf")


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
        return check_map(data)
    except OSError:
        problem = "no such register map"
    except ValueError as error:
        problem = problem or error
    raise ValueError("%s: %s" % (name, problem))


def check_map(data: dict) -> RegisterMap:
    """Check what a map file holds; ValueError says what is wrong and what would be right."""
    if not isinstance(data, dict):
        raise ValueError("map: give an object")
    function = _one_of(data, "function", (3, 4))
    gap_ms = _number(data.get("gap_ms", 5), "gap_ms", 0, 1000)
    current_from = OWN_SIGN
    if _one_of(data, "current_sign", ("power", "own")) == "power":
        current_from = SIGN_OF_POWER
    for key in data:
        if key not in _KEYS:
            raise ValueError("%s: unknown key; give %s" % (key, ", ".join(_KEYS)))
    values = data.get("values")
    if not isinstance(values, dict):
        raise ValueError("values: give an object")
    fields = [_field(name, values[name]) for name in values]
    phases = 1
    needed = (CURRENT, POWER) if current_from else (CURRENT,)
    if current_from and not [key for key in values if key.startswith("current_l")]:
        current_from = _number(data.get("power_factor", POWER_FACTOR), "power_factor", 50, 100)
        needed = (POWER,)
    elif "power_factor" in data:
        raise ValueError("power_factor: it shows currents; leave it out")
    for key in values:
        if key[:-1] in ("current_l", "power_l") and key[-1] in "23":
            phases = 3
    input_at = _input(data.get("input"))
    fast = _blocks(data, "fast", fields)
    placed = [field[0] for block in fast for field in block[2]]
    for phase in range(phases):
        for index in needed:
            if index + phase not in placed:
                raise ValueError("fast: give %s, too" % NAMES[index + phase])
    slow = _blocks(data, "slow", fields)
    if fields:
        raise ValueError("slow: give %s, too" % NAMES[fields[0][0]])
    grain_ma = _number(data.get("resolution_ma", 0), "resolution_ma", 0, 5000)
    return RegisterMap(function, gap_ms, current_from, phases, fast, slow, input_at, grain_ma)


def _input(entry) -> tuple | None:
    """Return (function, address, bit) of the digital input, None without one."""
    if entry is None:
        return None
    if not isinstance(entry, dict):
        raise ValueError("input: %s; give an object" % entry)
    for key in entry:
        if key not in ("function", "address", "bit"):
            raise ValueError("input.%s: unknown key; give function, address, bit" % key)
    function = _number(entry.get("function"), "input.function", 1, 4)
    address = _number(entry.get("address"), "input.address", 0, 65535)
    # a coil or discrete input is a bit by itself
    return (
        function,
        address,
        _number(entry.get("bit", 0), "input.bit", 0, 15 if function > 2 else 0),
    )


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
            if 0 <= offset <= 2 * count - (2 if kind <= U16 else 4):
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
    if name not in NAMES:
        raise ValueError("%s; give %s" % (path, ", ".join(NAMES)))
    index = NAMES.index(name)
    if not isinstance(entry, list) or len(entry) != 3:
        raise ValueError("%s: %s; give [register, type, exponent]" % (path, entry))
    register, kind, exponent = entry
    if kind not in TYPES:
        raise ValueError("%s: %s; give %s" % (path, kind, ", ".join(TYPES)))
    exponent = _number(exponent, path, -6, 3)
    if not POWER <= index < FREQUENCY:
        exponent += 3
    return (
        index,
        2 * _number(register, path, 0, 65535),
        TYPES.index(kind),
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
