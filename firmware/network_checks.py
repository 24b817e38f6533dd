"""Checks of single values of the network. As in firmware.checks."""

from firmware.schema import fail, show, text


def secret(path, value, low, high):
    """A password: written, never shown. ASCII, since devices disagree about the rest."""
    right = "%d..%d plain characters" % (low, high)
    good = isinstance(value, str) and low <= len(value) <= high
    for char in value if good else ():
        good = good and " " <= char <= "~"
    if not good:
        fail(path, "no possible password", right)
    return value


def label(path, value, low, high):
    """A name in the network (RFC 1123): letters, digits and -, no - at its ends."""
    good = len(text(path, value, low, high)) > 0 and value[0] != "-" and value[-1] != "-"
    for char in value:
        good = good and ("a" <= char.lower() <= "z" or "0" <= char <= "9" or char == "-")
    if not good:
        fail(path, show(value) + " is no name in a network", "letters, digits and - between")
    return value


def ipv4(path, value, low, high):
    """An IPv4 address in its plain form."""
    parts = value.split(".") if isinstance(value, str) else ()
    good = len(parts) == 4
    for part in parts:
        good = good and part.isdigit() and len(part) < 4 and str(int(part)) == part
        good = good and int(part) < 256
    if not good:
        fail(path, show(value) + " is no address", "one like 192.168.1.11")
    return value


def netmask(path, value, low, high):
    """255.255.255.0 or another row of ones, of 8 to 30 bits."""
    number = 0
    for part in ipv4(path, value, low, high).split("."):
        number = number * 256 + int(part)
    rest = 0xFFFFFFFF - number
    if rest & (rest + 1) or not 3 <= rest <= 0xFFFFFF:
        fail(path, show(value) + " is no netmask", "one like 255.255.255.0")
    return value
