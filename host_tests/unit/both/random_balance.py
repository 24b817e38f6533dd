"""Random sites whose circuits keep their phases alike, judged by what physically may flow.

B1  No pass makes two phases differ by more than the limit: with what every car may draw on the one
    and what flows, and is not taken away, on the other. What the house or a car of its own accord
    adds is not held against the controller; what it adds itself is.
B2  A raise fits although everybody draws all that it still may; in preventive mode it fits even
    if all else on the other phases goes and only the generation stays.
B3  No car on three phases has its setpoint lowered, or waits, for the sake of balance.
B4  Nor is one lowered that is on no phase but the lowest, with all that the cars there may draw.
"""

from random_judge import Broken, potential_ma
from random_plan import chance
from random_site import RandomSite

from loadmgmt import options, reason
from loadmgmt.point import UNDECIDED, tolerance_ma
from loadmgmt.trust import GOOD, STARTING


def add_limits(made, dice):
    """Let some circuits of a plan, at least one, keep their phases alike."""
    circuits = made["circuits"]
    for circuit in circuits:
        circuit["imbalance_ma"] = None
    for circuit in circuits[: 1 + dice.number(0, 2)] if chance(dice, 70) else circuits[-1:]:
        circuit["imbalance_ma"] = dice.pick((20000, 20000, 10000, 6000, 32000, 1000))
        circuit["is_preventive"] = chance(dice, 50)
    if chance(dice, 60):  # else hardly ever two of them are on the same phase
        for box in made["boxes"]:
            if box["phases"] == 3 and chance(dice, 50):
                box["phases"] = 1
    return made


FEW_MA = 1500  # noise and grain of a meter
PAIRS = ((0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1))


class BalancedSite(RandomSite):
    def start(self):
        RandomSite.start(self)
        for c, made in enumerate(self.plan["circuits"]):
            circuit = self.circuit(c)
            circuit.imbalance_ma = made["imbalance_ma"]
            circuit.is_preventive = made.get("is_preventive", False)
        options.attach(self.site, {}, self.now)


def truth(box):
    """The grid phases on which its car makes the phases differ, () for none."""
    wiring = box.wiring
    if box.car and (box.drawn_ma() or box.told_drawn_ma) and box.told_cars == box.cars:
        wiring = wiring[: box.car.phases]
    return wiring if len(wiring) < 3 else ()


def shows(box):
    """True when its wallbox has told on which phases its car draws."""
    return box.made["measures"] and box.told_drawn_ma >= 4000 and box.told_cars == box.cars


def leaves(box):
    return not (2 <= box.point.car <= 4 and box.point.supported_ma >= box.point.min_ma)


class BalanceJudge:
    def __init__(self, site):
        self.site = site
        self.raises = self.cuts = self.limited = self.sums = 0
        self.shown = [()] * len(site.boxes)
        site.judges.append(self)

    def fail(self, rule, *what):
        raise Broken(rule, self.site.now_ms, what)

    def before(self, s):
        self.may = [potential_ma(box) for box in s.boxes]

    def after(self, s, before):
        after = [box.point.setpoint_ma for box in s.boxes]
        self.at = [truth(box) for box in s.boxes]
        known = [at == was for at, was in zip(self.at, self.shown)]
        self.shown = self.at
        for c, made in enumerate(s.plan["circuits"]):
            if made["imbalance_ma"] is None:
                continue
            state = s.circuit(c).trust.state if made["main_ma"] else None
            if state == STARTING:
                continue
            self.check(s, c, made, state, before, after, known)
        for i, box in enumerate(s.boxes):
            self.check_never_cut(s, box, before[i], after[i])

    def house(self, s, c, made, state):
        """Per phase as last measured; and what may be missing in it, mA."""
        if state != GOOD:
            return [0, 0, 0], [0, 0, 0]
        return s.measured[c], s.unseen[c]

    def of(self, s, c):
        return [i for i, box in enumerate(s.boxes) if c in s.path[box.made["circuit"]]]

    def check(self, s, c, made, state, before, after, known):
        house, unseen = self.house(s, c, made, state)
        if state == GOOD and not made["generation"] and min(house) < -FEW_MA:
            return  # generation that nobody told of, or a meter that lies
        sees = state == GOOD and made["includes"]
        limit = made["imbalance_ma"]
        of = self.of(s, c)
        rows = []  # phases, was to draw, is to, may, flowed for sure, flows, not in our hands
        raised = []
        unsure = 0
        for i in of:
            box = s.boxes[i]
            at = self.at[i]
            drawn = box.drawn_ma()
            old = max(before[i], 0)
            new = max(after[i], 0)
            if len(at) < box.made["phases"] and not shows(box):
                # nobody knows that it uses few phases; where a meter sees it, it is house load
                if sees:
                    unsure += min(box.point.estimate)
                    rows.append((at, drawn, drawn, drawn, drawn, drawn, drawn))
                    if s.now_ms - box.steady_ms < 2 * made["period_ms"]:
                        unsure += drawn
                continue
            may = max(self.may[i], new)
            own = 0
            if not box.point.heard or drawn > old + tolerance_ma(old):
                new = old = own = max(drawn, new, old)
                unsure += own  # for one that may still follow nobody is stopped
            if not box.made["measures"] and sees and drawn:
                unsure += abs(max(box.point.estimate) - drawn)
            flows = 0 if leaves(box) else drawn
            rows.append((at, old, new, may, min(flows, old), min(flows, new), own))
            if after[i] > before[i] != UNDECIDED:
                raised += at

        def apart(k, j, high, low):
            """By how much phase k is above phase j."""
            sums = house[k] - house[j]
            for row in rows:
                if k in row[0] and j not in row[0]:
                    sums += row[high]
                if j in row[0] and k not in row[0]:
                    sums -= row[low]
            return sums - limit

        grace = max(unseen) + min(unseen) + unsure
        if min([known[i] for i in of] or [True]):
            over = max([apart(k, j, 2, 5) for k, j in PAIRS])
            was = max([apart(k, j, 1, 4) for k, j in PAIRS])
            own = max([apart(k, j, 6, 6) for k, j in PAIRS])  # nobody could come down
            if over > max(0, was, own) + grace:
                self.fail("B1", c, over, was, own, made)
        for k in sorted(set(raised)):
            self.raises += 1
            others = [j for j in range(3) if j != k]
            over = max([apart(k, j, 3, 5) for j in others])
            if over > grace:
                self.fail("B2", c, k, over, made)
            if made["is_preventive"] and over + limit > grace:  # else it is the lowest
                bare = house[k] + sum([row[3] for row in rows if k in row[0]]) - limit
                if state == GOOD and made["generation"]:
                    bare -= min(0, min(house))
                if bare > grace:
                    self.fail("B2 preventive", c, k, bare, house, made)
        for i in of:
            box = s.boxes[i]
            if (
                0 <= after[i] < before[i]
                and box.point.reason == reason.IMBALANCE
                and box.point.reason_at // 3 == s.place[c]
                and len(self.at[i]) == 1
                and box.made["known"]
                and not leaves(box)
            ):
                self.cuts += 1
                k = self.at[i][0]
                others = False  # may be on this phase, or share it
                for j in of:
                    other = s.boxes[j]
                    joins = other.point.reason == reason.SETTLING
                    if other.point.rotation is None and (joins or other.point.may_ma > 0):
                        others = True
                    # it joins, or has not let go of what it had
                    joins = joins or other.point.may_ma > max(0, other.point.setpoint_ma)
                    if k in self.at[j] and j != i and joins:
                        others = True
                    if other.made["late"] and s.now_ms - other.steady_ms <= 1000:
                        others = True  # what it tells is older than the meter's value
                over = max([apart(k, j, 1, 4) for j in range(3) if j != k]) + limit
                if over <= -grace and not others:
                    self.fail("B4", c, k, box.name, before[i], after[i], over)

    def check_never_cut(self, s, box, old, new):
        point = box.point
        if point.reason != reason.IMBALANCE:
            return
        self.limited += 1
        if shows(box) and box.car.phases == len(box.wiring) == 3 and 0 <= new < old:
            self.fail("B3", box.name, old, new)
