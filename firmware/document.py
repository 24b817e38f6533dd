"""The settings document: the table of its members, those of their keys are in firmware.tables_*;
and what its entries demand of each other.

validate() gives a document that has all its keys, but for the rare ones; what was left out has the
default of the table. Currents are mA; a per-phase value is a number or a list of
three, null means none. Used through firmware.settings only, which loads all this when it is
needed. What only a part of it needs is loaded for that part: together it would be too much.
"""

from on_demand import call

from firmware.schema import RARE, Invalid, fail, fields_of, table
from firmware.store import NEW

_ROWS = "chargers"
_TABLE = "chargers.CHARGER"
_MOST = 64
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

AFTER_RESTART = ("network", "http")  # these act from the next start on, all others at once


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
    document, error = call("firmware", "store", "load", validate, _keys())
    return document or defaults(), error


def current() -> dict:
    """Return the document in force, its wallboxes read one by one (see firmware.stored)."""
    return call("firmware", "store", "current", validate) or defaults()


def prepare(given) -> tuple:
    """Check a document and write it to settings.new: (document, None) or (None, what is wrong).

    Its wallboxes may come from a generator; those of the result are read one by one, too.
    """
    error = None
    try:
        given = call("firmware", "migrate", "migrate", given)
        rows = given.get(_ROWS, []) if isinstance(given, dict) else None
        if rows is None or isinstance(rows, (dict, str, int, float)):
            table("", given, _SETTINGS)  # tells what is wrong
        document = table("", {key: given[key] for key in given if key != _ROWS}, _SETTINGS)
        given = None
        call("firmware", "references", "check", document)
        document[_ROWS] = _wallboxes(rows, document["circuits"])
        error = call("firmware", "store", "write", document, _keys())
        if error is None:
            rows = None
            document = call("firmware", "stored", "document", NEW)
            call("firmware", "charger_references", "check", document)
    except Invalid as wrong:
        error = str(wrong)
    if error:
        call("firmware", "store", "discard")
        return None, error
    return document, None


def _wallboxes(given, circuits):
    """Generate the checked rows."""
    fields = fields_of(_TABLE)
    for i, entry in enumerate(given):
        if i == _MOST:
            count = len(given) if isinstance(given, list) else _MOST + 1
            fail(_ROWS, "%d entries" % count, "at most %d" % _MOST)
        row = table("%s[%d]" % (_ROWS, i), entry, fields)
        if row["circuit"] is None and circuits:
            row["circuit"] = circuits[0]["name"]
        yield row


def _keys() -> list:
    return [field[0] for field in _SETTINGS]


def apply_warp_config(document, body) -> tuple:
    """See firmware.warp_apply."""
    return call("firmware", "warp_apply", "apply", document, body)
