"""The rules R1-R9 of the design, judged from outside with the physical truth.

R1  a raise after which what all may draw, with the house as last measured, exceeds a limit
R2  an overload in a believed sample for which not enough is cut on the wire within 1 s
R3  a raise into headroom that has not held for 10 s (60 s for a car that had to be stopped)
R4  a setpoint other than 0, min..max, in the device's steps
R5  a command that keeps a lost wallbox's dead-man alive
R6  a silent meter that is believed for longer than max(10 s, 2.5 periods)
R9  a car stopped although all minima fitted, before its slot of 15 min ended
R7 (restart) shows as R1 and as stops; R8 and R10 cannot be seen from outside.
"""

from collections import deque

_ROUGH_MA = 100  # rounding in cuts and readings
_READ_MA = 30  # noise of a wallbox's own meter
_SHORT_MA = 500  # a car may stay that much below its limit
_RAMP_MA = 1500  # R3: while a car ramps, what the house took is known to that only
_LATE_MS = 1000  # R2
_CAN_GIVE_MA = 2000
_LOST_MS = 6000  # R5: 5 s, and the next pass
_HOLD_MS = 10000
_LONG_HOLD_MS = 60000
_SLOT_MS = 900000
_KEPT = 20


class Judge:
    """Told of what happens by the run; `violations` is {rule: [count, examples]}."""

    def __init__(self, run):
        self.run = run
        self.violations = {}
        self.reactions_ms = []  # sample with an overload -> last reducing command
        self._held = [deque() for _ in run.circuits]  # (time, true house) of samples
        n = len(run.boxes)
        self.answered_ms = [run.clock.now] * n
        self._on_ms = [None] * n  # since when it has a setpoint
        self._short = [False] * n  # stopped by the manager for want of current
        self._delivered_ms = [run.clock.now] * len(run.circuits)
        self._accused = [False] * len(run.circuits)
        self._seen_ms = None  # the last sample with an overload
        self._reacted_ms = None  # and the last one that led to a lower setpoint

    def accuse(self, rule, text):
        """Note a violation."""
        entry = self.violations.setdefault(rule, [0, []])
        entry[0] += 1
        if len(entry[1]) < _KEPT:
            entry[1].append(f"{self.run.clock.now / 1000:.1f} s: {text}")

    def restarted(self):
        """The controller has begun anew: it has heard nobody yet."""
        now = self.run.clock.now
        self.answered_ms = [now] * len(self.answered_ms)
        self._delivered_ms = [now] * len(self._delivered_ms)

    # --- meters

    def _tolerance_ma(self, c):
        meter = self.run.circuits[c].meter
        own = _ROUGH_MA + _READ_MA * len(self.run.below[c])
        return own + (2 * meter.noise_ma + meter.resolution_ma if meter else 0)

    def sampled(self, c, values, same):
        """A reading of circuit c was delivered, before the pass on it."""
        run = self.run
        now = run.clock.now
        self._delivered_ms[c] = now
        self._accused[c] = False
        if not run.meters[c].genuine:
            return
        held = self._held[c]
        held.append((now, run.meters[c].truth))
        while held[0][0] < now - _LONG_HOLD_MS:
            held.popleft()
        if same or not run.law.believes(c):
            return
        rough = self._tolerance_ma(c)
        config = run.circuits[c]
        for k in range(3):
            over = values[k] - config.main_ma[k]
            if not config.includes_chargers:
                over += run.totals[c][k].now(now) - run.house[c][k].now(now)
            if over > rough + _SHORT_MA:
                self._seen_ms = now
                run.clock.at(now + _LATE_MS, self._look_again, c, k, over, now)

    def _look_again(self, c, phase, over, then):
        """A second after an overload was seen: is enough of it on its way down?"""
        run, config = self.run, self.run.circuits[c]
        now = run.clock.now
        over = min(over, run.totals[c][phase].now(now) - config.main_ma[phase])
        pending = 0
        able = None
        for box in run.below[c]:
            if box.car and phase in box.used():
                sent = run.dispatch.sent_ma[box.index]
                if sent >= 0:
                    pending += max(0, box.car.drawn_ma() - sent)
                blind = now - self.answered_ms[box.index] > _LOST_MS or box.faults
                least = 0 if config.breaker == "strict" else box.config.min_ma
                if sent > least + _SHORT_MA and not blind and box.car.drawn_ma() > _CAN_GIVE_MA:
                    able = box
        if able and over - pending > self._tolerance_ma(c) + _SHORT_MA * len(run.below[c]):
            self.accuse(
                "R2",
                f"{config.name} L{phase + 1}: {over / 1000:.1f} A too much since the sample at"
                f" {then / 1000:.1f} s, {pending / 1000:.1f} A of it on the way down,"
                f" {able.config.name} has {run.dispatch.sent_ma[able.index] / 1000:.1f} A",
            )

    # --- passes

    def passed(self, before, after):
        """A pass has changed setpoints (or not)."""
        run = self.run
        now = run.clock.now
        for c, meter in enumerate(run.meters):
            if meter is None or self._accused[c]:
                continue
            period = run.circuits[c].meter.period_ms
            if now - self._delivered_ms[c] > max(10000, period * 5 // 2) + 1000:
                if run.law.believes(c):
                    self._accused[c] = True
                    self.accuse("R6", f"{run.circuits[c].name}: the silent meter is believed")
        if before == after:
            return
        raised = [i for i in range(len(after)) if after[i] > before[i]]
        for i in raised:
            if before[i] == 0:
                self._on_ms[i] = now
        if raised:
            self._check_raise(raised, before, after)
        for i in range(len(after)):
            if after[i] == 0 and before[i] > 0:
                self._check_stop(i, before)
                self._on_ms[i] = None

    def _check_raise(self, raised, before, after):
        run = self.run
        now = run.clock.now
        places = {(c, k) for i in raised for c in run.boxes[i].path for k in run.boxes[i].used()}
        for c, k in sorted(places):
            config = run.circuits[c]
            total = least = 0
            for box in run.below[c]:
                if k in box.used():
                    total += max(box.potential_ma(), after[box.index])
                    least += box.config.min_ma if after[box.index] else 0
            limit = run.cars_limit_ma(c, k)
            names = ", ".join(run.boxes[i].config.name for i in raised)
            where = f"{config.name} L{k + 1}: {names} raised"
            if limit is not None and total > limit + _ROUGH_MA:
                self.accuse("R1", f"{where}: the cars may draw {_amps(total)} of {_amps(limit)}")
            held = self._held[c]
            if not config.meter or not held or not run.law.believes(c):
                continue
            if not run.meters[c].genuine:
                continue
            bar = config.main_ma[k] + self._tolerance_ma(c)
            house = min(held[-1][1][k], run.house[c][k].now(now))
            if total + house > bar:
                what = f"the cars may draw {_amps(total)} beside {_amps(house)} of the house"
                self.accuse("R1", f"{where}: {what}, fuse {_amps(config.main_ma[k])}")
                continue
            most = _most(held, k, now - _HOLD_MS)
            if total + most > bar + _RAMP_MA:
                self.accuse("R3", f"{where}: the house took {_amps(most)} within 10 s")
            elif any(self._short[i] and before[i] == 0 for i in raised):
                most = _most(held, k, now - _LONG_HOLD_MS)
                if least + most > bar + _RAMP_MA and config.breaker == "strict":
                    self.accuse("R3", f"{where} after a stop: {_amps(most)} within 60 s")
        for i in raised:
            self._short[i] = False

    def _check_stop(self, i, before):
        run = self.run
        box = run.boxes[i]
        if not box.car or box.car.full or "blocked" in box.faults or not run.enabled:
            return
        if not run.law.hears(i):
            return  # lost: its own time-out has stopped it
        run.stops[i] += 1
        now = run.clock.now
        if not box.car.charging or (
            self._on_ms[i] is not None and now - self._on_ms[i] >= _SLOT_MS
        ):
            return  # it made no use of it, or its slot was over
        if any(self._goes_before(other, box) for other in run.below[box.path[-1]]):
            return
        self._short[i] = True
        for c in box.path:
            config = run.circuits[c]
            if config.meter and (not run.law.believes(c) or not run.meters[c].genuine):
                return
            for k in box.used() if box.config.rotation else (0, 1, 2):
                least = 0
                for other in run.below[c]:
                    if other.config.rotation is None or k in other.used():
                        least += self._least_ma(other, before[other.index])
                limit = run.cars_limit_ma(c, k)
                if limit is not None and least > limit:
                    return
                if config.meter and self._held[c]:
                    house = self._held[c][-1][1][k]
                    if least + house > run.law.target_ma(c, k) - self._tolerance_ma(c):
                        return
        self.accuse("R9", f"{box.config.name} was stopped although all minima fitted")

    def _least_ma(self, box, setpoint_ma):
        """The least that the manager may reckon with: a minimum, or what cannot be had back."""
        if not self.run.law.hears(box.index):
            return max(box.potential_ma(), setpoint_ma, box.config.failsafe_ma)
        if box.faults or setpoint_ma == 0:
            return box.potential_ma()
        return box.config.min_ma

    def _goes_before(self, other, box):
        """Whether another waits that has priority."""
        waits = other.car and not other.car.full and self.run.law.decided_ma(other.index) == 0
        return waits and other.config.priority > box.config.priority

    # --- wallboxes

    def sending(self, i, ma):
        """A command leaves for wallbox i."""
        now = self.run.clock.now
        config = self.run.boxes[i].config
        if ma > 0 and not (config.min_ma <= ma <= config.max_ma and ma % config.step_ma == 0):
            right = f"0 or {config.min_ma}..{config.max_ma} by {config.step_ma}"
            self.accuse("R4", f"{config.name} is sent {ma} mA; right: {right}")
        # 0 A keeps no current alive: who hears it stops
        lost = now - self.answered_ms[i] > _LOST_MS
        if lost and ma != 0 and config.dead_man_ms is not None:
            self.accuse("R5", f"{config.name}: lost, but is sent {ma} mA")
        seen = self._seen_ms
        if 0 <= ma < self.run.dispatch.sent_ma[i] and seen is not None and now - seen <= _LATE_MS:
            if seen == self._reacted_ms:
                self.reactions_ms.pop()
            self._reacted_ms = seen
            self.reactions_ms.append(now - seen)


def _most(held, phase, since):
    return max(house[phase] for t, house in held if t >= since)


def _amps(ma):
    return f"{ma / 1000:.2f} A"
