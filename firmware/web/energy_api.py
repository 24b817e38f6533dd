"""GET /api/energy: Wh per day, of the site and of each wallbox; the last day is the present one.

chargers_wh: in the order of `chargers`, null for one that was not there. 32 to 64 days. A day has
no date when the clock was not set; one on which the clock was set back is there twice.
"""

import struct

from compat import const
from on_demand import call

from firmware.history import NO_DAY

_FRONT = const(4)  # bytes of the day, before the energies
_SUMS = const(3)  # cars, import, export


def read(context, query: str) -> dict:
    """The tree."""
    history = call("firmware.web", "history_api", "keeper", context)
    call("firmware.web", "history_api", "asked", query)
    if history is None:
        return {"enabled": False, "chargers": [], "days": []}
    return {"enabled": True, "chargers": _names(history), "days": _days(history)}


def _names(history):
    for point in history.points:
        yield point.name or point.host or ""


def _days(history):
    from_rows = call("firmware.web", "history_api", "rows", history, ())
    first = history.width - len(history.points)
    for row in from_rows.stored("energy", _FRONT):
        values = struct.unpack("<%di" % (len(row) // 4), row)
        places = []
        for column in range(first, history.width):
            at = from_rows.place(column)
            places.append(-1 if at < 0 else at - from_rows.chargers + _SUMS)
        yield _tree(history, values[0], values[1:], places)
    places = range(_SUMS, len(history.energy))
    yield _tree(history, history.day, history.energy, places)


def _tree(history, day: int, energy, places) -> dict:
    is_metered = [1 for meter in history.meters if meter.circuit.parent is None]
    return {
        "date": None if day == NO_DAY else _date(day),
        "cars_wh": energy[0] // 10,
        "import_wh": energy[1] // 10 if is_metered else None,
        "export_wh": energy[2] // 10 if is_metered else None,
        "chargers_wh": [None if at < 0 else energy[at] // 10 for at in places],
    }


def _date(day: int) -> str:
    """The date of a day since 1970, by years that begin in March: their odd day comes last."""
    day += 719468  # from the first of March of the year 0
    era = day // 146097
    day -= era * 146097
    year = (day - day // 1460 + day // 36524 - day // 146096) // 365
    day -= 365 * year + year // 4 - year // 100
    month = (5 * day + 2) // 153
    day -= (153 * month + 2) // 5
    year += 400 * era + (month > 9)
    return "%04d-%02d-%02d" % (year, month + 3 if month < 10 else month - 9, day + 1)
