"""Probes: where the cars' currents do not change enough by themselves, one wallbox at a time is
lowered for a few seconds; it is raised again by the ordinary rules. Loaded where it is allowed.

Only a wallbox that charges, whose place is not sure and of whom all is calm is lowered, by
`probe_ma`, and never below its minimum: no charge is stopped for it.
"""

from compat import const, ticks_diff

from loadmgmt.point import CHARGING, TOP

_CALM_MS = const(12000)  # of all wallboxes there, before
_PAUSE_MS = const(30000)  # between two probes of the site


class Probe:
    """Whose turn it is."""

    def __init__(self, now_ms: int, probe_ma: int):
        self.probe_ma = probe_ma
        self.last_ms = now_ms
        self.next = 0

    def look(self, learner, site, now_ms: int) -> None:
        """Lower one wallbox when it is time for that."""
        if ticks_diff(now_ms, self.last_ms) < _PAUSE_MS:
            return
        for p in site.points:
            if p.heard and p.car == CHARGING:
                calm_ms = min(ticks_diff(now_ms, p.changed_ms), ticks_diff(now_ms, p.moved_ms))
                if min(calm_ms, ticks_diff(now_ms, p.since_ms)) < _CALM_MS:
                    return
        n = len(site.points)
        for step in range(n):
            i = (self.next + step) % n
            p = site.points[i]
            if not p.heard or p.car != CHARGING or not learner.is_open(i):
                continue
            drawn = min(p.setpoint_ma, p.drawn[TOP]) if p.measures else p.setpoint_ma
            lower = drawn - self.probe_ma
            lower -= lower % p.step_ma
            if lower >= p.min_ma:
                self.next = i + 1
                self.last_ms = now_ms
                site.change(p, lower, now_ms)
                return
