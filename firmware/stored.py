"""Reads a settings file that firmware.store has written, which has an entry a line: the wallboxes
one by one, for all of them together would take a tenth of the chip's heap.
"""

import json
from array import array

_ROWS = "chargers"


def document(name: str) -> dict:
    """The document of a file, without any check, its wallboxes as Rows."""
    found = {}
    key = rows = None
    at = 0  # where the line begins
    with open(name, "rb") as file:
        for raw in file:
            line = raw.strip()
            if key:
                if rows is found[key]:
                    rows.add(at)
                else:
                    found[key].append(_entry(line))
                if line.endswith(b"],"):
                    key = None
            else:
                member, _, value = line.partition(b": ")
                member = member[member.find(b'"') + 1 : -1].decode()
                if value == b"[":
                    key = member
                    found[key] = []
                    if key == _ROWS:
                        found[key] = rows = Rows(name)
                elif member != "crc":
                    found[member] = json.loads(value[:-1])
            at += len(raw)
    return found


class Rows:
    """The wallboxes of a stored document: read from the file one by one, whenever they are asked
    for."""

    def __init__(self, name: str):
        self._name = name
        self._at = array("H")

    def add(self, at: int) -> None:
        """The next row begins there."""
        self._at.append(at)

    def __len__(self) -> int:
        return len(self._at)

    def __getitem__(self, i: int) -> dict:
        """Row i, 0 or more; IndexError."""
        with open(self._name, "rb") as file:
            file.seek(self._at[i])
            return _entry(file.readline())

    def __iter__(self):
        with open(self._name, "rb") as file:
            for at in self._at:
                file.seek(at)
                yield _entry(file.readline())


def _entry(line: bytes) -> dict:
    return json.loads(line[: line.rfind(b"}") + 1])
