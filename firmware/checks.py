"""Checks of single values of the settings that firmware.schema has no word for.

Each is check(path, value, low, high) and returns the value or raises schema.Invalid.
"""

from firmware.schema import integer, text
from firmware.wrong import fail, show


def host(path, value, low, high):
    """An IPv4 address in its plain form or a name; which of them it is, the driver finds out."""
    parts = text(path, value, low, high).split(".")
    good = True
    for part in parts:
        for char in part or "?":
            good = good and ("a" <= char.lower() <= "z" or "0" <= char <= "9" or char in "-_")
    if good and "".join(parts).isdigit():
        good = len(parts) == 4 and 0 < int(parts[0]) < 224
        for part in parts:
            good = good and str(int(part)) == part and int(part) < 256
    if not good:
        fail(path, show(value) + " is no host", "an address like 192.168.1.11 or a name")
    return value


def time_of_day(path, value, low, high):
    good = isinstance(value, str) and len(value) == 5 and value[2] == ":"
    for digit in (value[:2] + value[3:]) if good else ():
        good = good and "0" <= digit <= "9"
    if not good or int(value[:2]) > 23 or int(value[3:]) > 59:
        fail(path, show(value) + " is no time of day", '"00:00".."23:59"')
    return value


def current(path, value, low, high):
    """What a wallbox may have by itself: nothing, or at least the least that there is."""
    if type(value) is int and 0 < value < low:
        fail(path, "%d is no charging current" % value, "0 or %d..%d" % (low, high))
    return integer(path, value, 0, high)
