"""What physically happened at the site: a trace of currents and a list of events, both bounded in
time.

Times are time.monotonic(). A trace row is taken at each step of the physics; an event is a dict
with "t" and "kind" and what else belongs to it. Kinds of a wallbox ("box" = its index): command,
bad_command, old_command, dropped, state, applied, plug, unplug, dead_man, power_off, boot,
forgotten, conflict, box_fault. Of the rest: sample (an answer of the meter, "t" = its last byte),
meter_fault, house.
"""

from array import array
from collections import deque


class Record:
    """`row` and `event` write, `rows` and `events` read; older than keep_s is forgotten."""

    def __init__(self, grid_phases, keep_s: float = 1200.0):
        self.grid_phases = list(grid_phases)  # for each wallbox the grid phases it can load
        self.keep_s = keep_s
        self._rows: deque[tuple[float, array]] = deque()
        self._events: deque[dict] = deque()

    def row(self, t: float, total, house, boxes) -> None:
        """Currents in mA: total and house per grid phase, and each wallbox's draw per grid
        phase.
        """
        values = array("i", (*total, *house))
        for grid in boxes:
            values.extend(grid)
        self._rows.append((t, values))
        self._forget(self._rows, lambda row: row[0], t)

    def event(self, kind: str, t: float, **fields) -> None:
        """Note that something happened at t."""
        self._events.append({"t": t, "kind": kind, **fields})
        self._forget(self._events, lambda event: event["t"], t)

    def rows(self, since: float = 0.0, until: float = float("inf")) -> list:
        """Rows (t, total[3], house[3], [[l1, l2, l3] per box]) with since <= t < until."""
        out = []
        for t, v in list(self._rows):
            if since <= t < until:
                cars = [list(v[i : i + 3]) for i in range(6, len(v), 3)]
                out.append((t, list(v[0:3]), list(v[3:6]), cars))
        return out

    def events(self, since: float = 0.0, until: float = float("inf"), kind: str | None = None):
        """Events with since <= t < until, of one kind or all."""
        return [
            e
            for e in list(self._events)
            if since <= e["t"] < until and (kind is None or e["kind"] == kind)
        ]

    def _forget(self, items, time_of, now: float) -> None:
        while items and time_of(items[0]) < now - self.keep_s:
            items.popleft()
