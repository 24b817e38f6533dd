"""Wallboxes that the settings have by name: asks for their addresses, off the control path.

A keeper, see firmware.keepers; loaded only where there are names. A name is asked for at the
start, and again when its wallbox has been silent for some seconds (a router may have given it
another address), in ever longer intervals up to half a minute; the address of one that answers is
never moved. Nothing here waits: what asks and what becomes of the answers (firmware.name_query) is
loaded as long as an answer is due.

Until its name is known, a wallbox is one that does not answer: after the start its current stays
reserved until its own time-out has passed (R5), for a charge that was running then goes on. When
nobody knows the name even then, the wallbox has a name_error.
"""

from array import array

from compat import const, ticks_diff, ticks_ms
from on_demand import take, unload

_FIRST_MS = const(1000)
_LONGEST_MS = const(32000)
_SILENT_MS = const(6000)
_BOOT_S = const(5)
_AT_ONCE = const(4)  # names asked for in one go


class Names:
    """Keeps the addresses of the wallboxes of `indices`."""

    def __init__(self, app):
        self.query = None
        self.indices = bytearray()
        for point in app.site.points:
            if point.host and point.host != "127.0.0.1":
                self.indices.append(point.index)
                if point.name_error and app.uptime_s() < _BOOT_S:
                    # its charge may be running: it counts as any other that was not heard yet
                    point.name_error = False
                    point.may_ma = point.peak_ma = point.max_ma
        n = len(self.indices)
        self.asked_ms = [ticks_ms()] * n
        self.pause_ms = array("H", bytes(2 * n))  # after that; 0: not asked yet
        self.told = bytearray(n)  # that nobody knows it, or that it leads to another wallbox

    def go_on(self, app, was) -> None:
        """Nothing: the addresses have been taken over, the others are asked for anew."""

    def keep(self, app) -> None:
        """Take the answers that have come, and ask for what is due; call it twice a second."""
        now = ticks_ms()
        if self.query:
            self.query.listen(app, self, now)
        asked = 0
        for k, i in enumerate(self.indices):
            point = app.site.points[i]
            if not self.needs(app, point, now):
                self.pause_ms[k] = 0
                continue
            pause_ms = self.pause_ms[k]
            if asked == _AT_ONCE or (pause_ms and ticks_diff(now, self.asked_ms[k]) < pause_ms):
                continue
            asked += 1
            self.asked_ms[k] = now
            self.pause_ms[k] = min(2 * pause_ms, _LONGEST_MS) or _FIRST_MS
            if not self.query:
                self.query = take("firmware", "name_query", "Query")()
            self.query.give_up(app, self, k)
            self.query.ask(i, point.host, now)
        if self.query and self.query.is_over(now):
            self.query.close()
            self.query = None
            unload("dns", ("packet",))

    def needs(self, app, point, now) -> bool:
        """True for a wallbox without an address, or silent at the one it had."""
        if app.warp.addresses[point.index] is None:
            return True
        return not point.heard and ticks_diff(now, point.reading_ms) > _SILENT_MS
