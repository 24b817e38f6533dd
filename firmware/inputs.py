"""The inputs that lower limits: a contact at a pin, the meter's own input, or one that is written.

Loaded only where the settings have inputs. What is not known counts as live, the safe side: a
meter that does not answer, one without such an input, and an input nobody has written yet.
"""

from firmware import board, eventcodes

_SILENT_LOOKS = 20  # half a second apart, without news of it (R6: 10 s): nothing is known
_LOOK_MS = 200  # at a slow meter: one look for each such part of its period, which makes 2.5
_MOST_LOOKS = 1000


class Inputs:
    """All inputs, in the order of the settings. `live`: 1 where the limits reckon with a live one;
    `given`: what was written, None before that."""

    def __init__(self, rows: list, meters: list, event):
        """meters: the bus's, with `name`, `period_ms`, `input_live` (True, False, or None: not
        known) and `input_ms` (when it was heard). Raises ValueError for a pin that is none."""
        n = len(rows)
        self._event = event
        self.names = [row["name"] for row in rows]
        self.live = bytearray(b"\xff" * n)  # nothing is taken yet
        self.given = [None] * n
        self.sources = [row["source"] for row in rows]
        self._is_open = [row.get("live_when") == "open" for row in rows]
        self._read = [None] * n
        self._heard_ms = [None] * n
        self._looks = [0] * n
        for i, row in enumerate(rows):
            if row["source"] == "meter":
                for meter in meters:
                    if meter.name == row["meter"]:
                        self._read[i] = meter
            elif row["source"] == "pin":
                try:
                    self._read[i] = board.open_contact(row["pin"])
                except ValueError as error:
                    right = "source meter or api, or another pin"
                    raise ValueError("inputs[%d].pin: %s; give %s" % (i, error, right)) from None

    def state(self, i: int) -> bool | None:
        """True: live, False: not, None: not known."""
        source = self.sources[i]
        if source == "api":
            return self.given[i]
        if source == "pin":
            closed = self._read[i]() == 0
        else:
            meter = self._read[i]
            closed = meter.input_live
            if self._looks[i] > max(_SILENT_LOOKS, meter.period_ms // _LOOK_MS):
                closed = None
            if closed is None:
                return None
        return closed != self._is_open[i]

    def changed(self) -> bool:
        """Look at all of them; True when the limits reckon with another state of one. Call it
        twice a second."""
        found = False
        for i in range(len(self.live)):
            if self.sources[i] == "meter":
                self._count(i)
            if (self.state(i) is not False) != self.live[i]:
                found = True
        return found

    def _count(self, i):
        """Note for how long it was not heard; the clock would be wrong about that after 6 days."""
        meter = self._read[i]
        if meter.input_ms != self._heard_ms[i]:
            self._heard_ms[i] = meter.input_ms
            self._looks[i] = 0
        elif self._looks[i] <= _MOST_LOOKS:
            self._looks[i] += 1

    def take(self) -> None:
        """The limits reckon with what holds now."""
        for i in range(len(self.live)):
            live = self.state(i) is not False
            if live != self.live[i]:
                if self.live[i] < 2:
                    self._event(eventcodes.INPUT, i, live)
                self.live[i] = live

    def go_on(self, old) -> None:
        """What was written holds on under new settings, for inputs of the same name."""
        for i, name in enumerate(self.names):
            if name in old.names and self.sources[i] == "api":
                self.given[i] = old.given[old.names.index(name)]
