"""Finds out the wiring while cars charge: which phases a wallbox is on, how the meter is clamped.

Each metered circuit listens (learn_meter.py). What its windows say adds up here, per wallbox, own
phase and phase of the nearest meter that includes it, as logarithms of likelihoods in 1/32 (a nat
is 32). An own phase is sure when its place leads both others by 9.5 nats, more than any single
movement can say. A rotation from the settings begins with a lead and is watched like all others.
"""

from array import array

from compat import const

from loadmgmt import event
from loadmgmt.learn_meter import Ear
from loadmgmt.learn_wiring import judge_wiring
from loadmgmt.point import CHARGING, NO_CAR, NOWHERE, TOP, order_of
from on_demand import call

SURE = const(304)  # lead over the second best
_TOLD = const(96)  # by one window: many that say little, all alike, are no proof
_DOUBT = const(96)  # a sure one with less is unknown again
_WRONG = const(200)  # by which a place refutes that of the settings
_GIVEN = const(128)  # the lead that the settings begin with
_MOST = const(448)  # no lead grows beyond that: a contradiction must win within some movements
_MOVEMENT = const(128)  # for or against a place, in one movement: a load may follow its whole ramp
_DRAWS_MA = const(700)
_IN_USE_MA = const(500)
_LEFT = const(4)  # in `kind`: that car has gone
REFUTED = const(8)  # in `bits`: what the settings say was contradicted

ROTATIONS = ("", "L123", "L132", "L231", "L213", "L321", "L312")  # as WARP numbers them


class Learner:
    """The module of a site. Row i of each array is wallbox i's."""

    def __init__(self, site, now_ms: int, uses: bool, probe_ma: int):
        n = len(site.points)
        self.site = site
        self.uses = uses
        self.score = array("h", bytes(18 * n))  # 3 * own phase + phase of the meter
        self.said = array("h", bytes(18 * n))  # of that in the present movement
        self.clear = bytearray(3 * n)  # per own phase: 1 + the place that one window told clearly
        self.direction = bytearray(n)
        self.kind = bytearray(n)  # on how many phases its car draws, 1 or 2, and _LEFT
        self.bits = bytearray(n)  # own phases that are sure, and REFUTED
        self.held = bytearray(n)  # the learnt rotation, 0: none
        self.given = bytearray(n)  # the one in the settings
        self.home = bytearray(n)  # the circuit whose meter tells
        self.ears = [Ear(circuit) for circuit in site.circuits if circuit.metered]
        for point in site.points:
            i = point.index
            self.given[i] = ROTATIONS.index(point.rotation or "")
            if self.given[i]:
                order = order_of(point.rotation)
                for k in range(3):
                    self.score[9 * i + 3 * k + order[k]] = _GIVEN
            self.home[i] = 255
            for c in reversed(site.circuits[point.circuit].path):
                if site.circuits[c].metered and site.circuits[c].includes:
                    self.home[i] = c
        self.probe = None
        if probe_ma and site.balance is None:  # else the others would rely on what is taken away
            from loadmgmt.probe import Probe  # only where it is allowed

            self.probe = Probe(now_ms, probe_ma, n)

    def look(self, site, now_ms: int) -> None:
        """The pass: listen to the meters, and use what is known."""
        for ear in self.ears:
            if ear.listen(self, now_ms):
                judge_wiring(self, ear)
        kind = self.kind
        for p in site.points:
            i = p.index
            if p.car == NO_CAR:
                kind[i] |= _LEFT
            elif kind[i] & _LEFT:
                kind[i] = 0  # another car: on how many phases is to be seen
                if self.probe:
                    self.probe.tries[i] = 0
            if p.car == CHARGING or self.held[i]:
                self.apply(i)
        if self.probe:
            self.probe.look(self, site, now_ms)

    # --- the evidence

    def belief(self, i: int, k: int) -> list:
        """How likely own phase k of wallbox i is on each phase, in 64ths. What is not sure counts
        as half as certain as it looks: two cars that move together must not assure each other."""
        score = self.score
        at = 9 * i + 3 * k
        most = max(score[at], score[at + 1], score[at + 2])
        halves = 22  # exp(-22 / 32) is a half
        if self.lead(i, k)[1] < SURE:
            halves = 130 if self.given[i] else 44  # settings that may be wrong hardly count
        parts = [4096 >> min(12, (most - score[at + p]) // halves) for p in range(3)]
        total = parts[0] + parts[1] + parts[2]
        return [(part * 64 + total // 2) // total for part in parts]

    def moves(self, i: int, direction: int) -> None:
        """Wallbox i goes up (1) or down (2), or stands still (0): a new movement begins."""
        if direction != self.direction[i]:
            self.direction[i] = direction
            for at in range(9 * i, 9 * i + 9):
                self.said[at] = 0

    def add(self, i: int, k: int, gains: list, doubt: int) -> None:
        """Add a window's evidence where own phase k of wallbox i is; doubt: it has been divided
        by that."""
        score = self.score
        said = self.said
        at = 9 * i + 3 * k
        for p in range(3):
            was = said[at + p]
            said[at + p] = now = max(-_MOVEMENT, min(_MOVEMENT, was + gains[p]))
            score[at + p] += now - was
            if gains[p] * doubt >= _TOLD:
                self.clear[3 * i + k] = 1 + p
        most = max(score[at], score[at + 1], score[at + 2])
        for p in range(3):
            score[at + p] = max(-_MOST, score[at + p] - most)
        self._judge(i)

    def lead(self, i: int, k: int) -> tuple:
        """(best place of own phase k of wallbox i, its lead over the second best)."""
        score = self.score
        at = 9 * i + 3 * k
        best = 0
        for p in (1, 2):
            if score[at + p] > score[at + best]:
                best = p
        lead = 2 * _MOST
        for p in range(3):
            if p != best:
                lead = min(lead, score[at + best] - score[at + p])
        return best, lead

    def _judge(self, i):
        """Draw the conclusions for wallbox i."""
        bits = self.bits[i]
        places = [-1] * 3
        is_contradicted = False
        order = order_of(self.setting(i))
        counts = order_of(ROTATIONS[self.held[i]] or None)
        for k in range(3):
            best, lead = self.lead(i, k)
            if order and not bits & REFUTED and best != order[k] and lead >= _WRONG:
                is_contradicted = True
                bits |= REFUTED
            if bits >> k & 1 and (lead < _DOUBT or (counts and best != counts[k])):
                bits &= ~(1 << k)
                is_contradicted = True
            if lead >= SURE and self.clear[3 * i + k] == best + 1:
                bits |= 1 << k
            if bits >> k & 1:
                places[k] = best
        for k in range(3):  # no two of its phases are on one
            if places[k] >= 0 and places[k] in places[:k]:
                bits &= REFUTED
                is_contradicted |= self.held[i] > 0
        was = self.held[i]
        self.bits[i] = bits
        if order and not bits & REFUTED:
            return  # the settings hold, confirmed or not
        self.held[i] = ROTATIONS.index(rotation_of(places)) if bits & 7 else 0
        if is_contradicted:
            self.site.tell(event.UNLEARNT, i, was or self.given[i])
        if self.held[i] and (is_contradicted or self.held[i] != was):
            self.site.tell(event.LEARNT, i, self.shown(i)[1] * 10 + self.held[i])
        self.apply(i)

    def setting(self, i: int):
        """The rotation in the settings, None: none."""
        return ROTATIONS[self.given[i]] or None

    # --- what comes of it

    def apply(self, i: int) -> None:
        """Let what is known count, as far as it tells of the phases that its car uses now."""
        point = self.site.points[i]
        used = point.phases_now
        if point.measures and point.drawn[TOP] > _DRAWS_MA:
            drawn = point.drawn
            used = 3 if drawn[2] > _IN_USE_MA else 2 if drawn[1] > _IN_USE_MA else 1
        if used < 3 and point.car == CHARGING:
            self.kind[i] = used
        if self.given[i] and not self.bits[i] & REFUTED:
            return
        rotation = ROTATIONS[self.held[i]] if self.uses and self._covers(i, used) else None
        if rotation != point.rotation:
            point.rotation = rotation or None
            point.seat = NOWHERE

    def _covers(self, i, used):
        """True when the own phases that are sure tell where a car on `used` phases draws: two
        tell all; a single-phase car is on the first, one with two phases leaves the third."""
        bits = self.bits[i] & 7
        return bits not in (0, 1, 2, 4) or bits == (8, 1, 4, 8)[used & 3]

    def shown(self, i: int) -> tuple:
        """(rotation or None, percent 0..99, whether the meter has made that sure)."""
        bits = self.bits[i]
        number = self.held[i]
        if self.given[i] and not bits & REFUTED:
            number = self.given[i]
        lead = 0
        for k in range(3):
            place, by = self.lead(i, k)
            if (bits >> k & 1 and (by < lead or not lead)) or (not bits & 7 and by > lead):
                lead = by
                if not number:
                    places = [-1] * 3
                    places[k] = place
                    number = -ROTATIONS.index(rotation_of(places))
        percent = 99 - (66 >> min(8, lead // 30))
        is_sure = number > 0 and self._covers(i, self.kind[i])
        return ROTATIONS[abs(number)] or None, percent, is_sure

    def wiring(self, c: int) -> tuple:
        """What is wrong with each clamp of circuit c, 0: nothing; see learn_wiring.py."""
        for ear in self.ears:
            if ear.circuit.index == c:
                return tuple(ear.codes)
        return 0, 0, 0

    def known(self) -> dict:
        """What is to survive a restart: the learnt rotations, by wallbox."""
        return call("loadmgmt", "learn_keep", "known", self)

    def recall(self, i: int, rotation: str) -> None:
        """Put a learnt rotation back: it counts at once, and is watched."""
        call("loadmgmt", "learn_keep", "recall", self, i, rotation)

    def take_over(self, was, successors: list, now_ms: int) -> None:
        """New settings: what was found out at the same place stays."""
        call("loadmgmt", "learn_keep", "take_over", self, was, successors)


def rotation_of(places: list) -> str:
    """The rotation with these grid phases, -1: not known. Of one alone the usual, cyclic one."""
    order = places[:]
    known = [k for k in range(3) if order[k] >= 0]
    if len(known) == 1:
        k = known[0]
        order = [(order[k] + j - k) % 3 for j in range(3)]
    elif len(known) == 2:
        k = 3 - known[0] - known[1]
        order[k] = 3 - order[known[0]] - order[known[1]]
    return "L%d%d%d" % tuple([p + 1 for p in order])
