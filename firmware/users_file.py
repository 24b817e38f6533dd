"""The users and tokens in flash: one JSON object a line, kept through power cuts.

A user: name, role (1 viewer, 2 administrator), salt, hash, rounds (firmware.stretch). A token:
token (its name), role, hash. The last line is the CRC-32 of those before it. The finished new file
is renamed over the old one, so it is the old or the new one at any moment. Without a file nobody
has set a password yet; a damaged one lets nobody in, and above all nobody set a first password.
"""

import binascii
import json
import os

from compat import const

FILE = "users.jsonl"
USERS = const(8)
TOKENS = const(8)
_NEW = "users.new"
_MAX_BYTES = const(8192)
_CRC = b'{"crc": "%08x"}\n'
_CRC_BEGIN = b'{"crc": "'


def entries():
    """Generate the users and tokens. OSError: there is no file; ValueError, at the end if need be:
    it is damaged, and what was given so far is not to be believed."""
    if os.stat(FILE)[6] > _MAX_BYTES:
        raise ValueError("too large")
    crc = 0
    with open(FILE, "rb") as file:
        for line in file:
            if line.startswith(_CRC_BEGIN):
                if line != _CRC % crc or file.read(1):
                    raise ValueError("wrong CRC")
                return
            crc = binascii.crc32(line, crc)
            entry = json.loads(line)
            if not isinstance(entry, dict) or entry.get("role") not in (1, 2):
                raise ValueError("wrong entry")
            yield entry
    raise ValueError("no end")


def find(kind: str, value: str):
    """The entry of which member `kind` ("name", "token", "hash") is that, or None. ValueError,
    OSError."""
    found = None
    for entry in entries():
        if entry.get(kind) == value:
            found = entry
    return found


def exists() -> bool:
    """Whether there is a file, good or bad."""
    try:
        os.stat(FILE)
    except OSError as error:
        return error.errno != 2  # ENOENT: anything else is a fault, and no first visit
    return True


def roles(kind: str) -> list:
    """(name, role) of all users ("name") or tokens ("token"). OSError, ValueError: damaged."""
    if not exists():
        return []
    return [(entry[kind], entry["role"]) for entry in entries() if kind in entry]


def is_good() -> bool:
    """Whether there is an administrator in it; where not, it is damaged."""
    try:
        return 2 in [role for _, role in roles("name")]
    except (ValueError, OSError):
        return False


def change(kind: str, value: str, entry) -> None:
    """Put an entry in the place of the one whose member `kind` is that, at the end if there is
    none; entry None: take it away. OSError, ValueError: then nothing has changed."""
    replace(_changed(kind, value, entry))


def replace(rows) -> None:
    """Make these all entries there are. OSError, and what `rows` raises: nothing has changed."""
    crc = 0
    with open(_NEW, "wb") as file:
        for row in rows:
            line = json.dumps(row).encode() + b"\n"
            crc = binascii.crc32(line, crc)
            file.write(line)
        file.write(_CRC % crc)
    if hasattr(os, "sync"):
        os.sync()
    os.rename(_NEW, FILE)


def _changed(kind, value, entry):
    if exists():
        for row in entries():
            if row.get(kind) != value:
                yield row
            elif entry:
                yield entry
                entry = None
    if entry:
        yield entry


def forget() -> None:
    """Take the file away, as a factory reset does: the next visit is the first one. OSError."""
    if exists():
        os.remove(FILE)
