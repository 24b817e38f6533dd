"""The half of tools/allocate.py that solves: one scenario a line in, one result a line out.

Runs on MicroPython or CPython: `INTERPRETER allocate_solver.py LIB_FOLDER`. The scenarios have
been checked and completed by tools/allocate_check.py; their circuits are [parent index or null,
limits], the grid connection first. The records are the firmware's own, every wallbox has just
been heard, and the shares are those of a first pass: nothing waits for anything.
"""

import gc
import json
import sys
import time

if sys.implementation.name == "micropython":
    sys.path[:] = [sys.argv[1], ".frozen"]
else:
    sys.path.insert(0, sys.argv[1])

from loadmgmt import cut, planner, reason, weigh
from loadmgmt.circuit import NONE_MA, Circuit
from loadmgmt.point import CHARGING, NO_CAR, WAITING, ChargePoint, order_of
from loadmgmt.site import Site

_NOW_MS = 1000000
_LONGEST_S = 172800  # what the firmware remembers: two days
_MOST_SERVED = 0x3FFFFFFF
_ROUNDS = 8  # of looking for the imbalance bound; the last one is the safe one


class Bound:
    """One bound for what the unbalanced cars may have on each phase of the grid connection, in the
    place of lib/loadmgmt/balance.py: a planner knows all cars, and may try."""

    def __init__(self, site, bound_ma):
        self.first = 6 * len(site.circuits)
        self.bound_ma = bound_ma
        site.over += [-NONE_MA] * 3

    def places(self, site, point, counted):
        return () if point.phases_now == 3 else tuple([self.first + k for k in counted])

    def weigh(self, site, now_ms):
        for k in range(3):
            used = 0
            for p in site.points:
                if self.first + k in p.seat.places:
                    used += max(0, p.setpoint_ma)
            site.over[self.first + k] = used - self.bound_ma

    def capacity(self, site, total, after_stop):
        total += [self.bound_ma] * 3
        after_stop += [0] * 3


def clock_us() -> int:
    """A clock that is precise, and rises while a scenario is solved."""
    if sys.implementation.name == "micropython":
        return time.ticks_us()
    return time.perf_counter_ns() // 1000


def circuit_of(row) -> Circuit:
    parent, limits = row
    if limits is not None:
        limits = [NONE_MA if limit is None else limit for limit in limits]
    return Circuit(str(parent), parent, limits)


def point_of(box) -> ChargePoint:
    least = box["min_1p"] if box["used"] == 1 else box["min"]
    point = ChargePoint(
        box["name"], box["circuit"], box["phases"], box["rotation"], least, box["max"]
    )
    point.priority = box["priority"]
    point.weight = box["weight"]
    return point


def be_heard(site, point, box) -> None:
    """Let the wallbox report what the scenario says of it."""
    least = point.min_ma
    is_on = box["wants"] and box["charging"]
    asked = box["max"] if box["asked"] is None else max(box["asked"], least)
    drawn = [min(current, least) if is_on else 0 for current in box["drawn"] or (0, 0, 0)]
    car = CHARGING if is_on else WAITING if box["wants"] else NO_CAR
    point.report(_NOW_MS, least if is_on else 0, *drawn, car, asked, box["used"])
    site.place(point)
    i = point.index
    waited_ms = 0 if is_on else 1000 * min(box["waiting_s"], _LONGEST_S)
    point.since_ms = site.turn_ms[i] = _NOW_MS - waited_ms
    # Wh at 230 V in the queue's unit, mA * s / 16
    site.served[i] = min(box["energy_wh"] * 225000 // 230, _MOST_SERVED)


def solve(site) -> None:
    """Fill site.out: who charges already goes on where that is legal, and who else can, joins."""
    for point in site.points:
        if point.setpoint_ma > 0:
            weigh.weigh(site, _NOW_MS)
            cut.cut(site, _NOW_MS)
            break
    for point in site.points:  # what was stopped lets go at once here
        point.may_ma = point.peak_ma = max(0, point.setpoint_ma)
        site.told[point.index] = 0
    planner.first_pass(site, _NOW_MS)


def reason_of(site, point, box) -> list:
    """[code, circuit * 3 + phase or -1, mA]"""
    i = point.index
    current = site.out[i]
    if not box["wants"]:
        return ["not_wanted", -1, 0]
    if current:
        bound = site.bound[i]
        if bound >= 0:  # static limits only: circuit * 3 + phase
            is_static = bound < 6 * len(site.circuits)
            place = bound % (3 * len(site.circuits))
            return ["limit" if is_static else "imbalance", place, current]
        is_asked = box["asked"] is not None and box["asked"] < box["max"]
        return ["asked" if is_asked else "own_maximum", -1, current]
    return [reason.NAMES[point.reason], point.reason_at, site.reason_ma[i]]


def solved(scenario, bound_ma) -> tuple:
    """(site, solver's time in us) with this bound for the unbalanced cars of a phase, or None."""
    boxes = scenario["chargers"]
    circuits = [circuit_of(row) for row in scenario["circuits"]]
    points = [point_of(box) for box in boxes]
    site = Site(circuits, points, _NOW_MS)
    if bound_ma is not None:
        site.balance = Bound(site, bound_ma)
    for point in points:
        be_heard(site, point, boxes[point.index])
    gc.collect()
    start_us = clock_us()
    solve(site)
    return site, clock_us() - start_us


def spread(site) -> tuple:
    """By how much the phases of the grid connection may differ, a wallbox of unknown rotation
    being on any of them; and what the lowest phase has in any case, without what is on all."""
    most = [0, 0, 0]
    sure = [0, 0, 0]
    for p in site.points:
        if p.phases_now < 3:
            if p.rotation is None:
                most = [mA + site.out[p.index] for mA in most]
                continue
            for k in order_of(p.rotation)[: p.phases_now]:
                most[k] += site.out[p.index]
                sure[k] += site.out[p.index]
    apart = [most[k] - min([sure[j] for j in range(3) if j != k]) for k in range(3)]
    return max(apart), min(sure)


def balanced(scenario, limit_ma) -> tuple:
    """As solved(), with phases that differ by the limit at most.

    On no phase the unbalanced cars get more than the limit above the lowest phase. What that one
    has, shows when it is solved: without a bound first, then with ever lower ones, until the
    phases do not differ by more. At the limit itself they cannot. Then whether a higher one does.
    """
    bound_ma = None
    got, us = solved(scenario, None)
    apart, low = spread(got)
    for left in range(_ROUNDS - 1, -1, -1):
        if apart <= limit_ma:
            break
        next_ma = limit_ma + low if left else limit_ma
        if bound_ma is not None and next_ma >= bound_ma:
            next_ma = max(limit_ma, bound_ma - 1)
        bound_ma = next_ma
        got, took = solved(scenario, bound_ma)
        us += took
        apart, low = spread(got)
    while bound_ma is not None and left and limit_ma + low > bound_ma:
        left -= 1
        bound_ma = limit_ma + low
        other, took = solved(scenario, bound_ma)
        us += took
        apart, low = spread(other)
        if apart > limit_ma:
            break
        got = other
    return got, us


def answer(scenario) -> dict:
    """The result for one scenario; currents in mA, `us` is the solver's time."""
    limit_ma = scenario["imbalance_ma"]
    if limit_ma is None:
        site, us = solved(scenario, None)
    else:
        site, us = balanced(scenario, limit_ma)
    boxes = scenario["chargers"]
    return {
        "currents": site.out,
        "reasons": [reason_of(site, point, boxes[point.index]) for point in site.points],
        "us": us,
    }


def main():
    while True:
        line = sys.stdin.readline()
        if not line:
            return
        try:
            text = json.dumps(answer(json.loads(line)))
        except Exception as error:  # noqa: BLE001 - one scenario must not end the others
            text = json.dumps({"error": repr(error)})
        sys.stdout.write(text + "\n")
        if hasattr(sys.stdout, "flush"):
            sys.stdout.flush()


if __name__ == "__main__":
    main()
