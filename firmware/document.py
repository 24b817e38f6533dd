"""The settings document: what is in it (firmware.tables_settings and others), and what its entries
demand of each other.

validate() gives a document that has all its keys, but for the rare ones; what was left out has the
default of the table. Currents are mA; a per-phase value is a number or a list of
three, null means none. Used through firmware.settings only, which loads all this when it is
needed. What only a part of it needs is loaded for that part: together it would be too much.
"""

from on_demand import call, take, unload

import firmware
from firmware.wrong import Invalid, fail

_IN_FORCE = "settings.ok"
_ROWS = "chargers"
_TABLE = "chargers.CHARGER"
_MOST = 64


def validate(document) -> tuple:
    """Return (normalized document, None) or (None, what is wrong with the first wrong value)."""
    try:
        document = call("firmware", "migrate", "migrate", document)
        document = _table("", document, "settings.SETTINGS")
        call("firmware", "references", "check", document)
        call("firmware", "charger_references", "check", document)
    except Invalid as error:
        return None, str(error)
    return document, None


def defaults() -> dict:
    """Return the settings of a new device: no meter, no circuit, no wallbox."""
    return _table("", {}, "settings.SETTINGS")


def load() -> tuple:
    """Return (document, error or None): settings.json, else the last good one, else defaults.

    Its wallboxes are read one by one. What is in force is in settings.ok afterwards, in our own
    form.
    """
    document, error = _load("settings.json")
    if document is None:
        document, missing = _load(_IN_FORCE)
        if missing and call("firmware", "store", "is_new"):
            error = None
    return document or defaults(), error


def _load(name: str) -> tuple:
    """(document, None) or (None, error)."""
    given, error = call("firmware", "store", "read", name)
    if error:
        return None, error
    document = given
    try:
        document = _checked(given)
        given = None
        if call("firmware", "store", "put_in_force", document, _keys()):
            document = call("firmware", "stored", "document", _IN_FORCE)
        call("firmware", "charger_references", "check", document)
    except Invalid as wrong:
        return None, "%s: %s" % (name, wrong)
    except MemoryError:
        return None, name + ": too much for the memory; give less"
    return document, None


def current() -> dict:
    """Return the document in force, its wallboxes read one by one (see firmware.stored)."""
    try:
        return call("firmware", "stored", "document", _IN_FORCE)
    except OSError:  # it could not be written: what was loaded is in force, or nothing
        return load()[0]


def prepare(given) -> tuple:
    """Check a document and write it to settings.new: (document, None) or (None, what is wrong).

    Its wallboxes may come from a generator; those of the result are read one by one, too.
    """
    error = None
    try:
        document = _checked(given)
        given = None
        error = call("firmware", "store", "write", document, _keys())
        if error is None:
            document = call("firmware", "stored", "document", "settings.new")
            call("firmware", "charger_references", "check", document)
    except Invalid as wrong:
        error = str(wrong)
    if error:
        call("firmware", "store", "discard")
        return None, error
    return document, None


def _checked(given) -> dict:
    """The normalized document, whose wallboxes are checked one by one when they are asked for.
    Raises Invalid."""
    given = call("firmware", "migrate", "migrate", given)
    rows = given.get(_ROWS, []) if isinstance(given, dict) else None
    if rows is None or isinstance(rows, (dict, str, int, float, bool)):
        _table("", given, "settings.SETTINGS")  # tells what is wrong
    rest = {key: given[key] for key in given if key != _ROWS}
    document = _table("", rest, "settings.SETTINGS")
    rest = given = None
    call("firmware", "references", "check", document)
    document[_ROWS] = _Checked(rows, document["circuits"])
    return document


class _Checked:
    """The wallboxes, each checked by itself, as often as they are asked for."""

    def __init__(self, given, circuits):
        self._given = given
        self._circuit = circuits[0]["name"] if circuits else None

    def __iter__(self):
        given = self._given
        try:
            from firmware.schema import fields_of, table

            fields = fields_of(_TABLE)
            for i, entry in enumerate(given):
                if i == _MOST:
                    count = len(given) if isinstance(given, list) else _MOST + 1
                    fail(_ROWS, "%d entries" % count, "at most %d" % _MOST)
                row = table("%s[%d]" % (_ROWS, i), entry, fields)
                if row["circuit"] is None:
                    row["circuit"] = self._circuit
                if firmware.breathe:
                    firmware.breathe()
                yield row
        finally:
            fields_of = table = fields = row = entry = None
            unload("firmware", ("schema", "checks"))


def _table(path, value, fields):
    """The normalized value; the checks of single values are gone again when others begin."""
    try:
        from firmware import schema

        return schema.table(path, value, fields)
    finally:
        schema = None
        unload("firmware", ("schema", "checks"))


def _keys() -> list:
    return [field[0] for field in take("firmware", "tables_settings", "SETTINGS")]


def apply_warp_config(document, body) -> tuple:
    """See firmware.warp_apply."""
    return call("firmware", "warp_apply", "apply", document, body)
