"""Raises less often than the rules would allow: at most once in `every_ms` in each tree.

What is handed out then is what the rules give at that moment; in between nothing is raised, and
nothing taken from one to be given to another. What has to be lowered is lowered at once, as ever.
To the rules it looks as if the last change had not settled yet, so it can only delay (R3).
"""

from array import array

from compat import ticks_add, ticks_diff


class Pacer:
    """One of Site.modules."""

    def __init__(self, site, now_ms: int, every_ms: int):
        self.every_ms = every_ms
        self.last = array("i", [point.setpoint_ma for point in site.points])
        n = len(site.circuits)
        self.waits = bytearray(n)  # root circuits that had a raise not long ago
        self.raised_ms = [now_ms] * n

    def look(self, site, now_ms: int) -> None:
        """Notice what was raised in the pass before, and hold back where that is not long ago."""
        last = self.last
        circuits = site.circuits
        waits = self.waits
        raised_ms = self.raised_ms
        for p in site.points:
            was = last[p.index]
            if p.setpoint_ma != was:
                last[p.index] = p.setpoint_ma
                if p.setpoint_ma > was >= 0:  # else it was taken over as it was found
                    root = circuits[p.circuit].path[-1]
                    waits[root] = 1
                    raised_ms[root] = now_ms
        for c in range(len(circuits)):
            if waits[c]:
                if ticks_diff(now_ms, raised_ms[c]) >= self.every_ms:
                    waits[c] = 0
                elif ticks_diff(circuits[c].settled_ms, now_ms) <= 0:
                    circuits[c].settled_ms = ticks_add(now_ms, 1)  # not in this pass

    def take_over(self, was, successors, now_ms: int) -> None:
        """Go on waiting; which of the old trees is which of the new is not known."""
        for c in range(len(was.waits)):
            for root in range(len(self.waits)):
                if was.waits[c] and (
                    not self.waits[root] or ticks_diff(was.raised_ms[c], self.raised_ms[root]) > 0
                ):
                    self.waits[root] = 1
                    self.raised_ms[root] = was.raised_ms[c]
