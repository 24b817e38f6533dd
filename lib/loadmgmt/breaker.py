"""What a breaker or fuse carries for a while, so that a short overload need not stop a car.

A thermal budget (thermal.py) for each phase of a metered circuit with a `breaker`.

Cars are cut to their minimum at once all the same. Only who would be stopped goes on, as long as
half of the budget lasts until a stop that is decided a sample later has been followed. All current
counts, whoever draws it; a gap between samples counts with the higher of both.
"""

from array import array

from compat import const, ticks_diff

from loadmgmt import event
from loadmgmt.circuit import NONE_MA
from loadmgmt.envelope import JUMP_MS, allowed_ma, is_regular, new_cycle, watch
from loadmgmt.point import SETTLE_MS, most_ma
from loadmgmt.shrink import SLOT_MS
from loadmgmt.thermal import HALF, bearable, heated, kind_of, rate
from loadmgmt.weigh import MEASURED

_WARM = const(200000)  # of the budget: from there on raises wait for the long hold
_FOLD_MS = const(60000)
_TELL_MS = const(10000)
_LATE_MS = const(2000)  # a sample of one of several meters
_MOST_TIMES = const(3000)


class Breaker:
    """The budgets; index 3 * circuit + phase."""

    def __init__(self, site, now_ms):
        n = len(site.circuits)
        self.circuits = [one for one in site.circuits if one.breaker and one.metered]
        # what was before the start is not known: nothing is left at first
        self.heat = array("i", [HALF] * (3 * n))
        self.times = array("i", bytes(12 * n))  # of the rating, of the last sample, thousandths
        self.seen = [0] * n  # samples
        self.seen_ms = [now_ms] * n
        self.carried_ms = [None] * (3 * n)
        self.told_ms = [None] * (3 * n)
        self.peak = array("i", bytes(12 * n))  # of the house, since something was carried
        self.cycles = [None] * (3 * n)
        for circuit in self.circuits:
            for k in range(3):
                self.cycles[3 * circuit.index + k] = new_cycle()

    def look(self, site, now_ms):
        """Let new samples heat the fuses, from the sample before on."""
        for circuit in self.circuits:
            c = circuit.index
            passed_ms = ticks_diff(now_ms, self.seen_ms[c])
            if circuit.samples == self.seen[c] and passed_ms < _FOLD_MS:
                if site.meters > 1 and passed_ms > circuit.update_ms + _LATE_MS:
                    if self._carries(c) and circuit.believed():
                        circuit.fresh = True  # the others' values must not make it go on unseen
                continue
            self.seen[c] = circuit.samples
            self.seen_ms[c] = now_ms
            # between two samples it changed at any moment
            half_ms = (passed_ms + 1) // 2
            is_gap = passed_ms > 2 * circuit.update_ms
            current = circuit.meter_ma
            if not circuit.includes:
                current = _with_cars(circuit, 3 * (len(site.circuits) + c))
            kind = kind_of(circuit)
            for k in range(3):
                times = max(0, current[k]) * 100 // max(1, circuit.main_ma[k] // 10) + 1
                times = min(times, _MOST_TIMES)
                at = 3 * c + k
                was = self.times[at]
                heat = heated(self.heat[at], max(was, times) if is_gap else was, half_ms, kind)
                self.heat[at] = heated(heat, max(was, times) if is_gap else times, half_ms, kind)
                self.times[at] = times

    def carried_ma(self, site, limit, is_fuse, now_ms):
        """How much more than a limit may stay for now instead of a stop: beside the target the
        rest up to the fuse itself, which uses up nothing, and what the budget carries above it."""
        n = 3 * len(site.circuits)
        at = limit - n
        if not 0 <= at < n:
            return 0
        circuit = site.circuits[at // 3]
        if not circuit.breaker or not circuit.believed():
            return 0
        main = circuit.main_ma[at % 3]
        kind = kind_of(circuit)
        times = self.times[at]
        gone_ms = ticks_diff(now_ms, self.seen_ms[at // 3])
        left = HALF - heated(self.heat[at], times, gone_ms, kind)
        late_ms = _LATE_MS if site.meters > 1 else 0  # one alone is looked at in every pass
        next_ms = max(0, circuit.update_ms + late_ms - gone_ms)  # then it is decided again
        most = bearable(left, SETTLE_MS + next_ms, kind)
        if times > most:  # until the cars have followed their cuts more flows, whoever is stopped
            left -= rate(times, kind) // 10 * (next_ms // 100)
            most = bearable(left, SETTLE_MS + next_ms, kind)
        if most > 1000 and times > 1001:
            self.carried_ms[at] = now_ms
            told_ms = self.told_ms[at]
            if told_ms is None or not 0 <= ticks_diff(now_ms, told_ms) < _TELL_MS:
                self.told_ms[at] = now_ms
                site.tell(event.CARRIED, at, main * (times - 1000) // 1000)
        carried = main // 10 * (most - 1000) // 100
        return carried if is_fuse else carried + max(0, main - circuit.target_ma[at % 3])

    def _carries(self, c):
        """True when something has been carried since the last sample of circuit c."""
        for told_ms in self.carried_ms[3 * c : 3 * c + 3]:
            if told_ms is not None and ticks_diff(told_ms, self.seen_ms[c]) >= 0:
                return True
        return False

    def capacity(self, site, total, after_stop):
        """Below loads that cycle regularly what the fuse bears of them for ever; else, while the
        fuse is warm, every raise waits for the long hold."""
        n = 3 * len(site.circuits)
        for circuit in self.circuits:
            c = circuit.index
            if site.dynamic[c] != MEASURED:
                continue
            for k in range(3):
                least = circuit.house_lo[k]
                at = 3 * c + k
                j = n + at
                if least == NONE_MA or total[j] <= NONE_MA // -2:
                    continue
                cycle = self.cycles[at]
                watch(cycle, least, circuit.house_hi[k], circuit.sample_ms)
                held = total[j] - after_stop[j]
                kind = kind_of(circuit)
                if is_regular(cycle, circuit):
                    least = _least_ma(circuit, j)
                    on, jump = allowed_ma(cycle, circuit, k, least, kind)
                    total[j] = min(total[j], jump)
                    after_stop[j] = total[j] - min(total[j], max(held, on))
                elif held <= NONE_MA // -2:
                    continue  # it has not been seen for that long
                elif self.heat[at] > _WARM:
                    total[j] = held
                    after_stop[j] = 0
                elif self.carried_ms[at] is not None:
                    # the same may come again: until then nobody takes so much that it costs more
                    # than a quarter of the budget until all are down again
                    if least > self.peak[at]:
                        self.peak[at] = least
                    jump = circuit.main_ma[k] // 10 * bearable(HALF // 2, JUMP_MS, kind) // 100
                    total[j] = min(total[j], jump - self.peak[at])
                    after_stop[j] = max(0, total[j] - held)
                    if ticks_diff(circuit.sample_ms, self.carried_ms[at]) > SLOT_MS:
                        self.carried_ms[at] = None
                        self.peak[at] = 0

    def take_over(self, was, successors, now_ms):
        """New settings: a circuit of the same name has the same fuse."""
        for old in was.circuits:
            for circuit in self.circuits:
                if circuit.name == old.name:
                    gone_ms = ticks_diff(now_ms, was.seen_ms[old.index])
                    for k in range(3):
                        at = 3 * old.index + k
                        heat = heated(was.heat[at], was.times[at], gone_ms, kind_of(old))
                        self.heat[3 * circuit.index + k] = heat


def _with_cars(circuit, first):
    """What flows where the meter excludes the wallboxes: limits from `first` on are its phases."""
    current = circuit.meter_ma[:]
    for p in circuit.points:
        drawn = most_ma(p) if p.heard and p.measures else p.may_ma
        for j in p.seat.places:
            if first <= j < first + 3:
                current[j - first] += drawn
    return current


def _least_ma(circuit, limit):
    """The minima of those who charge below it, on a phase."""
    return sum([p.min_ma for p in circuit.points if p.setpoint_ma > 0 and limit in p.seat.places])
