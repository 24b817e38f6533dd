"""Checks of the network: its values, as in firmware.checks, and what they demand of each other."""

from firmware.schema import text
from firmware.wrong import fail, show


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
    rest = 0xFFFFFFFF - _number(ipv4(path, value, low, high))
    if rest & (rest + 1) or not 3 <= rest <= 0xFFFFFF:
        fail(path, show(value) + " is no netmask", "one like 255.255.255.0")
    return value


def check(network):
    """Raise Invalid for an address that cannot be ours, or a gateway out of reach."""
    address = network.get("address")
    mask = network.get("netmask")
    if (address is None) != (mask is None):
        key = "network." + ("address" if address is None else "netmask")
        fail(key, "missing", "address and netmask together")
    if address is None:
        if "mode" in network:
            fail("network.address", "missing", "it with mode static, or mode dhcp")
        if "gateway" in network:
            fail("network.gateway", "no address", "it with address and netmask only")
        return
    _check_kind("network.address", address)
    rest = 0xFFFFFFFF - _number(mask)
    _check_place("network.address", address, rest)
    gateway = network.get("gateway")
    if gateway is None:
        return
    if gateway == address:
        fail("network.gateway", gateway + " is our own address", "the router's, or none")
    if _number(gateway) | rest != _number(address) | rest:
        wrong = "%s is not in the network of %s" % (gateway, address)
        fail("network.gateway", wrong, "one within netmask " + mask)
    _check_place("network.gateway", gateway, rest)


def _number(address):
    number = 0
    for part in address.split("."):
        number = number * 256 + int(part)
    return number


def _check_kind(path, address):
    """Addresses that no device may have (RFC 6890), or that MENNEKES wallboxes keep for their own
    service ports."""
    parts = [int(part) for part in address.split(".")]
    kind = None
    if parts[0] == 127:
        kind = "the machine itself"
    elif parts[0] >= 224:
        kind = "groups of receivers"
    elif parts[0] == 0:
        kind = "no network"
    elif parts[:2] == [169, 254]:
        kind = "devices without a network"
    elif parts[:2] == [192, 168] and 123 <= parts[2] <= 125:
        kind = "the service ports of wallboxes"
    if kind:
        fail(path, "%s is reserved for %s" % (address, kind), "one like 192.168.1.10")


def _check_place(path, address, rest):
    """Not the first and not the last address of its network."""
    place = _number(address) & rest
    if place == 0:
        fail(path, address + " is the network itself", "one between its first and its last")
    if place == rest:
        fail(path, address + " is for all of the network", "one between its first and its last")
