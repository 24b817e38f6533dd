"""A hostile judge of the rotation learner: plays a site and compares all it says with the truth.

A rotation that is called sure has to be right as far as the last car there tells it: the first
phase of a single-phase car, the first two of a two-phase car, which draws the same on both, so
that their order cannot be told. A three-phase car tells nothing. The same holds of a rotation that
the brain has begun to use, sure or not. On a healthy site each alarm is a false one.
"""

from tools.virtual.run import Run
from tools.virtual.scenario import check

REVERSED = 1
SWAPPED = 2
BLIND = 3  # the meter does not see the wallboxes
SEEING = 4  # it sees them although the settings say that it does not

_DRAWS_MA = 1000
_CHANGE_MA = 1500
_NOTICE_MS = 3000  # until readings have told that a car draws on another phase
_PAUSE_MS = 60000  # a charge that does not go on within that has ended
_KEPT = 5


def is_right(rotation, wiring, phases):
    """Whether a rotation is the truth as far as a car on so many phases tells it, 0: none."""
    if phases == 1:
        return rotation[1] == wiring[1]
    return phases != 2 or rotation[3] == wiring[3]


class Told:
    """What is known of one wallbox and of what the learner says of it. Times in ms of charging."""

    def __init__(self, box):
        self.box = box
        self.charged_ms = 0
        self.partial_ms = 0  # thereof with a car on one or two phases
        self.phases = 0  # of the last car that charged on one or two
        self.draws_ms = 0  # for how long the present car has drawn
        self.car = None
        self.changes = []  # partial_ms at which the car's draw began to change
        self.sure_ms = None  # partial_ms at which it was sure
        self.sure_at_ms = None
        self.slope = 0.0

    def move(self, t, value, slope):
        """One of the lines that its car moves: a change begins."""
        car = self.box.car
        if car.phases < 3 and abs(car.to_come_ma()) >= _CHANGE_MA:
            self.changes.append(self.partial_ms)

    def pass_time(self, ms):
        """Its car has gone on for so long."""
        car = self.box.car
        if car is not self.car:
            self.car = car
            self.draws_ms = 0
        if car is None or car.drawn_ma() < _DRAWS_MA:
            return
        self.charged_ms += ms
        self.draws_ms += ms
        if car.phases < 3:
            self.partial_ms += ms
            if self.draws_ms >= _NOTICE_MS:
                self.phases = car.phases

    def is_right(self, rotation):
        """Whether a rotation is the truth as far as its last car tells it."""
        return is_right(rotation, self.box.config.wiring, self.phases)


class Judged(Run):
    """A run with the judge beside it."""

    def __init__(self, document, judge_rotations=True):
        super().__init__(check(document))
        self.told = [Told(box) for box in self.boxes]
        for told in self.told:
            told.box.lines[0].append(told)
        self.given = [config.rotation for config in self.scenario.chargers]
        self.wrong = []  # (seconds, wallbox, what it says, the truth, phases of its car, kind)
        self.alarms = []  # (seconds, circuit, phase, code)
        self.judges_rotations = judge_rotations
        self._now = 0
        self._read = 0

    def _pass(self):
        super()._pass()
        now = self.clock.now
        for told in self.told:
            told.pass_time(now - self._now)
        self._now = now
        if self.is_up:
            self._hear(now)

    def _hear(self, now):
        learner = self.law.site.learner
        for i, told in enumerate(self.told):
            rotation, percent, sure = learner.shown(i)
            if not 0 <= percent <= 99 or (sure and rotation is None):
                self._accuse(now, told, f"{rotation} {percent} % {sure}", "nonsense")
            used = self.law.points[i].rotation
            if sure:
                self._judge(now, told, rotation, "sure")
                if told.sure_ms is None:
                    told.sure_ms = told.partial_ms
                    told.sure_at_ms = now
            if used is not None and self.given[i] is None:
                self._judge(now, told, used, "used")
        for c in range(len(self.circuits)):
            for phase, code in enumerate(learner.wiring(c)):
                self._alarm(now, c, phase, code)
        for _, name, subject, value in self.events[self._read :]:
            if name == "meter_wiring":
                self._alarm(now, subject // 3, subject % 3, value)
        self._read = len(self.events)

    def _judge(self, now, told, rotation, kind):
        if not self.judges_rotations:
            return
        if self.given[told.box.index] is None and told.charged_ms < _DRAWS_MA:
            self._accuse(now, told, rotation, kind + " before it charged")
        elif not told.is_right(rotation):
            self._accuse(now, told, rotation, kind)

    def _accuse(self, now, told, what, kind):
        entry = (told.box.config.name, what, told.box.config.wiring, told.phases, kind)
        if entry not in [one[1:] for one in self.wrong]:
            self.wrong.append((now / 1000, *entry))

    def _alarm(self, now, c, phase, code):
        if code and (c, phase, code) not in [one[1:] for one in self.alarms]:
            self.alarms.append((now / 1000, c, phase, code))

    def count(self, name):
        """How many events of that name the brain told."""
        return sum(one[1] == name for one in self.events)


def healthy(document):
    """Play a healthy site; returns what came of it as a dict of plain values."""
    run = Judged(document)
    wall_s = run.play()
    grid = document["circuits"][0]
    boxes = []
    for told in run.told:
        config = told.box.config
        if run.given[told.box.index] is None and told.partial_ms:
            boxes.append(
                {
                    "name": config.name,
                    "measures": config.measures,
                    "charged_s": told.partial_ms / 1000,
                    "sure_s": None if told.sure_ms is None else told.sure_ms / 1000,
                    "changes": [at / 1000 for at in told.changes],
                }
            )
    return {
        "seed": document["seed"],
        "wallboxes": len(run.told),
        "period_s": grid["meter"]["period_s"],
        "probe_ma": document["options"]["probe_ma"],
        "wrong": run.wrong,
        "unlearnt": run.count("unlearnt"),
        "alarms": run.alarms,
        "boxes": boxes,
        "wall_s": wall_s,
        "violations": sum(count for count, _ in run.judge.violations.values()),
    }


class FirstCharge(Judged):
    """Notes when the first charge that can show the fault of the grid's meter began and ended."""

    def __init__(self, document, fault):
        super().__init__(document, not ("swapped" in fault or fault == "turned"))
        clamps = self.circuits[0].meter.clamps
        self.fault = fault
        self.expected = {}  # phase as shown -> codes that are right there
        for k, clamp in enumerate(clamps):
            codes = {SWAPPED} if abs(clamp) != k + 1 else set()
            if clamp < 0:
                codes.add(REVERSED)
            if codes:
                self.expected[k] = codes
        if fault.startswith("truly"):
            code = SEEING if fault == "truly includes" else BLIND
            self.expected = {k: {code} for k in range(3)}
        self.bad = {k for shown in self.expected for k in (shown, abs(clamps[shown]) - 1)}
        self.first_s = self.end_s = None
        self._car = None
        self._drew = 0

    def _hear(self, now):
        if self._car is None:
            for told in self.told:
                if self._shows(told.box):
                    self._car = told.box.car
                    self.first_s = now / 1000
        if self._car is not None and self.end_s is None:
            if self._car.drawn_ma() >= _DRAWS_MA:
                self._drew = now
            elif self._car.full or not self._car.plugged or now - self._drew > _PAUSE_MS:
                self.end_s = self._drew / 1000
        super()._hear(now)

    def _shows(self, box):
        car = box.car
        if car is None or car.drawn_ma() < _DRAWS_MA or not box.config.measures:
            return False
        if self.fault.startswith("truly"):
            return True
        is_known = box.config.rotation is not None and car.phases < 3
        by_phase = is_known or (car.phases == 3 and "reversed" in self.fault)
        return by_phase and bool(self.bad & set(box.used()))


def faulty(document, fault):
    """Play a site with a wrong meter; returns what came of it. `found_s`: the first right alarm,
    None: never."""
    run = FirstCharge(document, fault)
    run.play()
    right = []
    false = []
    for alarm in run.alarms:
        _, c, phase, code = alarm
        is_right = c == 0 and code in run.expected.get(phase, ())
        (right if is_right else false).append(alarm)
    return {
        "seed": document["seed"],
        "fault": fault,
        "clamps": document["circuits"][0]["meter"]["clamps"],
        "period_s": document["circuits"][0]["meter"]["period_s"],
        "generation": document["circuits"][0].get("generation", False),
        "first_s": run.first_s,
        "end_s": run.end_s,
        "found_s": right[0][0] if right else None,
        "found": [alarm[2:] for alarm in right],
        "expected": {phase: sorted(codes) for phase, codes in run.expected.items()},
        "false": false,
        "wrong": run.wrong,
    }
