"""What a record says about the rules: overloads, latency of reductions, and who could have drawn
what.

Everything here is worked out from what physically happened (currents that flowed, packets that
arrived, limits that wallboxes applied, bytes that left the meter), never from what the firmware
says about itself. Currents in mA, times time.monotonic(); phases 0..2. A limit is three currents.
"""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

from .record import Record

NEVER = float("inf")


@dataclass
class Overload:
    """One phase over its limit: integral in A*s, longest unbroken time in s, highest excess in
    mA.
    """

    a_s: float = 0.0
    longest_s: float = 0.0
    peak_ma: int = 0


def overloads(
    record: Record, limit_ma, since: float = 0.0, until: float = NEVER
) -> list[Overload]:
    """Per phase, how the true total (house + cars) exceeded the limit. A row holds until the
    next.
    """
    result = [Overload() for _ in range(3)]
    begun = [None] * 3
    rows = record.rows(since, until)
    for (t, total, _, _), (after, *_) in pairwise(rows):
        for p, found in enumerate(result):
            excess = total[p] - limit_ma[p]
            if excess <= 0:
                begun[p] = None
                continue
            begun[p] = t if begun[p] is None else begun[p]
            found.a_s += excess / 1000 * (after - t)
            found.peak_ma = max(found.peak_ma, excess)
            found.longest_s = max(found.longest_s, after - begun[p])
    return result


def samples(record: Record, since: float = 0.0, until: float = NEVER) -> list[dict]:
    """The meter's good answers that carry the phase currents; "t" is when the last byte left."""
    return [
        e
        for e in record.events(since, until, "sample")
        if not e["broken"]
        and e["register"] is not None  # an answer that nobody waits for any more
        and e["register"] <= 6
        and e["register"] + e["count"] >= 12
    ]


def setpoints(record: Record, box: int, since: float = 0.0, until: float = NEVER) -> list[tuple]:
    """(t, mA) of each command with a limit that reached the wallbox ("ignore" left out)."""
    return [
        (e["t"], e["current_ma"])
        for e in record.events(since, until, "command")
        if e["box"] == box and not e["ignore"] and e["current_ma"] <= 32000
    ]


def illegal_setpoints(record: Record, min_ma: int = 6000, max_ma: int = 32000) -> list[dict]:
    """Commands against R4: neither 0 nor within min..max."""
    return [
        e
        for e in record.events(kind="command")
        if not e["ignore"] and e["current_ma"] and not min_ma <= e["current_ma"] <= max_ma
    ]


@dataclass
class Reduction:
    """The reducing packets that arrived between one sample and the next."""

    sample_t: float
    first_t: float
    last_t: float
    boxes: list[int]

    @property
    def latency_s(self) -> float:
        """From the sample's last byte to the arrival of the last reducing packet."""
        return self.last_t - self.sample_t


def reductions(record: Record, since: float = 0.0, until: float = NEVER) -> list[Reduction]:
    """For each good sample that was followed by reducing packets before the next one: how late.

    Reducing = lower than the limit the same wallbox was sent before. A reduction later than one
    meter period would be counted to the following sample here; `reactions` does not have this
    blind spot.
    """
    moments = [e["t"] for e in samples(record)]
    newest: dict[int, int] = {}
    found: dict[float, Reduction] = {}
    for e in record.events(0.0, until, "command"):
        if e["ignore"] or e["current_ma"] > 32000:
            continue
        before = newest.get(e["box"], 0)
        newest[e["box"]] = e["current_ma"]
        i = bisect_right(moments, e["t"]) - 1
        if e["current_ma"] >= before or i < 0 or moments[i] < since:
            continue
        group = found.setdefault(moments[i], Reduction(moments[i], e["t"], e["t"], []))
        group.last_t = e["t"]
        group.boxes.append(e["box"])
    return list(found.values())


@dataclass
class Reaction:
    """An overload in a sample, and when the commands that arrived at wallboxes covered it (inf =
    never).
    """

    sample_t: float
    phase: int
    over_ma: int
    covered_t: float

    @property
    def latency_s(self) -> float:
        """From the sample's last byte until enough was cut, 0 when it was cut before."""
        return max(0.0, self.covered_t - self.sample_t)


def reactions(
    record: Record,
    limit_ma,
    since: float = 0.0,
    until: float = NEVER,
    tolerance_ma: int = 500,
) -> list[Reaction]:
    """R2: for each sample and phase over the limit, when the whole overload had been commanded
    away.  Covered = the sum over the wallboxes on the phase of (what the car truly drew at the
    snapshot - newest limit that arrived), where positive, is at least the overload the meter
    showed, or all that cars drew, less tolerance_ma.
    """
    commands = [setpoints(record, box) for box in range(len(record.grid_phases))]
    result = []
    for sample in samples(record, since, until):
        drawn = sample["truth"].get("cars_ma", [])
        for p in range(3):
            over = sample["current_ma"][p] - limit_ma[p]
            on_phase = [i for i, grid in enumerate(record.grid_phases) if p in grid]
            need = min(over, sum(drawn[i][p] for i in on_phase)) - tolerance_ma
            if over <= 0 or need <= 0:
                continue
            covered = _covered_at(commands, drawn, on_phase, p, need, sample["t"])
            result.append(Reaction(sample["t"], p, over, covered))
    return result


def _covered_at(commands, drawn, on_phase, p, need, start) -> float:
    newest = {i: _newest(commands[i], start) for i in on_phase}
    later = sorted((t, i, ma) for i in on_phase for t, ma in commands[i] if t > start)
    t = start
    for moment in [None, *later]:
        if moment:
            t, i, ma = moment
            newest[i] = ma
        if sum(max(0, drawn[i][p] - newest[i]) for i in on_phase) >= need:
            return t
    return NEVER


def _newest(commands, t) -> int:
    i = bisect_right(commands, (t, NEVER)) - 1
    return commands[i][1] if i >= 0 else 0


@dataclass
class Violation:
    """A moment at which more was permitted than there was: the sum of what may be drawn plus the
    house.
    """

    t: float
    box: int
    phase: int
    may_draw_ma: int
    house_ma: int
    limit_ma: int


def exposures(record: Record):
    """Yield (event, old, new, may) for each change of a limit at a wallbox, in the order in which
    it happened.  old and new are the newest commanded limit of event["box"] before and after;
    may[i] is what wallbox i may draw per phase from this moment: the largest of the newest limit
    that arrived, the limit it has applied and, if that is above the limit by more than max(0.5 A,
    3 %), what it draws. A dead-man, a power cut and an unplug take the limit to 0.
    """
    count = len(record.grid_phases)
    commanded, applied = [0] * count, [0] * count
    rows = record.rows()
    times = [row[0] for row in rows]
    for e in record.events():
        i = e.get("box")
        old = commanded[i] if i is not None else 0
        if e["kind"] == "command" and not e["ignore"] and e["current_ma"] <= 32000:
            commanded[i] = e["current_ma"]
        elif e["kind"] in ("dead_man", "power_off", "unplug"):
            commanded[i] = 0
        elif e["kind"] == "applied":
            applied[i] = e["current_ma"]
        else:
            continue
        at = bisect_right(times, e["t"]) - 1
        may = []
        for k in range(count):
            drawn = max(rows[at][3][k]) if at >= 0 else 0
            obeyed = drawn <= commanded[k] + max(500, commanded[k] * 3 // 100)
            may.append(max(commanded[k], applied[k], 0 if obeyed else drawn))
        yield e, old, commanded[i], may


def r1_violations(
    record: Record,
    limit_ma,
    metered: bool = True,
    tolerance_ma: int = 300,
    grace_s: float = 0.3,
    since: float = 0.0,
) -> list[Violation]:
    """R1: raises that permitted more than there was on a phase.

    Checked at each command that raises a wallbox's limit: on its phases, the sum of what all
    wallboxes may draw (`exposures`), plus the true house load of the newest good meter sample,
    must be within the limit. Of the samples that ended less than grace_s before, the most
    favourable counts, as the firmware may have been sending already. metered=False leaves the
    house out (a static limit for the cars alone).
    """
    taken = samples(record)
    moments = [s["t"] for s in taken]
    found = []
    for e, old, new, may in exposures(record):
        if e["kind"] != "command" or new <= old or e["t"] < since:
            continue
        last = bisect_right(moments, e["t"]) - 1
        first = max(0, bisect_right(moments, e["t"] - grace_s) - 1)
        seen = taken[first : last + 1]
        for p in record.grid_phases[e["box"]]:
            total = sum(ma for ma, grid in zip(may, record.grid_phases) if p in grid)
            house = min((s["truth"]["house_ma"][p] for s in seen), default=0) if metered else 0
            if total + house > limit_ma[p] + tolerance_ma:
                found.append(Violation(e["t"], e["box"], p, total, house, limit_ma[p]))
    return found
