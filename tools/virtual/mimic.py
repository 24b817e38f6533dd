"""A house that steps when a car does: the worst that can happen to who learns from changes.

It watches the true currents of the cars below its circuit. When one starts to ramp, falls or is
cut off, the house may step in the same second by as much: on a phase that the car does not use, as
if it were there; on a phase of the car the other way, which hides it; rarely both at once, which
no single look can tell from a car on the other phase. Some of its steps follow the ramp's shape.
"""

import random

_LEAST_MA = 1000  # smaller changes are left alone
_SECOND_MS = 1000


class _Watch:
    """Stands among the lines that a wallbox's car moves."""

    def __init__(self, mimic, box):
        self.mimic = mimic
        self.box = box
        self.slope = 0.0

    def move(self, t, value, slope):
        """The car's draw changes there."""
        self.slope += slope
        change = self.box.car.to_come_ma()
        if abs(change) >= _LEAST_MA:
            length = round(change / self.slope) if change * self.slope > 0 else 0
            self.mimic.answer(self.box, change, length)


class Mimic:
    """One such house. `lines`: per phase, where its load counts."""

    def __init__(self, config, clock, seed, lines):
        self.config = config
        self.clock = clock
        self.dice = random.Random(seed)
        self.lines = lines
        self.sum_ma = [0.0] * 3  # its load, with what is on its way

    def watch(self, box):
        """Let it see the car at a wallbox."""
        box.lines[0].append(_Watch(self, box))

    def _hits(self, percent):
        return self.dice.random() * 100 < percent

    def answer(self, box, change_ma, length_ms):
        """A car begins to change its draw by that much, within so long (0: at once)."""
        if not self._hits(self.config.chance_pct):
            return
        dice = self.dice
        used = box.used()
        others = [k for k in range(3) if k not in used]
        steps = [0] * 3
        if self._hits(self.config.both_pct):
            for k in used:
                steps[k] = -1
            for k in dice.sample(others, min(len(used), len(others))):
                steps[k] = 1
        elif others and self._hits(50):
            steps[dice.choice(others)] = -1 if self._hits(25) else 1
        else:
            for k in used if self._hits(50) else [dice.choice(used)]:
                steps[k] = -1
        noise = self.config.noise_ma
        parts = [step and step * change_ma + dice.randint(-noise, noise) for step in steps]
        if not self._take(parts):
            return
        now = self.clock.now
        if length_ms and self._hits(self.config.ramp_pct):
            self._move([0] * 3, [ma / length_ms for ma in parts])
            self.clock.at(now + length_ms, self._move, [0] * 3, [-ma / length_ms for ma in parts])
            end = now + length_ms
        else:
            end = now + dice.randint(0, _SECOND_MS)
            self.clock.at(end, self._move, parts, [0] * 3)
        self.clock.at(end + 1 + dice.randint(*self.config.keep_ms), self._give_back, parts)

    def _take(self, parts):
        """Reckon with these steps; False: its load would leave its range, it lets this one be."""
        sums = [a + b for a, b in zip(self.sum_ma, parts)]
        if any(abs(ma) > most for ma, most in zip(sums, self.config.range_ma)):
            return False
        self.sum_ma = sums
        return True

    def _give_back(self, parts):
        self.sum_ma = [a - b for a, b in zip(self.sum_ma, parts)]
        self._move([-ma for ma in parts], [0] * 3)

    def _move(self, values, slopes):
        for k in range(3):
            if values[k] or slopes[k]:
                for line in self.lines[k]:
                    line.move(self.clock.now, values[k], slopes[k])
