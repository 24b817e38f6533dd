"""Brings settings that an older firmware has stored up to date. Loaded for the call.

1: `external_control`, a truth value.
2: `external` {enabled, watchdog_s}.
"""

from firmware.wrong import fail, show

NEWEST = 2


def migrate(document):
    """Return the document in the newest version; the given one stays as it is. Raises Invalid."""
    if not isinstance(document, dict):
        return document  # the tables say what is wrong
    version = 1 if "external_control" in document else NEWEST
    version = document.get("version", version)
    if type(version) is not int or version < 1:
        fail("version", show(version) + " is unknown", "1..%d, or leave it out" % NEWEST)
    if version > NEWEST:
        wrong = "%d was made by a newer firmware" % version
        fail("version", wrong, "1..%d, or install that firmware" % NEWEST)
    if version == NEWEST:
        return document
    new = dict(document)
    _from_1(new)
    new["version"] = NEWEST
    return new


def _from_1(new):
    if "external" in new:
        fail("external", "unknown key in version 1", "external_control, or version 2")
    if "external_control" in new:
        given = new.pop("external_control")
        if given is not True and given is not False:
            fail("external_control", show(given) + " is no truth value", "true or false")
        if not given:
            new["external"] = {"enabled": False}
