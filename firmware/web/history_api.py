"""GET /api/history: what meters, cars and wallboxes drew, a row for every five minutes.

?hours=1..48 (24): how far back. Rows whose time nobody knows (the clock was not set) are all
given. ?series=N: that column only. The rows go out one by one as they are read from flash.
"""

import struct

from compat import const
from on_demand import take, unload

from firmware import board
from firmware.history import ROW, STEP_S
from firmware.web import Refusal

_MOST_H = const(48)
_WIDEST = const(224)
_QUERY = "wrong query; right: hours=1..48, series=number of a series, joined by &"


def keeper(context):
    """The history of the site, None where it is switched off."""
    for found in context.keepers:
        if type(found).__name__ == "History":
            return found
    return None


def asked(query: str, **values) -> dict:
    """The whole numbers of a query by name, where they are not as in `values`."""
    for part in query.split("&") if query else ():
        name, _, text = part.partition("=")
        if name not in values or not text.isdigit() or len(text) > 4:
            raise Refusal(400, _QUERY)
        values[name] = int(text)
    return values


def rows(history, only):
    """A reader of the rows; its code lives as long as it does."""
    try:
        return take("firmware", "history_rows", "Rows")(history, only)
    finally:
        unload("firmware", ("history_file",))


def read(context, query: str) -> dict:
    """The tree."""
    history = keeper(context)
    given = asked(query, hours=24, series=None)
    only = given["series"]
    width = history.width if history else _WIDEST
    if not 1 <= given["hours"] <= _MOST_H or (only or 0) >= width > 0:
        raise Refusal(400, _QUERY)
    utc_s = board.utc_s()
    if history is None:
        return {"enabled": False, "step_s": STEP_S, "now": utc_s, "series": [], "rows": []}
    from_rows = rows(history, only)
    return {
        "enabled": True,
        "step_s": STEP_S,
        "now": utc_s,
        "series": _series(from_rows),
        "rows": _rows(context, from_rows, utc_s and utc_s - 3600 * given["hours"]),
    }


def _series(from_rows):
    for kind, name, phase, is_power in from_rows.series():
        yield {"name": name, "kind": kind, "phase": phase, "unit": "W" if is_power else "mA"}


def _rows(context, from_rows, since_s):
    """Those of the files, then those that are not written yet."""
    history = from_rows.history
    for row in from_rows.stored("history", ROW):
        history.read_s = context.uptime_s()  # leave the files alone
        utc_s = struct.unpack_from("<I", row, 4)[0]
        if not (utc_s and since_s) or utc_s >= since_s:
            yield [utc_s or None] + from_rows.values(row)
    from_rows.use_own()
    size = ROW + 2 * history.width
    i = 0
    while i < history.count:
        row = history.rows[i * size : (i + 1) * size]
        yield [struct.unpack_from("<I", row, 4)[0] or None] + from_rows.values(row)
        i += 1
