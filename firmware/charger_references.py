"""What the wallboxes and charge_manager demand of the settings, after firmware.references.

Raises schema.Invalid.
"""

from firmware.schema import each_once, fail, known, show

_DEAD_MAN_S = {"warp": 30}  # the device's own, which cannot be set there


def check(document):
    """Raise Invalid for the first entry that does not fit."""
    circuits = [circuit["name"] for circuit in document["circuits"]]
    _check_chargers(document["chargers"], circuits)
    _check_manager(document["charge_manager"], document["chargers"] and not circuits)
    learning = document.get("learning", {})
    if "probe_ma" in learning and "rotation" not in learning:
        fail("learning.probe_ma", "rotation is off", "rotation show or use, or 0")


def _check_chargers(chargers, circuits):
    each_once(chargers, "chargers", "name")
    hosts = []
    for i, charger in enumerate(chargers):
        path = "chargers[%d]." % i
        if charger["circuit"] is None and circuits:
            charger["circuit"] = circuits[0]
        known(path + "circuit", charger["circuit"], circuits)
        low, high = charger["min_ma"], charger["max_ma"]
        if high < low:
            wrong = "%d is below min_ma %d" % (high, low)
            fail(path + "max_ma", wrong, "at least %d" % low)
        host = charger["host"].lower()
        if host in hosts:
            fail(path + "host", show(host) + " is there twice", "each its own host")
        hosts.append(host)
        _check_installation(path, charger)


def _check_installation(path, charger):
    high = charger["max_ma"]
    installed = charger.get("installation_limit_ma")
    if installed is not None and installed < charger["min_ma"]:
        wrong = "%d is below min_ma %d" % (installed, charger["min_ma"])
        fail(path + "installation_limit_ma", wrong, "at least that")
    if charger.get("boot_ma", 0) > high:
        fail(
            path + "boot_ma", "%d is above max_ma %d" % (charger["boot_ma"], high), "at most that"
        )
    name = "max_ma"
    if installed is not None and installed < high:
        high = installed
        name = "installation_limit_ma"
    failsafe = charger.get("failsafe_ma", 0)
    if failsafe > high:
        fail(path + "failsafe_ma", "%d is above %s %d" % (failsafe, name, high), "at most that")
    least = _DEAD_MAN_S.get(charger["driver"], 0)
    if 0 < charger.get("dead_man_s", 0) < least:
        wrong = "%d is less than the device's own" % charger["dead_man_s"]
        fail(path + "dead_man_s", wrong, "%d or more, or 0 where it never lets go" % least)


def _check_manager(manager, needs_limit):
    highest = manager["maximum_available_current"]
    path = "charge_manager."
    if highest is None and needs_limit:
        right = "a circuit, or " + path + "maximum_available_current"
        fail("circuits", "chargers without a limit", right)
    given = manager["default_available_current"]
    if highest is not None and given is not None and given > highest:
        wrong = "%d is above maximum_available_current %d" % (given, highest)
        fail(path + "default_available_current", wrong, "0..%d" % highest)
