"""What the controller sends, and when: as lib/chargers/warp.py does it.

What a pass changed goes out at once, lowered setpoints first, eight together and 20 ms until the
next eight; each wallbox has its turn once a second; a lower setpoint that has not been echoed
after 450 ms goes out once more.
"""

_GROUP = 8
_GROUP_MS = 20
_REPEAT_MS = 450


class Dispatch:
    """The sending half of a run. `sent_ma` is what each wallbox was told last, -1 nothing yet."""

    def __init__(self, run):
        self.run = run
        self.clock = run.clock
        self.sent_ma = [-1] * len(run.boxes)
        self._unechoed = {}
        self._is_pushing = False

    def begin(self, first_ms):
        """Spread the turns over a second."""
        n = len(self.sent_ma)
        for i in range(n):
            self.clock.at((first_ms + i * 1000 // n) % 1000, self._turn, i)

    def forget(self):
        """The controller has begun anew."""
        self._unechoed.clear()

    def echoed(self, i, shown_ma):
        """Wallbox i reports this limit as applied."""
        if i in self._unechoed and shown_ma <= self._unechoed[i]:
            del self._unechoed[i]

    def push(self):
        """Send what changed, unless that is under way."""
        if not self._is_pushing:
            self._push()

    def _push(self):
        self._is_pushing = False
        run = self.run
        if not run.is_up:
            return
        lowered = []
        raised = []
        for i, sent in enumerate(self.sent_ma):
            ma = run.law.setpoint_ma(i)
            if ma is not None and ma >= 0 and ma != sent:
                (lowered if ma < sent else raised).append(i)
        todo = lowered + raised
        for i in todo[:_GROUP]:
            self._send(i)
        if len(todo) > _GROUP:
            self._is_pushing = True
            self.clock.at(self.clock.now + _GROUP_MS, self._push)

    def _turn(self, i):
        self.clock.at(self.clock.now + 1000, self._turn, i)
        if self.run.is_up and self.run.enabled:
            self._send(i)

    def _send(self, i):
        run = self.run
        ma = run.law.setpoint_ma(i)
        if ma is None:
            return
        now = self.clock.now
        run.judge.sending(i, ma)
        if run.law.pushes and 0 <= ma < self.sent_ma[i]:
            self._unechoed[i] = ma
            self.clock.at(now + _REPEAT_MS, self._repeat, i, ma)
        if ma >= 0:
            self.sent_ma[i] = ma
        run.law.sent(i, now)
        breaks_pilot = getattr(run.law, "breaks_pilot", None)  # not every law can
        run.boxes[i].send(ma, bool(breaks_pilot and breaks_pilot(i)))

    def _repeat(self, i, ma):
        if self._unechoed.get(i) == ma and self.run.is_up:
            del self._unechoed[i]
            self._send(i)
