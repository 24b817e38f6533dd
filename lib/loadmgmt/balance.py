"""Keeps the phases of a circuit alike (MENNEKES: Current Imbalance Prevention and Limit).

A third block of limits, 6C + 3c + phase, beside the static and the metered ones: what the
unbalanced cars, on one or two phases, may draw there so that no two phases of circuit c differ by
more than its imbalance_ma. A car on three phases adds as much to each: it does not count. At the
meter's place where the circuit has one that is believed, else between the sums of the cars.

Two bounds, each of which suffices for a phase:
- without credit: the unbalanced cars and the house there, above the deepest generation (or 0);
- with credit: above what the lowest of the other phases surely has.
Preventive circuits raise by the first only, measured ones by either. No car is cut that stays
below all other phases. Whatever one pass takes away from the lowest phase, the cars on the others
give back in that same pass: see follow().
"""

from loadmgmt import cut, reason
from loadmgmt.circuit import NONE_MA, Circuit
from loadmgmt.point import NOWHERE
from loadmgmt.uneven import ALL, Rows, future_ma, note, phases_used
from loadmgmt.weigh import FALLBACK, MEASURED, NO_LIMIT, is_stale, newest_sample, sees
from loadmgmt.why import note as tell_why


class Balance:
    """Site.balance, where a circuit has imbalance_ma. Row i is wallbox i's."""

    def __init__(self, site):
        n = len(site.points)
        self.first = 6 * len(site.circuits)
        site.over += [-NONE_MA] * (3 * len(site.circuits))
        site.modules += (self,)
        self.circuits = [c for c in site.circuits if c.imbalance_ma is not None]
        self.held = [Circuit("", None) for _ in self.circuits]  # remember the worst of 60 s
        self.kept = [[0, 0, 0] for _ in self.circuits]  # what a phase keeps though it has no room
        self.now_ms = 0
        self.is_noted = False  # in this pass
        self.at = [()] * n  # grid phases on which it counts, none: balanced
        self.rows = Rows(n)

    def take_over(self, was, successors, now_ms):
        """Go on where the Balance of the old site stands."""
        for i, point in enumerate(successors):
            if point is not None:
                self.rows.used[point.index] = was.rows.used[i]

    def places(self, site, point, counted) -> tuple:
        """In which of these limits a wallbox counts; counted: its grid phases."""
        i = point.index
        used = self.rows.used[i]
        if point.phases_now == 3 and used == ALL:
            at = ()
        elif point.rotation is None:
            at = counted
        else:
            at = tuple([counted[k] for k in range(len(counted)) if used >> k & 1]) or counted
        self.at[i] = at
        found = ()
        for c in site.circuits[point.circuit].path:
            if site.circuits[c].imbalance_ma is not None:
                found += tuple([self.first + 3 * c + k for k in at])
        return found

    def look(self, site, now_ms):
        """The pass begins: which phases the cars use, and their setpoints."""
        self.now_ms = now_ms
        self.is_noted = False
        rows = self.rows
        for p in site.points:
            i = p.index
            used = phases_used(p, rows.used[i])
            if used != rows.used[i] or p.seat is NOWHERE:
                rows.used[i] = used
                site.place(p)
            rows.was[i] = max(0, p.setpoint_ma)

    def _sums(self, site, circuit, future, before, here, strict) -> tuple:
        """By how much each phase exceeds the limit without credit, and what it will have at most
        and what it surely has, both with what the balanced cars draw.

        future: what each will draw at most, None: without the unbalanced cars; before: their
        setpoints, None: those of now; here: what of each the meter's value holds. strict: count
        on no load of the others that may have gone or is being taken away.
        """
        rows = self.rows
        is_measured = site.dynamic[circuit.index] == MEASURED
        seen = sees(site, circuit.index)
        meter = circuit.meter_ma if is_measured else (0, 0, 0)
        top = list(meter)
        sure = list(meter)
        house = list(meter)
        # without generation what looks like it is a ramp, unless it is there in any case
        deep = strict and is_measured and circuit.trust.follower is not None
        even = 0
        for p in circuit.points:
            i = p.index
            at = self.at[i]
            there = rows.high[i] if deep else rows.low[i]
            if not at:
                if seen:
                    even += here[i]
                    for k in range(3):
                        house[k] -= there
                continue
            rise = 0 if future is None else future[i]
            setpoint = max(0, p.setpoint_ma) if before is None else before[i]
            is_placed = p.rotation is not None
            drop = 0
            if seen:
                rise -= here[i]
                if rise < 0 and not is_placed and future is not None:
                    rise = 0  # that is credited on no phase
                if strict:  # nothing new relies on one whose phase is not known, or that is lost
                    is_sure = future or (is_placed and p.heard)
                    drop = max(0, rows.most[i] - (setpoint if is_sure else 0))
                if not (is_placed or deep):
                    there = 0
            else:
                there = 0
                if is_placed and p.heard:
                    drop = -min(rows.low[i], setpoint)
            for k in at:
                top[k] += rise
                sure[k] -= drop
                house[k] -= there
        even += min(0, min(house)) + circuit.imbalance_ma
        return [mA - even for mA in top], top, sure

    def weigh(self, site, now_ms):
        """By how much each of the limits is exceeded: for cuts, with what excuses the cars."""
        newest = newest_sample(site)
        future = [future_ma(p, now_ms) for p in site.points]
        if not self.is_noted:
            self.is_noted = True
            for p in site.points:
                note(self.rows, p, self.at[p.index], newest, future[p.index])
        for circuit in self.circuits:
            at = self.first + 3 * circuit.index
            mode = site.dynamic[circuit.index]
            if (mode == MEASURED and is_stale(circuit, newest)) or (
                mode == NO_LIMIT and circuit.metered
            ):
                for k in range(3):
                    site.over[at + k] = -NONE_MA
                continue
            bare, top, sure = self._sums(site, circuit, future, None, self.rows.high, False)
            over = _over(top, sure, circuit.imbalance_ma)
            if circuit.is_preventive or mode == FALLBACK:
                # without credit, but not below the lowest of the others
                limit = circuit.imbalance_ma
                over = [max(b, min(a, b + limit)) for a, b in zip(bare, over)]
            for k in range(3):
                site.over[at + k] = over[k]

    def capacity(self, site, total, after_stop):
        """What the unbalanced cars on each phase may have together, for raises; how much less
        after a stop."""
        n = 3 * len(site.circuits)
        total += [NONE_MA] * n
        after_stop += [0] * n
        for circuit, held, kept in zip(self.circuits, self.held, self.kept):
            mode = site.dynamic[circuit.index]
            at = self.first + 3 * circuit.index
            if mode == NO_LIMIT and circuit.metered:
                total[at] = total[at + 1] = total[at + 2] = 0
                continue
            lends = mode != FALLBACK and not circuit.is_preventive
            rows = self.rows
            bare, top, sure = self._sums(site, circuit, None, None, rows.low, True)
            over = _over(top, sure, circuit.imbalance_ma)
            least, top, sure = self._sums(site, circuit, None, None, rows.peak, True)
            short = _over(top, sure, circuit.imbalance_ma)
            grain = 2 * circuit.trust.grain_ma if mode == MEASURED else 0
            for k in range(3):
                held.house_hi[k] = min(bare[k], over[k]) if lends else bare[k]
                held.house_lo[k] = min(least[k], short[k]) if lends else least[k]
            if mode == FALLBACK:
                held.forget_house(self.now_ms)
            else:
                held.remember_house(self.now_ms)
            for k in range(3):
                free = -held.held_house_ma(k, False)
                later = -held.held_house_ma(k, True)
                if mode != MEASURED:  # what needs no credit needs not have held
                    free = max(free, -bare[k])
                    later = max(later, -bare[k])
                has = 0
                for p in circuit.points:
                    if k in self.at[p.index] and p.setpoint_ma > 0:
                        has += p.may_ma
                # what the cars have there is not cut for what was or may be
                now = -min(bare[k], over[k] if lends else over[k] + circuit.imbalance_ma)
                has = min(max(has, kept[k]), now)
                free -= grain
                kept[k] = has if has > free else 0
                total[at + k] = max(free, has)
                after_stop[at + k] = max(0, total[at + k] - later + grain)

    def follow(self, site, now_ms):
        """Something was lowered in this pass. Where that takes away what the cars on the other
        phases rely on, they come down, too, by what the pass itself has added and no more: what
        the house has added is cut by the first look."""
        rows = self.rows
        over = site.over
        kept = over[:]
        while True:
            worst = 0
            for j in range(len(over)):
                over[j] = -NONE_MA
            will = [future_ma(p, now_ms) for p in site.points]
            for circuit in self.circuits:
                if site.dynamic[circuit.index] == NO_LIMIT and circuit.metered:
                    continue
                _, top, sure = self._sums(site, circuit, rows.will, rows.was, rows.low, True)
                bare, now, left = self._sums(site, circuit, will, None, rows.low, True)
                for k in range(3):
                    more = 0
                    for j, third in ((k - 1, k - 2), (k - 2, k - 1)):
                        if left[j] < now[third]:  # else the third one is the lowest
                            before_ma = max(circuit.imbalance_ma, top[k] - sure[j])
                            more = max(more, now[k] - left[j] - before_ma)
                    if more > 0 and bare[k] > 0:
                        if self._undo(site, circuit, k, now_ms):
                            worst = -1
                            break
                        over[self.first + 3 * circuit.index + k] = more
                        worst = max(worst, more)
                if worst < 0:
                    break
            if worst < 0:
                continue
            if worst == 0 or not cut.against_limits(site, now_ms, False):
                break
        over[:] = kept

    def _undo(self, site, circuit, phase, now_ms):
        """Take back what was raised on a phase in this pass: a raise is not to rely on a cut that
        nobody has confirmed (R1). True: there was something."""
        found = False
        for p in circuit.points:
            was = self.rows.was[p.index]
            if phase in self.at[p.index] and p.setpoint_ma > was:
                site.change(p, was, now_ms)
                tell_why(site, p, reason.SETTLING, -1, 0)
                found = True
        return found


def _over(top, sure, limit):
    """By how much each phase exceeds the lowest of the others and the limit."""
    a, b, c = sure
    return [top[0] - min(b, c) - limit, top[1] - min(a, c) - limit, top[2] - min(a, b) - limit]
