"""Cars that come first for now: a person wants it.

One of Site.modules as long as there is one: the wallbox has a priority above all that the settings
can give, until its car has left or its time is over; then its own again. New settings change
nothing of that (move()), a restart ends it.
"""

from compat import ticks_add, ticks_diff

from loadmgmt.point import NO_CAR

FIRST = 10  # the settings give 0 to 9
_ENDED = 71  # in firmware.eventcodes: BOOSTED


class Boost:
    """The boosted wallboxes of a site: [index, its own priority, end or None]."""

    def __init__(self):
        self.rows = []

    def begin(self, site, point, minutes, now_ms: int) -> None:
        """Let this one come first, for so many minutes or (None) until its car has left."""
        until_ms = None if minutes is None else ticks_add(now_ms, minutes * 60000)
        for row in self.rows:
            if row[0] == point.index:
                row[2] = until_ms
                return
        self.rows.append([point.index, point.priority, until_ms])
        point.priority = FIRST
        if self not in site.modules:
            site.modules += (self,)

    def look(self, site, now_ms: int) -> None:
        """End what is over, one a pass."""
        for row in self.rows:
            i, _, until_ms = row
            point = site.points[i]
            has_left = point.car == NO_CAR and point.heard
            if has_left or (until_ms is not None and ticks_diff(now_ms, until_ms) >= 0):
                self.stop(site, i)
                break
        if not self.rows:
            site.modules = tuple([module for module in site.modules if module is not self])

    def stop(self, site, i: int) -> None:
        """Wallbox i is one like the others again."""
        for row in self.rows:
            if row[0] == i:
                self.rows.remove(row)
                site.points[i].priority = row[1]
                site.tell(_ENDED, i, -1)
                return

    def end(self, site) -> None:
        """All of them."""
        while self.rows:
            self.stop(site, self.rows[0][0])

    def move(self, new, successors: list) -> None:
        """Go on at the site that new settings have made."""
        moved = Boost()
        for i, _, until_ms in self.rows:
            point = successors[i]
            if point is not None:
                moved.rows.append([point.index, point.priority, until_ms])
                point.priority = FIRST
        if moved.rows:
            new.modules += (moved,)
