"""Wallboxes that the settings have by name: asks for their addresses, off the control path.

A keeper, see firmware.keepers; loaded only where there are names. A name is asked for at the
start, and again when its wallbox has been silent for some seconds (a router may have given it
another address), in ever longer intervals up to a minute; the address of one that answers is never
moved. Nothing here waits: what asks (firmware.name_query) is loaded as long as an answer is due.

Until its name is known, a wallbox is one that does not answer: after the start its current stays
reserved until its own time-out has passed (R5), for a charge that was running then goes on. When
nobody knows the name even then, the wallbox has a name_error.
"""

from compat import const, ticks_add, ticks_diff, ticks_ms, udp_address
from on_demand import call, take, unload

from firmware import eventcodes

_PORT = const(34128)
_FIRST_MS = const(1000)
_LONGEST_MS = const(64000)
_SILENT_MS = const(6000)
_BOOT_S = const(5)
_AT_ONCE = const(4)  # names asked for in one go


class Names:
    """Keeps the addresses of `rows`: [index of the wallbox, when to ask, pause, told]."""

    def __init__(self, app):
        now = ticks_ms()
        self._query = None
        self.rows = []
        for point in app.site.points:
            if point.host and point.host != "127.0.0.1":
                self.rows.append([point.index, now, _FIRST_MS, False])
                if point.name_error and app.uptime_s() < _BOOT_S:
                    # its charge may be running: it counts as any other that was not heard yet
                    point.name_error = False
                    point.may_ma = point.peak_ma = point.max_ma

    def go_on(self, app, was) -> None:
        """Nothing: the addresses have been taken over, the others are asked for anew."""

    def keep(self, app) -> None:
        """Take the answers that have come, and ask for what is due; call it twice a second."""
        now = ticks_ms()
        query = self._query
        if query is not None:
            for i, host in query.answers():
                self._found(app, i, host, now)
        asked = 0
        for row in self.rows:
            i, due_ms, pause_ms, _ = row
            point = app.site.points[i]
            if not self._needs(app, point, now):
                row[1] = now
                row[2] = _FIRST_MS
                continue
            self._give_up(app, point, row)
            if ticks_diff(now, due_ms) < 0 or asked == _AT_ONCE:
                continue
            asked += 1
            row[1] = ticks_add(now, pause_ms)
            row[2] = min(2 * pause_ms, _LONGEST_MS)
            if self._query is None:
                self._query = take("firmware", "name_query", "Query")()
            self._query.ask(i, point.host, now)
        if self._query is not None and self._query.is_over(now):
            self._query.close()
            self._query = query = None
            unload("dns", ("packet",))

    def _needs(self, app, point, now) -> bool:
        """True for a wallbox without an address, or silent at the one it had."""
        if app.warp.addresses[point.index] is None:
            return True
        return not point.heard and ticks_diff(now, point.reading_ms) > _SILENT_MS

    def _give_up(self, app, point, row) -> None:
        """Nobody knows the name, and no charge of before can be running there any more."""
        if app.warp.addresses[point.index] is not None:
            return
        if point.lost and point.may_ma == 0 and not point.is_silent():
            point.name_error = True
        if point.name_error and row[2] > 4 * _FIRST_MS and not row[3]:
            row[3] = True
            app.events.add(eventcodes.NAME_UNKNOWN, point.index)

    def _found(self, app, i: int, host: str, now: int) -> None:
        """A name leads to this address."""
        point = app.site.points[i]
        warp = app.warp
        address = udp_address(host, _PORT)
        if not self._needs(app, point, now) or warp.addresses[i] == address:
            return
        row = next(row for row in self.rows if row[0] == i)
        if address in warp.addresses:
            k = warp.addresses.index(address)
            other = app.site.points[k]
            if other.heard or not other.host:
                if not row[3]:
                    row[3] = True
                    app.events.add(eventcodes.NAME_DOUBLED, i, k)
                return
            call("chargers", "locate", "locate", warp, k, None)  # it is elsewhere by now
        if point.name_error:
            point.name_error = False
            point.reading_ms = point.sent_ms = now  # as one that has just been added
        row[3] = False
        call("chargers", "locate", "locate", warp, i, address)
        app.events.add(eventcodes.NAME_FOUND, i)
