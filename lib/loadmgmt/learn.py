"""Finds out the wiring while cars charge: which phases a wallbox is on, how the meter is clamped.

Each metered circuit listens (learn_meter.py); the evidence of its windows is added up per wallbox,
own phase and phase of the nearest meter that includes it. One movement of a car counts once,
however many windows it takes. A rotation from the settings is only watched: it helps nobody else's
search before the meter has confirmed it.
"""

from array import array

from compat import const

from loadmgmt import event
from loadmgmt.learn_meter import Ear
from loadmgmt.learn_weigh import CAP
from loadmgmt.learn_wiring import LEAD, ROTATIONS, VALUE, judge_wiring
from loadmgmt.point import NOWHERE, order_of
from on_demand import call

_WRONG = const(190)
_TOP = const(400)
_FLOOR = const(-140)
_HALVES = const(60)  # the doubt that is shown, with each so much of the lead
_IN_USE_MA = const(500)
_DRAWS_MA = const(2000)
REFUTED = const(8)  # in `bits`: the settings' rotation was contradicted


class Learner:
    """The module of a site."""

    def __init__(self, site, now_ms: int, uses: bool, probe_ma: int):
        n = len(site.points)
        self.site = site
        self.uses = uses
        self.score = array("h", bytes(18 * n))
        self.said = array("b", bytes(9 * n))  # of that in the present movement
        self.direction = bytearray(n)
        self.kinds = bytearray(n)  # 1, 2: cars on so many phases have charged
        self.can = bytearray(b"\x07" * (3 * n))  # phases where own phase k may be, as bits
        self.bits = bytearray(n)  # own phases that are sure
        self.rotation = bytearray(n)  # learnt: 1..6, 0: not
        self.given = bytearray(n)  # by the settings
        self.home = bytearray(n)  # the circuit whose meter tells
        self.ears = [Ear(circuit) for circuit in site.circuits if circuit.metered]
        for point in site.points:
            i = point.index
            self.given[i] = ROTATIONS.index(point.rotation or "")
            self.home[i] = 255
            for c in reversed(site.circuits[point.circuit].path):
                if site.circuits[c].metered and site.circuits[c].includes:
                    self.home[i] = c
        self.probe = None
        if probe_ma:
            from loadmgmt.probe import Probe  # only where it is allowed

            self.probe = Probe(now_ms, probe_ma)

    def look(self, site, now_ms: int) -> None:
        """The pass: listen to the meters."""
        for ear in self.ears:
            if ear.listen(self, now_ms):
                judge_wiring(self, ear)
        for i in range(len(self.rotation)):
            if self.rotation[i] and self.uses:
                self.apply(i)
        if self.probe is not None:
            self.probe.look(self, site, now_ms)

    # --- the evidence

    def moves(self, i: int, circuit: int, direction: int) -> None:
        """Wallbox i goes up (1) or down (2), or stands still (0): a new movement begins."""
        if direction != self.direction[i] and circuit == self.home[i]:
            self.direction[i] = direction
            for at in range(9 * i, 9 * i + 9):
                self.said[at] = 0

    def add(self, i: int, k: int, gains) -> None:
        """Add the evidence where own phase k of wallbox i is. Of all the windows of one movement
        it is no more than of one: a load that follows its ramp is no new chance each time."""
        score = self.score
        said = self.said
        at = 9 * i + 3 * k
        over = 0
        self.kinds[i] |= (1, 3, 2)[k]
        for p in range(3):
            was = said[at + p]
            said[at + p] = max(-CAP, min(CAP, was + gains[p]))
            value = score[at + p] + said[at + p] - was
            score[at + p] = value
            over = max(over, value - _TOP)
        for p in range(3):
            score[at + p] = max(_FLOOR, score[at + p] - over)
        self._judge(i)

    def best(self, i, k):
        """Where own phase k is best placed, and by how much."""
        score = self.score
        at = 9 * i + 3 * k
        best = 0
        for p in (1, 2):
            if score[at + p] > score[at + best]:
                best = p
        value = score[at + best]
        lead = _TOP - _FLOOR
        for p in range(3):
            if p != best:
                lead = min(lead, value - score[at + p])
        return best, value, lead

    def _judge(self, i):
        order = self._order(i)
        sure = [None] * 3
        for k in range(3):
            at = 9 * i + 3 * k
            best, value, lead = self.best(i, k)
            can = 7
            if value >= VALUE:
                for p in range(3):
                    if value - self.score[at + p] >= LEAD:
                        can &= ~(1 << p)
                if lead >= LEAD and best not in sure:
                    sure[k] = best
            self.can[3 * i + k] = can
            # of a learnt one only what is sure is held against the meter
            if order is not None and (not self.rotation[i] or self.bits[i] >> k & 1):
                was = self.score[at + order[k]]
                if value >= _WRONG <= value - was or (was <= _FLOOR and self.bits[i] >> k & 1):
                    self._forget(i)
                    order = None
        for k in range(3):
            if sure[k] is not None:
                for other in range(3):
                    if other != k and self.can[3 * i + other] != 1 << sure[k]:
                        self.can[3 * i + other] &= ~(1 << sure[k])
        self._conclude(i, sure)

    def _order(self, i):
        """The phases of the rotation that counts or is shown, None: none."""
        number = self.rotation[i]
        if not number and not self.bits[i] & REFUTED:
            number = self.given[i]
        return order_of(ROTATIONS[number] or None)

    def _forget(self, i):
        """What was held for its rotation is contradicted."""
        number = self.rotation[i] or self.given[i]
        self.rotation[i] = 0
        self.bits[i] = REFUTED if self.given[i] else 0
        self.put(i, None)
        self.site.tell(event.UNLEARNT, i, number)

    def _conclude(self, i, sure):
        bits = self.bits[i]
        for k in range(3):
            if sure[k] is not None:
                bits |= 1 << k
        if bits == self.bits[i]:
            return
        was = self._order(i)
        self.bits[i] = bits
        if self.given[i] and not bits & REFUTED:
            return  # it is confirmed
        order = [None] * 3
        for k in range(3):
            if sure[k] is not None:
                order[k] = sure[k]
            elif was is not None and bits >> k & 1:
                order[k] = was[k]
        known = [k for k in range(3) if order[k] is not None]
        if len(known) == 1:  # the others are not known: cyclic
            k = known[0]
            order = [(order[k] + j - k) % 3 for j in range(3)]
        elif len(known) == 2:
            k = 3 - known[0] - known[1]
            order[k] = 3 - order[known[0]] - order[known[1]]
        if sorted(order) != [0, 1, 2]:
            self._forget(i)
            return
        text = "L%d%d%d" % (order[0] + 1, order[1] + 1, order[2] + 1)
        self.rotation[i] = ROTATIONS.index(text)
        if self.uses:
            self.apply(i)
        self.site.tell(event.LEARNT, i, self.shown(i)[1] * 10 + self.rotation[i])

    # --- what comes of it

    def apply(self, i):
        """Its rotation counts as long as what is known of it covers the phases in use."""
        self.put(i, ROTATIONS[self.rotation[i]] if self._fits(i) else None)

    def _fits(self, i) -> bool:
        """True when the own phases that are sure tell where its cars draw."""
        point = self.site.points[i]
        bits = self.bits[i] & 7
        if bits not in (0, 1, 2, 4):
            return True
        used = point.phases_now
        drawn = point.drawn
        if used == 3 and drawn[2] < _IN_USE_MA:
            used = 1 if drawn[1] < _IN_USE_MA else 2
        if used < 3 and drawn[used - 1] > _DRAWS_MA:
            self.kinds[i] |= used
        return bits == (0, 1, 4, 8)[used] and self.kinds[i] in (0, used)

    def put(self, i, rotation):
        point = self.site.points[i]
        if point.rotation != rotation:
            point.rotation = rotation
            point.seat = NOWHERE

    # --- for others

    def shown(self, i: int) -> tuple:
        """(rotation or None, percent 0..99, whether the meter has made that sure)."""
        order = self._order(i)
        bits = self.bits[i] & 7
        lead = 0
        if order is None:
            best, _, lead = self.best(i, 0)
            order = [(best + k) % 3 for k in range(3)] if lead > 0 else None
        elif bits:
            lead = _TOP - _FLOOR
            for k in range(3):
                value = self.score[9 * i + 3 * k + order[k]]
                for p in range(3):
                    if bits >> k & 1 and p != order[k]:
                        lead = min(lead, value - self.score[9 * i + 3 * k + p])
        percent = 99 - (66 >> max(0, lead) // _HALVES)
        text = None if order is None else "L%d%d%d" % tuple([p + 1 for p in order])
        is_sure = bits > 0 and lead > 0 and (not self.rotation[i] or self._fits(i))
        return text, percent, is_sure

    def wiring(self, c: int) -> tuple:
        """What is wrong with each clamp of circuit c, 0: nothing."""
        for ear in self.ears:
            if ear.circuit.index == c:
                return tuple(ear.codes)
        return 0, 0, 0

    def known(self) -> dict:
        """What is to survive a restart: the learnt rotations, by wallbox."""
        return call("loadmgmt", "learn_keep", "known", self)

    def recall(self, i: int, rotation: str) -> None:
        """Put a learnt rotation back. It counts at once, as far as the first phase goes."""
        call("loadmgmt", "learn_keep", "recall", self, i, rotation)

    def take_over(self, was, successors: list, now_ms: int) -> None:
        """New settings: what was found out at the same place stays."""
        call("loadmgmt", "learn_keep", "take_over", self, was, successors)
