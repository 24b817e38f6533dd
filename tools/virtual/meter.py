"""A meter: measures now and then, shows it a little later, is read by period; and lies on demand.

`telegram_s` is how often it renews its values; in between each reading is bit-identical. What is
not a number is no sample (the driver drops it); what is out of range reaches the brain.
"""

import random


class Meter:
    """`measure()` gives the true mA per phase; `deliver(values, same)` takes a reading. `truth` is
    what `witness()` said when the values were measured that it delivered last."""

    def __init__(self, config, clock, seed, measure, witness, deliver):
        self.config = config
        self.clock = clock
        self.dice = random.Random(seed)
        self.measure = measure
        self.witness = witness
        self.deliver = deliver
        self.faults = {}  # name -> value
        self.truth = None
        self._is_wrong = config.is_misplaced or config.clamps != [1, 2, 3]
        self.genuine = True
        self._shown = None  # (truth, values)
        self._read = None
        self._renewed = config.telegram_ms is not None
        first = config.phase_ms
        if first is None:
            first = self.dice.randint(0, config.period_ms - 1)
        if self._renewed:
            clock.at(clock.now + self.dice.randint(0, min(999, config.telegram_ms)), self._renew)
            clock.at(clock.now + first + config.period_ms, self._ask)
        else:
            clock.at(clock.now + first, self._sample)

    def _take(self):
        config = self.config
        factor = self.faults.get("factor", 1) * config.factor
        offset = self.faults.get("offset", 0)
        noise = config.noise_ma
        unit = config.resolution_ma
        values = []
        true = self.measure()
        for clamp, fixed in zip(config.clamps, config.offset_ma):
            ma = true[clamp - 1] if clamp > 0 else -true[-clamp - 1]
            ma = ma * factor + offset + fixed + self.dice.randint(-noise, noise)
            values.append(round(ma / unit) * unit)
        return self.witness(), values

    def _sample(self):
        self.clock.at(self.clock.now + self.config.period_ms, self._sample)
        self.clock.at(self.clock.now + self.config.lag_ms, self._give, self._take())

    def _renew(self):
        self.clock.at(self.clock.now + self.config.telegram_ms, self._renew)
        self.clock.at(self.clock.now + self.config.lag_ms, self._show, self._take())

    def _show(self, taken):
        self._shown = taken

    def _ask(self):
        self.clock.at(self.clock.now + self.config.period_ms, self._ask)
        if self._shown is not None:
            self._give(self._shown)

    def _give(self, taken):
        faults = self.faults
        self.genuine = not (faults or self._is_wrong)
        if "silent" in faults or "nan" in faults:
            return
        self.truth, values = taken
        if "out_of_range" in faults:
            values = [10000000] * 3
        elif "frozen" in faults and self._read is not None:
            values = self._read
        same = values == self._read
        self._read = values
        self.deliver(values, same)
