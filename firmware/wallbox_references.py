"""What each wallbox demands of the settings. They are taken one by one, so that nobody has to hold
all of them. As firmware.references.
"""

from firmware.wrong import fail, known, show

_DEAD_MAN_S = {"warp": 30}  # the device's own, which cannot be set there


def check(document) -> tuple:
    """Raise Invalid for the first entry that does not fit; (sums, count), see Chargers."""
    chargers = Chargers(document)
    for i, charger in enumerate(document["chargers"]):
        chargers.take(i, charger)
    return chargers.sums, chargers.count


class Chargers:
    """Takes the wallboxes of a document, whose other members are checked already.

    sums: what they offer by themselves, see firmware.manager_references; count: of them.
    """

    def __init__(self, document):
        self._circuits = document["circuits"]
        self._circuit_names = [circuit["name"] for circuit in self._circuits]
        self._manager = document["charge_manager"]
        self._own_address = document.get("network", {}).get("address")
        self._names = []
        self._hosts = []
        self.sums = {}  # number of the circuit: mA on L1, L2, L3, for failsafe_ma and boot_ma
        self.count = 0

    def take(self, i: int, charger: dict) -> None:
        """Check the next one, and give it its circuit where it names none."""
        path = "chargers[%d]." % i
        self.count += 1
        name = charger["name"]
        if name and name in self._names:
            fail(path + "name", show(name) + " is there twice", "each its own name")
        self._names.append(name)
        names = self._circuit_names
        if charger["circuit"] is None and names:
            charger["circuit"] = names[0]
        known(path + "circuit", charger["circuit"], names)
        low, high = charger["min_ma"], charger["max_ma"]
        if high < low:
            wrong = "%d is below min_ma %d" % (high, low)
            fail(path + "max_ma", wrong, "at least %d" % low)
        host = charger["host"].lower()
        if host in self._hosts:
            fail(path + "host", show(host) + " is there twice", "each its own host")
        if host == self._own_address:
            fail(path + "host", host + " is network.address, our own", "the wallbox's")
        self._hosts.append(host)
        highest = _check_installation(path, charger)
        self._check_minima(path, charger, highest)
        for number, key in enumerate(("failsafe_ma", "boot_ma")):
            given = charger.get(key)
            # one that never falls back keeps its last current: that is reserved in operation
            if given and not (number == 0 and charger.get("dead_man_s") == 0):
                self._add(charger, 3 * number, given)

    def _check_minima(self, path, charger, highest):
        """The start minimum for all has to be one that this one can be set to."""
        manager = self._manager
        if manager["minimum_current_auto"]:
            return
        for key in ("minimum_current", "minimum_current_1p"):
            if manager[key] > highest and (charger["phases"] == 3 or key[-1] == "p"):
                wrong = "%d is above %d, the most of %s" % (manager[key], highest, path[:-1])
                fail("charge_manager." + key, wrong, "at most that, or minimum_current_auto")

    def _add(self, charger, at, current_ma):
        """Count it on its phases, all where they are not known, in its circuit and those above."""
        first, last = 0, 3
        if charger["phases"] == 1 and charger["rotation"]:
            first = int(charger["rotation"][1]) - 1
            last = first + 1
        name = charger["circuit"]
        while True:
            number = self._circuit_names.index(name) if name is not None else -1
            sums = self.sums.setdefault(number, [0] * 6)
            for k in range(first, last):
                sums[at + k] += current_ma
            name = self._circuits[number]["parent"] if number >= 0 else None
            if name is None:
                return


def _check_installation(path, charger) -> int:
    """Return the most that it may be set to."""
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
    return high
