"""Probes: where the cars' currents do not change enough by themselves, one wallbox at a time is
lowered for a few seconds; it is raised again by the ordinary rules. Loaded where it is allowed.

Only a wallbox that charges and obeys, whose place is not sure and of whom all is calm is lowered,
by `probe_ma`, and never below its minimum: no charge is stopped for it. Ten times for a car have
to do.
"""

from compat import const, ticks_diff

from loadmgmt.point import CHARGING, TOP

_CALM_MS = const(12000)  # of all wallboxes there, before
_PAUSE_MS = const(30000)  # between two probes of the site
_TRIES = const(10)
_IN_USE_MA = const(500)
_UNEQUAL_MA = const(1000)


class Probe:
    """Whose turn it is."""

    def __init__(self, now_ms: int, probe_ma: int, n: int):
        self.probe_ma = probe_ma
        self.last_ms = now_ms
        self.next = 0
        self.tries = bytearray(n)  # with the car that is there

    def look(self, learner, site, now_ms: int) -> None:
        """Lower one wallbox when it is time for that."""
        pause_ms = ticks_diff(now_ms, self.last_ms)
        if 0 <= pause_ms < _PAUSE_MS:  # less than 0: that long ago that ticks have wrapped
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
            if not p.heard or p.car != CHARGING or self.tries[i] >= _TRIES:
                continue
            if p.is_open or p.paused or p.is_disobeying() or not _is_open(learner, p):
                continue
            if not site.circuits[learner.home[i]].believed():
                continue
            drawn = min(p.setpoint_ma, p.drawn[TOP]) if p.measures else p.setpoint_ma
            lower = drawn - self.probe_ma
            lower -= lower % p.step_ma
            if lower >= p.min_ma:
                self.next = i + 1
                self.last_ms = now_ms
                self.tries[i] += 1
                site.change(p, lower, now_ms)
                return


def _is_open(learner, p) -> bool:
    """True when it is not known where its car draws."""
    bits = learner.bits[p.index] & 7
    if learner.home[p.index] == 255 or bits not in (0, 1, 2, 4):
        return False
    drawn = p.drawn
    if p.measures and drawn[2] > _IN_USE_MA:
        return max(drawn[:3]) - min(drawn[:3]) > _UNEQUAL_MA
    return bits != (4 if p.measures and drawn[1] > _IN_USE_MA else 1)
