"""The judge of random sites: rules R1, R2, R4, R5 and R9 by what physically may flow.

R1  A command never makes the sum of what all wallboxes may draw, with the house as last measured,
    exceed a limit. May draw: the largest of what the wallbox applies, what is on its way to it and
    what its car draws. What a wallbox does of its own accord counts from its next answer on.
R2  When all is steady, setpoints and house stay within every limit after each pass on a believed
    sample, unless nobody is left to be cut. A static limit is kept in every pass.
R4  0, or from the minimum to the maximum, in the wallbox's steps.
R5  A silent wallbox is sent nothing until its own time-out is over.
R9  Nobody is stopped while all minima fit.
"""

from compat import ticks_diff
from loadmgmt import event
from loadmgmt.point import GIVEN_UP, tolerance_ma
from loadmgmt.trust import GOOD, STARTING

FAR = 1 << 30
FOLLOWED_MS = 6000
STEADY_MS = 20000  # longer than the slowest wallbox and car
GRACE_MS = 2000  # R5
SLOT_MS = 900000  # R9
IDLE_MS = 120000  # an offer that no car takes may end sooner


class Broken(Exception):
    """A rule does not hold: (rule, time in ms, what)."""


def potential_ma(box):
    """What a wallbox may draw, as far as the controller can know."""
    coming = -1 if box.coming is None else box.coming
    flows = box.applied_ma
    if box.point.lost == GIVEN_UP and "lies" in box.faults:
        return max(coming, flows)  # nobody can know of that
    if box.drawn_ma() > flows + tolerance_ma(flows) and not box.alone:  # else: as if it obeys
        flows = box.drawn_ma()
    if box.own:
        flows = min(flows, box.told_ma)
    if box.wanted_ma != box.applied_ma:  # it holds its PWM
        flows = max(flows, box.wanted_ma)
    return max(coming, flows)


def phases_of(box):
    """The grid phases on which it may draw: those of the wallbox until a car has shown its own."""
    if box.drawn_ma() or (box.told_drawn_ma and box.told_cars == box.cars and box.car):
        return box.wiring[: box.car.phases]
    return box.wiring


class Judge:
    def __init__(self, random_site):
        self.site = random_site
        self.brain = None
        self.held = []
        n = len(random_site.boxes)
        self.stopped_ms = [-SLOT_MS] * n
        self.on_ms = [0] * n  # since when it has current
        self.fell = [False] * n  # it went on by itself after its stop: failsafe, boot
        self.drew = [0] * n  # what each drew lately, and when that changed
        self.drew_ms = [0] * n
        self.sent_ms = [0] * n
        self.sample_ms = 0  # of the newest value of a meter
        self.moved_ms = 0  # when a setpoint last changed
        self.raises = self.cuts = self.stops = 0  # what there was to judge
        random_site.judges.append(self)

    def fail(self, rule, *what):
        raise Broken(rule, self.site.now_ms, what)

    def before(self, s):
        self.told = len(s.told)
        if s.site is not self.brain:  # a controller that was restarted remembers nothing
            self.brain = s.site
            self.stopped_ms = [-SLOT_MS] * len(s.boxes)
        self.most = [potential_ma(box) for box in s.boxes]

    def room_ma(self, c):
        """[(what, limits)] of circuit c; the house is taken off."""
        s = self.site
        made = s.plan["circuits"][c]
        found = []
        limit = list(s.limits[c]) or None
        if made["parent"] is None and s.available_ma is not None:
            limit = [min(mA, s.available_ma) for mA in limit or [FAR] * 3]
        if limit:
            found.append(("static", limit))
        if made["main_ma"]:
            target = [target_ma(made, mA) for mA in made["main_ma"]]
            state = s.circuit(c).trust.state
            if state == GOOD:
                house = s.measured[c]
                found.append(("metered", [target[k] - house[k] for k in range(3)]))
            elif state == STARTING:
                found.append(("starting", [0, 0, 0]))
            else:
                allowed = [max(0, mA - made["fallback_ma"]) for mA in target]
                if made["offline_ma"] is not None:
                    allowed = [min(mA, made["offline_ma"]) for mA in allowed]
                found.append(("fallback", allowed))
        return found

    def after(self, s, before):
        most = self.most
        sums = None
        for i, box in enumerate(s.boxes):
            point = box.point
            self.fell[i] = self.fell[i] or point.lost
            if abs(box.drawn_ma() - self.drew[i]) > 500 or not point.heard:
                self.drew[i] = box.drawn_ma()
                self.drew_ms[i] = s.now_ms
            if point.setpoint_ma != before[i]:
                self.moved_ms = s.now_ms
                self.check_legal(box, before[i])
            if box.coming is not None:
                self.check_silence(box, i)
                if point.setpoint_ma > before[i] and box.coming > most[i]:
                    if sums is None:
                        each = [potential_ma(b) for b in s.boxes]
                        sums = self.sums(each)
                        for j, b in enumerate(s.boxes):
                            if not b.made["measures"]:
                                rise = max(0, b.point.setpoint_ma - max(0, before[j]))
                                each[j] = min(each[j], b.drawn_ma() + rise)
                        seen = self.sums(each)
                    self.raises += 1
                    self.check_raise(box, sums, seen)
            if point.setpoint_ma < before[i]:
                self.cuts += 1
        for i, box in enumerate(s.boxes):
            if box.point.setpoint_ma == 0 < before[i]:
                if box.point.heard and s.site.enabled and self.wants(box):
                    self.stops += 1
                    self.check_stop(box, i, before)
                    if box.drawn_ma():
                        self.stopped_ms[i] = s.now_ms
                        self.fell[i] = False
            elif box.point.setpoint_ma > 0 >= before[i]:
                self.on_ms[i] = s.now_ms
        self.check_static()
        if s.sampled:
            self.sample_ms = s.now_ms
        for c, value in enumerate(s.measured):
            if value:
                self.check_sample(c)

    def sums(self, each):
        """mA per circuit and phase."""
        s = self.site
        sums = [[0, 0, 0] for _ in s.house]
        for i, box in enumerate(s.boxes):
            mA = each[i]
            for c in s.path[box.made["circuit"]] if mA > 0 else ():
                for k in phases_of(box):
                    sums[c][k] += mA
        return sums

    def check_raise(self, box, sums, seen):
        """seen: with what the meter sees of a wallbox that cannot measure; how much of a change
        was its own stays a guess."""
        s = self.site
        for c in s.path[box.made["circuit"]]:
            for kind, room in self.room_ma(c):
                of = seen if kind == "metered" and s.plan["circuits"][c]["includes"] else sums
                for k in phases_of(box):
                    unseen = s.unseen[c][k] if kind == "metered" else 0
                    if of[c][k] > room[k] + unseen:
                        self.fail("R1", box.name, kind, c, k, of[c][k], room[k])

    def check_legal(self, box, before):
        setpoint = box.point.setpoint_ma
        made = box.made
        if not box.point.heard:
            return
        if setpoint and not made["min_ma"] <= setpoint <= made["max_ma"]:
            self.fail("R4", box.name, setpoint)
        if setpoint % made["step_ma"]:
            self.fail("R4 step", box.name, setpoint)

    def check_silence(self, box, i):
        """Called when a command is on its way."""
        s = self.site
        timeout = box.made["dead_man_ms"]
        lost = s.now_ms - max(box.told_ms, s.started_ms) > 5000 + s.plan["step_ms"]
        if not lost:
            self.sent_ms[i] = s.now_ms
        elif self.most[i]:
            quiet = s.now_ms - self.sent_ms[i]
            if timeout is None:
                pass  # nothing is kept alive by it
            elif box.coming or quiet <= timeout + GRACE_MS:
                self.fail("R5", box.name, box.coming, quiet)

    def wants(self, box):
        return 2 <= box.point.car <= 4 and box.point.supported_ma >= box.point.min_ma

    def check_stop(self, box, i, before):
        """R9: was there a legal setpoint for it, or was its turn over?"""
        s = self.site
        if (event.TURN_ENDED, box.point.index) in [told[:2] for told in s.told[self.told :]]:
            had_ms = s.now_ms - self.on_ms[i]
            if had_ms >= SLOT_MS or (had_ms >= IDLE_MS and not box.drawn_ma()):
                return
            for other in s.boxes:
                if other.made["priority"] > box.made["priority"] and self.wants(other):
                    break
            else:
                self.fail("R9 turn", box.name, before[i], had_ms)
            if box.drawn_ma() and s.now_ms - self.stopped_ms[i] < SLOT_MS and not self.fell[i]:
                self.fail("R9 twice", box.name, before[i], had_ms)
            return
        if not box.made["measures"] and not box.drawn_ma():
            return  # that its car draws nothing any more is told by the next value of the meter
        for other in s.boxes:
            if other.made["late"] and s.now_ms - other.steady_ms <= 1000:
                return  # what it tells is older than the meter's value, and says that it is not
        if self.has_room(box, i, -1, before):
            self.fail("R9", box.name, before[i])
        if box.drawn_ma() and s.now_ms - self.stopped_ms[i] < SLOT_MS and not self.fell[i]:
            for k, other in enumerate(s.boxes):
                if (
                    k != i
                    and other.point.setpoint_ma > 0 < before[k]
                    and other.made["priority"] <= box.made["priority"]
                    and s.now_ms - self.stopped_ms[k] >= SLOT_MS
                    and other.point.heard
                    and self.wants(other)
                    and self.has_room(box, i, k, before)
                ):
                    self.fail("R9 twice", box.name, before[i], "instead of", other.name)

    def has_room(self, box, i, without, before):
        """True when wallbox i could have its minimum beside the minima of the others; `without`
        is stopped instead of it."""
        s = self.site
        sums = [[0, 0, 0] for _ in s.house]
        for j, other in enumerate(s.boxes):
            p = other.point
            # what it told last counts until it tells of less
            least = most = max(self.most[j], other.told_ma)
            if p.heard and before[j] >= 0 and most <= before[j] + tolerance_ma(before[j]):
                least = min(before[j], other.made["min_ma"])  # it follows: it can be cut
            if not p.heard:
                least = max(least, p.may_ma)  # R5: what is kept for it
            if j == without and other.made["known"] and other.made["measures"]:
                least = 0 if least <= other.made["min_ma"] else most
            if j == i:
                least = max(least, other.made["min_ma"])
            drawn = other.drawn_ma()
            for k in range(3):
                mA = least if k in other.wiring else 0
                if not other.made["known"]:
                    # no cut of it is credited, and it counts on every phase
                    mA = max(drawn, least) if mA else least
                if not other.made["measures"]:
                    mA += drawn  # it may be taken for house load
                for c in s.path[other.made["circuit"]]:
                    sums[c][k] += mA
        for c in s.path[box.made["circuit"]]:
            for _, room in self.room_ma(c):
                for k in box.wiring if box.made["known"] else range(3):
                    if sums[c][k] > room[k]:
                        return False
        return True

    def check_static(self):
        """R2 at the limits that need no meter."""
        s = self.site
        each = []
        for box in s.boxes:
            p = box.point
            # one that does not obey is not told the same again
            counts = p.heard and not s.site.disobeys(p)
            each.append(max(p.setpoint_ma, 0) if counts else 0)
        sums = self.sums(each)
        for c in range(len(s.house)):
            for kind, room in self.room_ma(c):
                if kind in ("static", "fallback"):
                    for k in range(3):
                        if sums[c][k] > room[k]:
                            self.fail("R2 " + kind, c, k, sums[c][k], room[k])

    def check_sample(self, c):
        """R2 on a steady site: nothing moved, all have answered lately."""
        s = self.site
        if s.circuit(c).trust.state != GOOD or s.now_ms - self.moved_ms < STEADY_MS:
            return
        age_ms = ticks_diff(s.now, s.circuit(c).sample_ms)
        if s.now_ms - age_ms - self.moved_ms < FOLLOWED_MS:
            return  # a slow meter's value is older: how the cars followed is not in it
        each = []
        for i, box in enumerate(s.boxes):
            if c in s.path[box.made["circuit"]]:
                if s.now_ms - self.drew_ms[i] < STEADY_MS:
                    return  # the value may be older than that, or it has just been heard of
                if box.own or not box.point.heard or not box.made["measures"]:
                    return
                if box.applied_ma > box.wanted_ma:
                    return  # it ignores what it is told
                if s.now_ms - max(box.steady_ms, s.started_ms) < STEADY_MS:
                    return
                if box.told_ms < self.sample_ms:
                    return  # until it tells, it may draw what would explain the value
            each.append(box.point.setpoint_ma)
        sums = self.sums(each)
        for kind, room in self.room_ma(c):
            for k in range(3):
                # a steady car may creep by 100 mA
                if sums[c][k] > room[k] + 200 and sums[c][k]:
                    self.fail("R2", kind, c, k, sums[c][k], room[k])


def target_ma(made, main_ma):
    most = min(main_ma, main_ma * 14 // 10 - made["largest_ma"])
    return most * (100 - made["margin_pct"]) // 100 - made["headroom_ma"]
