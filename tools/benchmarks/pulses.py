"""Pulses of the house and an oven beside cars: who is stopped, and what the fuse has to carry.

Strict, the fuse model for B, C and gG, and the model of WARP's law play the same scenarios with
the same seeds. The budget is judged here, from the current that truly flows, by a model of its
own: the earliest tripping that the standards permit (docs/control.md, "Calm"). `thermal` is the
simulator's ordinary fuse: how far it went from its rated current to tripping.
"""

import math
import random
import statistics
import sys

from tools.virtual.run import Run
from tools.virtual.scenario import check

LAWS = ("strict", "B", "C", "gG", "warp")
RUNS = 50
SECONDS = 2400
PULSES_S = (1, 3, 5, 10)
_STEP_MS = 200
_SLOT_MS = 900000
_COOL_S = 60
# first point, second point and its seconds
_MCB = (1.13, 2.55, 1)
_GG = (1.25, 2.0, 10)


class Budget:
    """What part of it is used, of one phase."""

    def __init__(self, main_ma, law):
        self.main_ma = main_ma
        self.first, second, seconds = _GG if law == "gG" else _MCB
        self.all = seconds * ((second / self.first) ** 2 - 1)
        self.used = self.most = 0.0

    def carry(self, a_ma, b_ma, seconds):
        """A straight piece of the current."""
        square = (a_ma * a_ma + a_ma * b_ma + b_ma * b_ma) / 3 / self.main_ma**2
        if square <= 1:
            self.used *= math.exp(-seconds / _COOL_S)
            return
        rate = max(1 / 3600, (square / self.first**2 - 1) / self.all)
        self.used += rate * seconds
        self.most = max(self.most, self.used)


def pulse_site(length_s, seed):
    """Two or three cars below 35 A, whose minima do not fit beside the pulses in the target."""
    dice = random.Random("pulse %s %d" % (length_s, seed))
    n = dice.choice((2, 3))
    size = dice.randint(8000, 16000)  # the largest consumer at most
    base = 33000 - 6000 * n - size + dice.randint(1000, 9000)
    phases = dice.choice(((1, 1, 1), (1, 0, 0), (1, 1, 0)))
    every = dice.choice((20, 45, 60, 90, 150, 240)) + length_s
    # not in step with the meter
    pulse = {
        "ma": [size * one for one in phases],
        "from_s": 400 + dice.uniform(0, 60),
        "every_s": round(every + dice.uniform(0, 1), 3),
    }
    pulse["until_s"] = pulse["from_s"] + length_s
    house = [{"ma": base}, pulse, {"noise_ma": 200}]
    boxes = [{"name": "box", "count": n, "wiring": "turning"}]
    cars = [{"charger": "all", "max_ma": dice.choice((6000, 10000, 16000))}]
    return _site(35, 16, house, boxes, cars, SECONDS, seed)


def oven_site(seed):
    """One car below 25 A and an oven, 20 s on, 40 s off, beside which it has not its minimum."""
    dice = random.Random("oven %d" % seed)
    base = dice.randint(500, 2500)
    oven = dice.randint(14000, 16000)
    load = {"ma": [oven, oven, 0], "from_s": 300 + dice.uniform(0, 60), "every_s": 60}
    load["until_s"] = load["from_s"] + 20
    house = [{"ma": base}, load, {"noise_ma": 200}]
    boxes = [{"name": "box", "wiring": dice.choice(("L123", "L231", "L312"))}]
    return _site(25, 16, house, boxes, [{"charger": "all", "max_ma": 16000}], SECONDS, seed)


def _site(main, largest, house, boxes, cars, seconds, seed):
    return {
        "seconds": seconds,
        "seed": seed,
        "circuits": [
            {
                "name": "grid",
                "main_ma": main * 1000,
                "largest_consumer_ma": largest * 1000,
                "meter": {},
                "house": house,
            }
        ],
        "chargers": boxes,
        "cars": cars,
    }


def possible_wh(site):
    """What a clairvoyant could give the car below the oven: it has all that the target leaves when
    the oven is off, ramps up with 1 A/s from the moment on in which the oven goes off (told 2 s
    before), and is down at its minimum within the 2 s before it goes on."""
    house = site["circuits"][0]["house"]
    load = house[1]
    target = min(25000, 35000 - 16000)
    high = min(16000, target - house[0]["ma"])
    off_s = load["every_s"] - (load["until_s"] - load["from_s"])
    rise_s = (high - 6000) / 1000
    per_cycle = 6000 * load["every_s"] + (high - 6000) * (off_s - rise_s / 2 - 2 / 2)
    before = high * load["from_s"]
    after = per_cycle * (site["seconds"] - load["from_s"]) / load["every_s"]
    return (before + after) * 3 * 230 / 3.6e9 * 1000


class _Count:
    """Whose stops were for want of current, and which of these came too soon (R9)."""

    def __init__(self, run):
        self.run = run
        self.is_warp = not hasattr(run.law, "site")
        self.counted = run.stops[:]
        self.stopped_ms = [-_SLOT_MS] * len(run.boxes)
        self.seen = self.turns = self.twice = self.needless = 0
        self.decided = run.decided()
        self.rotated = self._rotated()

    def _rotated(self):
        return self.run.law.allocator._rotated_ms if self.is_warp else None

    def _ended(self):
        """The wallboxes whose turn has ended since the last look: WARP's law ends all at once."""
        if self.is_warp:
            before, self.rotated = self.rotated, self._rotated()
            return range(len(self.run.boxes)) if before != self.rotated else ()
        new = self.run.events[self.seen :]
        self.seen = len(self.run.events)
        return [subject for _, name, subject, _ in new if name == "turn_ended"]

    def look(self, now):
        decided = self.run.decided()
        ended = self._ended()
        wanting = []
        for i, count in enumerate(self.run.stops):
            if count != self.counted[i]:
                self.counted[i] = count
                if i in ended:
                    self.turns += 1
                else:
                    wanting.append(i)
        others = [j for j, ma in enumerate(decided) if ma and self.decided[j]]
        is_other = any(now - self.stopped_ms[j] >= _SLOT_MS for j in others)
        for i in wanting:
            if now - self.stopped_ms[i] < _SLOT_MS:
                self.twice += 1
                self.needless += is_other
            self.stopped_ms[i] = now
        self.decided = decided


def play(site, law):
    """One run: {"stops", "turns", "twice", "needless", "energy_wh", "overload_as", "budget",
    "thermal", "tripped"}.

    stops: of cars that want, for want of current. turns: that ended since others wait and the
    slot was over. twice: stops of a car that had been stopped within the 15 minutes before;
    needless: of these, where another one charged that had not been.
    """
    site["circuits"][0]["breaker"] = law if law in ("B", "C", "gG") else "strict"
    run = Run(check(site), "warp" if law == "warp" else "fusekeeper")
    lines = run.totals[0]
    budgets = [Budget(line.limit_ma, law) for line in lines]
    was = [line.now(0) for line in lines]
    count = _Count(run)
    thermal = 0.0
    while run.clock.now < run.end_ms:
        run.clock.run(run.clock.now + _STEP_MS)
        now = run.clock.now
        for k, line in enumerate(lines):
            line.advance(now)
            budgets[k].carry(was[k], line.value, _STEP_MS / 1000)
            was[k] = line.value
            thermal = max(thermal, line.heat)
        count.look(now)
    for _, car, _, _ in run.cars:
        car.settle()
    return {
        "stops": sum(run.stops) - count.turns,
        "turns": count.turns,
        "twice": count.twice,
        "needless": count.needless,
        "energy_wh": sum(car.energy_wh for _, car, _, _ in run.cars),
        "overload_as": max(line.over_mas for line in lines) / 1e6,
        "budget": max(one.most for one in budgets),
        "thermal": max(0.0, (thermal - 1) / (1.66 - 1)),
        "tripped": sum(line.tripped_ms is not None for line in lines),
    }


def measure_row(make, runs=RUNS, laws=LAWS):
    """All laws on the same sites: {law: [result, ...]}; C is B, their thermal points are alike."""
    found = {law: [play(make(seed), law) for seed in range(runs)] for law in laws if law != "C"}
    return {law: found["B" if law == "C" else law] for law in laws}


def rows():
    """(name, function of a seed that makes the site)"""
    for length_s in PULSES_S:
        yield "pulses of %d s" % length_s, lambda seed, s=length_s: pulse_site(s, seed)
    yield "oven 20 s / 40 s", oven_site


def report(name, row, possible=None):
    """A row as lines of text."""
    lines = []
    for law, results in row.items():
        stops = [one["stops"] for one in results]
        worse = ""
        if "warp" in row:
            more = sum(a["stops"] > b["stops"] for a, b in zip(results, row["warp"]))
            worse = "%d" % more
        energy = statistics.mean(one["energy_wh"] for one in results)
        share = ""
        if possible:
            parts = [one["energy_wh"] / all_ for one, all_ in zip(results, possible)]
            share = "%.0f %% (least %.0f)" % (100 * statistics.mean(parts), 100 * min(parts))
        lines.append(
            f"{name:18}{law:8}{sum(stops):7}{max(stops):5}{worse:>6}"
            f"{sum(one['turns'] for one in results):6}"
            f"{sum(one['twice'] for one in results):7}"
            f"{sum(one['needless'] for one in results):9}{energy:9.0f}"
            f"{statistics.median(one['overload_as'] for one in results):8.0f}"
            f"{max(one['overload_as'] for one in results):7.0f}"
            f"{100 * max(one['budget'] for one in results):8.0f}"
            f"{100 * max(one['thermal'] for one in results):8.0f}"
            f"{sum(one['tripped'] for one in results):5}  {share}"
        )
        name = ""
    return lines


HEAD = (
    f"{'':18}{'':8}{'stops':>7}{'most':>5}{'>warp':>6}{'turns':>6}{'twice':>7}"
    f"{'needless':>9}{'Wh':>9}{'A*s':>8}{'most':>7}"
    f"{'budget%':>8}{'thermal':>8}{'trip':>5}  of the possible energy"
)


if __name__ == "__main__":
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    only = sys.argv[2] if len(sys.argv) > 2 else ""
    print(f"{runs} runs of 40 min each; sums, and medians or most of a run")
    print(HEAD)
    for name, make in rows():
        if only not in name:
            continue
        possible = None
        if make is oven_site:
            possible = [possible_wh(make(seed)) for seed in range(runs)]
        print("\n".join(report(name, measure_row(make, runs), possible)), flush=True)
