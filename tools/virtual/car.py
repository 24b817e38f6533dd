"""A car that follows its pilot late: design section 5, or as a scenario says. Event driven.

On a cut it keeps what it draws for `cut_hold_s`, then falls in a straight line within
`cut_fall_s`; a ramp under way stops at the new limit. On a raise it waits, then takes 1 A/s. It
starts 10-40 s after an offer, draws its limit less 0-0.5 A, never above its own maximum. One that
`sleeps_after_s` without an offer does not start any more until it is woken as it says.
"""

VOLT = 230
_BREAK_MS = 3000  # a break of the pilot that a sleeping car notices


class Car:
    """One car on a cable. `moved(old, slope, new, slope)` is called with each change of its draw
    on one phase."""

    def __init__(self, config, clock, dice, moved):
        self.config = config
        self.clock = clock
        self.dice = dice
        self.moved = moved
        self.short_ma = dice.randint(0, 500) if config.short_ma is None else config.short_ma
        self.phases = config.phases
        self.offered_ma = 0
        self.charging = False
        self.full = False
        self.plugged = True
        self.energy_wh = 0.0
        self.started_ms = None  # first draw
        self.breaks = 0  # times that it had to stop before it was full
        self.asleep = False
        self._goal = 0.0
        self._at = clock.now
        self._value = 0.0
        self._slope = 0.0
        self._order = 0  # of limits seen
        self._followed = 0
        self._piece = 0
        self._wait = 0
        self._nap = 0
        self._in_vain = False  # it has slept through an offer
        self._broken_ms = None
        self._doze()

    def drawn_ma(self):
        """What it draws now on each of its phases."""
        return self._value + self._slope * (self.clock.now - self._at)

    def to_come_ma(self):
        """How much of the change under way is still to come."""
        return self._goal - self.drawn_ma()

    def begin(self, offered_ma, drawn_ma):
        """It has charged before the scenario begins."""
        self.offered_ma = offered_ma
        self.charging = True
        self.started_ms = self.clock.now
        self._goal = self._level(offered_ma)
        self._set(drawn_ma, 0.0)

    def _level(self, offered_ma):
        if offered_ma <= 0:
            return 0.0
        return float(min(max(offered_ma - self.short_ma, 0), self.config.max_ma))

    def offer(self, ma):
        """The pilot shows another limit, 0: none."""
        if ma < self.config.min_ma or self.full or not self.plugged:
            ma = 0
        was = self.offered_ma
        if ma == was:
            return
        self.offered_ma = ma
        self._order += 1
        config = self.config
        if ma <= 0:
            self._doze()
        self._in_vain = self.asleep and ma > 0
        level = self._level(ma)
        if ma > was:
            wait = self.dice.randint(*config.raise_wait_ms)
        else:
            wait = self.dice.randint(*config.cut_hold_ms)
            if level < self._goal and self._slope > 0:
                self._goal = max(level, self.drawn_ma())
                self._ramp()
        if self.charging:
            self.clock.at(self.clock.now + wait, self._follow, self._order, level)
        else:
            self._goal = level
            if was <= 0 < ma:
                self._await_start()

    def _doze(self):
        """No offer: it falls asleep after a while; the end of one in vain may have woken it."""
        if self._in_vain and self.config.woken_by == "pause":
            self.asleep = False
        self._nap += 1
        if self.config.sleeps_after_ms is not None:
            self.clock.at(self.clock.now + self.config.sleeps_after_ms, self._sleep, self._nap)

    def _sleep(self, nap):
        if nap == self._nap and self.offered_ma <= 0 and not self.charging:
            self.asleep = True

    def break_pilot(self, is_broken):
        """The control pilot is interrupted, or back."""
        now = self.clock.now
        if is_broken:
            self._broken_ms = now
        elif now - self._broken_ms >= _BREAK_MS and self.config.woken_by == "pilot":
            self.asleep = False
            self._doze()

    def switch(self, phases):
        """It draws on so many phases from now on."""
        if not self.plugged or phases == self.phases:
            return
        self.settle()
        value, slope = self._value, self._slope
        self.moved(value, slope, 0.0, 0.0)
        self.phases = phases
        self.moved(0.0, 0.0, value, slope)
        if self.charging:
            self._ramp()

    def _await_start(self):
        self._wait += 1
        start = self.dice.randint(*self.config.start_ms)
        self.clock.at(self.clock.now + start, self._start, self._wait)

    def _start(self, wait):
        if wait != self._wait or self.charging or self.offered_ma <= 0 or self.full or self.asleep:
            return
        self.charging = True
        if self.started_ms is None:
            self.started_ms = self.clock.now
        self._followed = self._order
        self._goal = self._level(self.offered_ma)
        self._ramp()

    def _follow(self, order, level):
        if order < self._followed or not self.charging or self.full:
            return  # a newer limit has been followed already
        self._followed = order
        self._goal = level
        self._ramp()

    def _ramp(self):
        now = self.clock.now
        value = self.drawn_ma()
        gap = self._goal - value
        if gap > 0:
            length = round(gap * 1000 / self.config.raise_ma_per_s)
        else:
            length = self.config.cut_fall_ms if gap < 0 else 0
        self._piece += 1
        if length:
            self._set(value, gap / length)
            self.clock.at(now + length, self._arrive, self._piece)
        else:
            self._arrive(self._piece)

    def _arrive(self, piece):
        if piece != self._piece:
            return
        self._set(self._goal, 0.0)
        if self._goal == 0 and self.charging:
            self.charging = False
            if not self.full:
                self.breaks += 1
                if self.offered_ma > 0:
                    self._await_start()
        self._watch_battery()

    def _set(self, value, slope):
        now = self.clock.now
        drawn = self.drawn_ma()
        mean = (self._value + drawn) / 2
        self.energy_wh += mean * self.phases * VOLT * (now - self._at) / 3.6e9
        self.moved(drawn, self._slope, value, slope)
        self._at = now
        self._value = value
        self._slope = slope

    def settle(self):
        """Bring the energy up to date."""
        self._set(self.drawn_ma(), self._slope)

    def _watch_battery(self):
        wanted = self.config.wanted_wh
        if wanted is None or not self.charging or self._value <= 0:
            return
        left = max(0.0, wanted - self.energy_wh)
        span = round(left * 3.6e9 / (self._value * self.phases * VOLT))
        self.clock.at(self.clock.now + span, self._fill, self._piece)

    def _fill(self, piece):
        if piece == self._piece and self.charging:
            self.full = True
            self.offered_ma = 0
            self._goal = 0.0
            self._ramp()

    def cut_off(self):
        """The contactor opened or the plug was pulled: nothing flows from this moment."""
        self._piece += 1
        self._wait += 1
        self._order += 1
        self._followed = self._order
        if self.charging and not self.full and self.plugged:
            self.breaks += 1
        self.charging = False
        self.offered_ma = 0
        self._goal = 0.0
        self._set(0.0, 0.0)
        self._doze()
