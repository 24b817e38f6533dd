"""What was learnt, or set, and is not so: does the rotation learner take it back, and how soon.

After 600 s an electrician has exchanged two conductors of a wallbox (its car was unplugged
meanwhile); or the settings name a wrong rotation from the beginning. Counted are the seconds
during which a car on one or two phases charges there until the wrong rotation is neither shown as
sure nor used any more.
"""

import random

from tools.benchmarks import learner_sites
from tools.benchmarks.learner_judge import Judged, is_right
from tools.virtual.scenario_keys import ROTATIONS

KINDS = ("rewired", "wrong in the settings")
_REWIRED_MS = 600000
_SECONDS = 2400


class Rewired(Judged):
    """A run in which one wallbox is not wired as is thought."""

    def __init__(self, document, index, phases, wiring):
        super().__init__(document, False)
        self.index = index
        self.phases = phases  # of its car
        self.left_ms = None  # charging until it was taken back
        self.again_ms = None  # until it was sure of the truth
        self._begin_ms = 0
        self.is_wrong = wiring is None  # from the beginning
        self.was = self.boxes[index].config.rotation if self.is_wrong else None
        if wiring:
            self.clock.at(_REWIRED_MS, self._rewire, wiring)

    def _rewire(self, wiring):
        box = self.boxes[self.index]
        self.was = self._held()
        if self.was is None or self._fits(self.was, wiring):
            return  # nothing has been learnt that is wrong now
        car = box.car
        if car is not None:
            box.unplug()
        by_phase = dict(zip(box.wiring, box.lines))
        watches = [line for line in box.lines[0] if not hasattr(line, "limit_ma")]
        for watch in watches:
            box.lines[0].remove(watch)
        box.config.wiring = wiring
        box.wiring = [int(digit) - 1 for digit in wiring[1:]]
        if box.config.phases == 1:
            box.lines = [self._lines_of(box)]
        else:
            box.lines = [by_phase[phase] for phase in box.wiring]
        box.lines[0].extend(watches)
        self.is_wrong = True
        self._begin_ms = self.told[self.index].partial_ms
        if car is not None:
            self._plug(car.config)

    def _lines_of(self, box):
        phase = box.wiring[0]
        return [one[phase] for c in box.path for one in (self.totals[c], self.cars_lines[c])]

    def _fits(self, rotation, wiring):
        return is_right(rotation, wiring, self.phases)

    def _held(self):
        """The rotation that is sure or used, None: none."""
        rotation, _, sure = self.law.site.learner.shown(self.index)
        return self.law.points[self.index].rotation or (rotation if sure else None)

    def _hear(self, now):
        super()._hear(now)
        if not self.is_wrong:
            return
        ms = self.told[self.index].partial_ms - self._begin_ms
        truth = self.boxes[self.index].config.wiring
        held = self._held()
        if self.left_ms is None and (held is None or self._fits(held, truth)):
            self.left_ms = ms
        if self.again_ms is None and held is not None and self._fits(held, truth):
            self.again_ms = ms


def play(seed):
    """One site; None: nothing that could be wrong had been learnt there."""
    kind = KINDS[seed % 2]
    dice = random.Random(f"rewired {seed}")
    document = learner_sites.document(seed)
    document["seconds"] = _SECONDS
    index = dice.randrange(len(document["chargers"]))
    box = document["chargers"][index]
    box["measures"] = True
    document["cars"] = [car for car in document["cars"] if car["charger"] != box["name"]]
    phases = min(box["phases"], dice.choice((1, 2)))
    other = dice.choice([one for one in ROTATIONS if not is_right(one, box["wiring"], phases)])
    box["rotation"] = other if kind == KINDS[1] else None
    document["cars"].append({"charger": box["name"], "phases": phases, "max_ma": 32000})
    run = Rewired(document, index, phases, None if kind == KINDS[1] else other)
    run.play()
    if not run.is_wrong:
        return None
    told = run.told[index]
    return {
        "seed": seed,
        "kind": kind,
        "period_s": document["circuits"][0]["meter"]["period_s"],
        "charged_s": (told.partial_ms - run._begin_ms) / 1000,
        "left_s": None if run.left_ms is None else run.left_ms / 1000,
        "again_s": None if run.again_ms is None else run.again_ms / 1000,
        "unlearnt": run.count("unlearnt"),
    }
