"""Reads the history: rows of the files, in the columns of the settings in force. Loaded for the
call.

What a wallbox or circuit drew is found by its name: one that is gone is not shown, one that is new
has null before it came.
"""

import struct
from array import array

from compat import const

from firmware.history import NULL
from firmware.history_file import CHARGER, LAYOUT, METER, NAME, OF, OLD, frames, names

_GONE = const(-1)
_METER_KINDS = ("meter", "meter_peak", "meter_power")


class Rows:
    """The columns of `history`, or one of them, and where they are in the row at hand."""

    def __init__(self, history, only=None):
        self.history = history
        self.columns = range(history.width) if only is None else (only,)
        self.chargers = 0  # where the columns of the wallboxes begin in the row
        self._places = array("h", [_GONE] * history.width)
        self._front = 0
        self._powers = bytes([is_power for _, _, _, is_power in self._all()])

    def _all(self):
        for kind, name in names(self.history):
            for k in range(OF[kind]):
                if kind == METER:
                    yield _METER_KINDS[k // 3], name, None if k == 6 else k % 3 + 1, k == 6
                elif kind == CHARGER:
                    yield "charger", name, None, True
                else:
                    yield "cars", name, k + 1, False

    def series(self):
        """Generate (kind, name, phase 1..3 or None, True: W, False: mA) of each column."""
        k = 0
        for column in self._all():
            if k in self.columns:
                yield column
            k += 1

    def stored(self, name: str, front: int):
        """Generate the rows of both files; each is good until the next one only. front: bytes
        before the columns."""
        self._front = front
        for file_name in (name + OLD, name):
            try:
                file = open(file_name, "rb")
            except OSError:
                continue
            with file:
                yield from self._of(file)

    def _of(self, file):
        places = self._places
        ours = None
        at = column = 0
        for kind, content in frames(file):
            if kind == LAYOUT:
                for k in range(len(places)):
                    places[k] = _GONE
                ours = names(self.history)
                at = column = 0
                self.chargers = None
            elif kind == NAME:
                kind = content[0]
                wanted = (kind, str(bytes(content[1:]), "utf-8"))
                if next(ours, None) != wanted:  # not as it is now: search
                    ours = iter(())
                    at = self._place(wanted)
                if kind == CHARGER and self.chargers is None:
                    self.chargers = column
                if at != _GONE:
                    for k in range(OF[kind]):
                        places[at + k] = column + k
                    at += OF[kind]
                column += OF[kind]
            elif ours is not None:
                yield content

    def _place(self, wanted: tuple) -> int:
        """The first of our columns of that kind and name."""
        at = 0
        for found in names(self.history):
            if found == wanted:
                return at
            at += OF[found[0]]
        return _GONE

    def use_own(self) -> None:
        """The rows that follow have the columns as they are now."""
        for k in range(len(self._places)):
            self._places[k] = k

    def place(self, column: int) -> int:
        """Where a column is in the row at hand, -1: it is not."""
        return self._places[column]

    def values(self, row) -> list:
        """The numbers of a row, in mA and W; None where one is not known."""
        found = []
        for column in self.columns:
            value = NULL
            place = self._places[column]
            at = self._front + 2 * place
            if place != _GONE and at + 2 <= len(row):
                value = struct.unpack_from("<h", row, at)[0]
            unit = 10 if self._powers[column] else 100
            found.append(None if value == NULL else value * unit)
        return found
