"""learnt.json: the rotations that were sure, for the next start. Loaded for the call.

One row a wallbox: host, circuit, rotation of the settings, learnt rotation. What is not as in the
settings any more is not used. A file that cannot be read is none.
"""

from loadmgmt.point import order_of
from on_demand import unload

from firmware import store

FILE = "learnt.json"
_ROWS = "rotations"


def _row(app, point) -> list:
    """By what a wallbox is known again."""
    i = point.index
    circuit = app.site.circuits[point.circuit].name
    return [point.host or app.charger_host(i), circuit, app.learnt.given[i]]


def _valid(document) -> dict:
    rows = document.get(_ROWS) if isinstance(document, dict) else None
    found = {}
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, list) and len(row) == 4 and isinstance(row[0], str):
            try:
                if order_of(row[3]) is not None:
                    found[row[0]] = row
            except ValueError:
                pass  # a hand has written it
    return found


def recall(app) -> None:
    """Hand the stored rotations to the learner."""
    try:
        known = _valid(store.read(FILE, True)[0])
    except MemoryError:
        return  # it is learnt anew
    finally:
        unload("firmware", ("store",))
    for point in app.site.points:
        if point.host or not point.name_error:
            mine = _row(app, point)
            row = known.get(mine[0])
            if row and row[:3] == mine:
                app.site.learner.recall(point.index, row[3])


def save(app) -> bool:
    """Write what is sure now; False when the file has it already. Raises OSError."""
    known = app.site.learner.known()
    points = app.site.points
    rows = [_row(app, points[i]) + [known[i]] for i in sorted(known)]
    try:
        return store.keep(FILE, {_ROWS: rows}, (_ROWS,))
    finally:
        unload("firmware", ("store",))
