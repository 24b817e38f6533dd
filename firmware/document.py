"""The settings document: the table of its members, those of their keys are in firmware.tables_*;
and what its entries demand of each other.

validate() gives a document that has all its keys, but for the rare ones; what was left out has the
default of the table. Currents are mA; a per-phase value is a number or a list of
three, null means none. Used through firmware.settings only, which loads all this when it is
needed. What only a part of it needs is loaded for that part: together it would be too much.
"""

from on_demand import call

from firmware.schema import RARE, Invalid, table

_SETTINGS = (
    ("version", "choice", 2, (2,), 0),
    ("name", "text", "Fusekeeper", 1, 32),
    ("rs485", "table", (), "meters.RS485", 0),
    ("meters", "rows", (), "meters.METER", 8),
    ("circuits", "rows", (), "circuits.CIRCUIT", 16),
    ("chargers", "rows", (), "chargers.CHARGER", 64),
    ("charge_manager", "table", (), "sharing.MANAGER", 0),
    ("sharing", "table", (), "sharing.SHARING", 0),
    ("learning", "table", (), "sharing.LEARNING", 0, RARE),
    ("wake_up", "table", (), "sharing.WAKE_UP", 0, RARE),
    ("inputs", "rows", (), "meters.INPUT", 8),
    ("timezone", "zone", None, 1, 64),
    ("external", "table", (), "sharing.EXTERNAL", 0, RARE),
    ("http", "table", (), "place.HTTP", 0),
    ("network", "table", (), "place.NETWORK", 0, RARE),
    ("organization", "table", (), "place.ORGANIZATION", 0, RARE),
    ("discovery", "table", (), "place.DISCOVERY", 0, RARE),
    ("history", "table", (), "place.HISTORY", 0, RARE),
    ("login", "table", (), "place.LOGIN", 0, RARE),
)


def validate(document) -> tuple:
    """Return (normalized document, None) or (None, what is wrong with the first wrong value)."""
    try:
        document = call("firmware", "migrate", "migrate", document)
        document = table("", document, _SETTINGS)
        call("firmware", "references", "check", document)
        call("firmware", "charger_references", "check", document)
    except Invalid as error:
        return None, str(error)
    return document, None


def defaults() -> dict:
    """Return the settings of a new device: no meter, no circuit, no wallbox."""
    return table("", {}, _SETTINGS)


def load() -> tuple:
    """Return (document, error or None): settings.json, else the last good one, else defaults."""
    document, error = call("firmware", "store", "load", validate)
    return document or defaults(), error


def save(document, keep_wrong: bool) -> str | None:
    """Check and store a document; return None or what is wrong (then nothing has changed)."""
    document, error = validate(document)
    keys = [field[0] for field in _SETTINGS]
    return error or call("firmware", "store", "save", document, keys, keep_wrong)


def apply_warp_config(document, body) -> tuple:
    """See firmware.warp_apply."""
    return call("firmware", "warp_apply", "apply", document, body)
