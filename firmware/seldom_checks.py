"""Checks of single values that few settings have; as in firmware.checks."""

import os

from on_demand import unload

from firmware.schema import text
from firmware.wrong import Invalid, fail, show


def model(path, value, low, high):
    """A meter of which there is a register map; or "api": its values are pushed."""
    if value == "api":
        return value
    folder = __file__.rpartition("firmware/")[0] + "lib/meters/maps"
    known = sorted([name[:-5] for name in os.listdir(folder) if name.endswith(".json")])
    if text(path, value, low, high) not in known:
        fail(path, show(value) + " is no model", "one of api, " + ", ".join(known))
    return value


def word(path, value, low, high):
    """A name that can stand in the path of a request."""
    good = len(text(path, value, low, high)) > 0
    for char in value:
        good = good and ("a" <= char.lower() <= "z" or "0" <= char <= "9" or char in "-_")
    if not good:
        fail(path, show(value) + " is no plain name", "letters, digits, - and _")
    return value


def zone(path, value, low, high):
    """A POSIX TZ string."""
    text(path, value, low, high)
    try:
        from loadmgmt import posix_tz

        posix_tz.parse(value)
    except ValueError as error:
        raise Invalid("%s: %s" % (path, error)) from None
    finally:
        posix_tz = None
        unload("loadmgmt", ("posix_tz",))
    return value
