"""What a backup consists of, row by row: settings, users, what was learnt. Loaded for the call.

A row is a list: what it belongs to, and what it is; of a list of the settings one entry a row.
What has its default is left out of the entries, and each is a merge patch (RFC 7396) of the one
before it in its list: so 64 wallboxes, sealed, fit into a request.
"""

import json

from on_demand import call, take

SETTING = "setting"  # key, value
ENTRY = "entry"  # key of the list, entry
USER = "user"  # an entry of the file of users
LEARNT = "learnt"  # one of the file of learnt rotations
_LEARNT_FILE = "learnt.json"

# where the fields of a list are: firmware.tables_*
_TABLES = {
    "chargers": ("chargers", "CHARGER"),
    "circuits": ("circuits", "CIRCUIT"),
    "meters": ("meters", "METER"),
    "inputs": ("meters", "INPUT"),
}


def lean(key: str, entries):
    """Generate the entries of a list of the settings without what has its default."""
    part, name = _TABLES[key]
    fields = take("firmware", "tables_" + part, name)
    for entry in entries:
        row = {}
        for field in fields:
            name, default = field[0], field[2]
            if name in entry:
                value = entry[name]
                if isinstance(value, list) and len(value) == 3 and value == value[:1] * 3:
                    value = value[0]  # the same on all phases
                if value != default or default is ...:
                    row[name] = value
        yield row


def lines(document):
    """Generate all rows of the settings in `document`, of users and of what was learnt, as bytes
    of JSON with an end of line."""
    for row in _rows(document):
        yield json.dumps(row).encode() + b"\n"


def _rows(document):
    for key in document:
        if key in _TABLES:
            before = {}
            for entry in lean(key, document[key]):
                patch = {name: None for name in before if name not in entry}
                for name in entry:
                    if name not in before or before[name] != entry[name]:
                        patch[name] = entry[name]
                yield [ENTRY, key, patch]
                before = entry
        else:
            yield [SETTING, key, document[key]]
    try:
        for entry in call("firmware", "users_file", "entries"):
            yield [USER, entry]
    except OSError:
        pass  # nobody has set a password yet
    try:
        with open(_LEARNT_FILE, "rb") as file:
            rows = json.load(file).get("rotations", ())
    except (OSError, ValueError):
        rows = ()  # nothing was learnt
    for entry in rows:
        yield [LEARNT, entry]
