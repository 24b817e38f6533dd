"""A day's profile of limits: rows of a local time and three currents.

A row holds from its time until that of the next one, the last one over midnight until the first.
On the day when the clock is put forward, a row in the hour that is left out begins with the hour
after it; when it is put back, what held in the doubled hour holds there again. While the time is
not known, the strictest row holds, phase by phase.

Rows stand in one array, in the order of time: minute of the day, mA on L1, L2, L3.
"""

from array import array

UNKNOWN = -1


def rows_of(entries: list) -> array:
    """Make rows of [(minute of the day, [mA, mA, mA])] in any order."""
    rows = array("i")
    for minute, limit_ma in sorted(entries):
        rows.append(minute)
        for k in range(3):
            rows.append(limit_ma[k])
    return rows


def row_at(rows: array, minute: int) -> int:
    """The number of the row that holds at a minute of the day; UNKNOWN at UNKNOWN."""
    if minute < 0:
        return UNKNOWN
    row = len(rows) // 4 - 1
    for i in range(row + 1):
        if rows[4 * i] <= minute:
            row = i
    return row


def current_ma(rows: array, row: int) -> list:
    """The three mA of a row, or of the strictest one at UNKNOWN."""
    if row >= 0:
        return list(rows[4 * row + 1 : 4 * row + 4])
    return [min([rows[i + k] for i in range(0, len(rows), 4)]) for k in (1, 2, 3)]
