"""Keeps what the learner is sure of over restarts, and which rotations were found to be wrong.

Loaded where the wiring is learnt. The file: firmware.learnt_file. It is written when something has
been learnt or taken back, at most every ten minutes, so that the flash lasts.
"""

from compat import const, ticks_diff, ticks_ms
from loadmgmt.event import LEARNT, UNLEARNT
from on_demand import call

_PAUSE_MS = const(600000)


class Learnt:
    """Stands between the brain and the event log: `add` is told of each event."""

    def __init__(self, app):
        points = app.site.points
        self._note = app.events.add
        self.given = [point.rotation for point in points]  # by the settings
        self.contradicted = bytearray(len(points))
        self.is_recalled = False  # the file has been read
        self.is_due = False
        self.written_ms = None

    def add(self, code: int, subject: int = 0, value: int = 0) -> None:
        """Note an event, and what it says of a rotation."""
        self._note(code, subject, value)
        if code == LEARNT or code == UNLEARNT:
            self.contradicted[subject] = code == UNLEARNT
            self.is_due = True

    def go_on(self, was, successors: list) -> None:
        """Go on where the keeper of the site before stands; see loadmgmt.takeover."""
        for i, point in enumerate(successors):
            if point is not None and was.given[i] == self.given[point.index]:
                self.contradicted[point.index] = was.contradicted[i]
        self.is_recalled = self.is_due = True  # wallboxes may have gone
        self.written_ms = was.written_ms

    def recall(self, app) -> None:
        """Tell the learner what was sure before the start."""
        if not self.is_recalled:
            self.is_recalled = True
            call("firmware", "learnt_file", "recall", app)

    def keep(self, app) -> None:
        """Write what is sure now, if it is time; call it often."""
        if not self.is_due:
            return
        now = ticks_ms()
        if self.written_ms is not None and 0 <= ticks_diff(now, self.written_ms) < _PAUSE_MS:
            return
        try:
            if call("firmware", "learnt_file", "save", app):
                self.written_ms = now
            self.is_due = False
        except MemoryError:
            pass  # tried again in half a second
        except OSError:
            self.written_ms = now  # tried again after the pause
