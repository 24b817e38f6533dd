"""What charge_manager and the circuits demand of all wallboxes. As firmware.references."""

from firmware.wrong import fail

_BY_ITSELF = ("failsafe_ma", "boot_ma")  # what a wallbox offers when nobody tells it anything


def check(document, found, count):
    """found: {number of a circuit, -1 where there is none: mA on L1, L2, L3, for each of
    _BY_ITSELF}; count: of the wallboxes."""
    circuits = document["circuits"]
    manager = document["charge_manager"]
    for number in sorted(found):
        if number < 0:
            limits = (("", manager["maximum_available_current"]),)
            path = "charge_manager.maximum_available_current"
        else:
            circuit = circuits[number]
            limits = (("limit_ma", circuit["limit_ma"]), ("main_ma", circuit["main_ma"]))
            path = "circuits[%d]." % number
        for key, limit in limits:
            if limit is not None:
                _check_sums(path + key, found[number], limit)
    _check_manager(manager, count and not circuits)


def _check_sums(path, sums, limit):
    """All may fall back at once when the controller is gone, and start at once with the power."""
    for i, found in enumerate(sums):
        most = limit if isinstance(limit, int) else limit[i % 3]
        if found > most:
            where = path if isinstance(limit, int) else "%s[%d]" % (path, i % 3)
            wrong = "%d is below the sum of %s, %d" % (most, _BY_ITSELF[i // 3], found)
            fail(where, wrong, "its wallboxes less %s" % _BY_ITSELF[i // 3])


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
    least = 6000 if manager["minimum_current_auto"] else manager["minimum_current_1p"]
    if highest and highest < least:
        wrong = "%d is below the least charging current" % highest
        fail(path + "maximum_available_current", wrong, "at least %d, or 0 for none" % least)
