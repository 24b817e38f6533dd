"""Times of the brain's passes, run by MicroPython inside the flash image.

Prints one line per number of wallboxes: n, then microseconds of calibration, fresh pass,
reduction, share, solve; the best and the median of each. With the argument "on" that is done for
64 wallboxes only, with everything switched on that can be. For the first three all wallboxes are
three-phase, below a meter that includes them, and no two setpoints are alike: nothing is easier
than it will be. The solve is the whole of share() in a tree of three levels, its root metered,
with three-phase and single-phase wallboxes in all rotations and one of eight of unknown rotation,
a third of them waiting for their turn.
"""

import gc
import sys
from time import ticks_diff, ticks_us

sys.path[:] = ["", ".frozen", "lib"]

from loadmgmt import share
from loadmgmt.circuit import Circuit
from loadmgmt.point import ChargePoint
from loadmgmt.site import Site

WAITING = 2  # of loadmgmt.point; the image has no names for constants
CHARGING = 4
LOWERED = 1  # of loadmgmt.site
HOUSE_MA = 5000
ROTATIONS = ("L123", "L231", "L312", "L132", "L213", "L321")
START = 40  # seconds until all charge
ROUNDS = 40
IS_ON = "on" in sys.argv
ON = {
    "start_margin_ma": 500,
    "on_ms": 60000,
    "off_ms": 60000,
    "welcomes": True,
    "offers_full": True,
    "learn": "use",
    "probe_ma": 3000,
    "wake": 3,
}


def calibrate() -> int:
    """Time of a fixed piece of integer work: array, compare, add; what passes consist of."""
    begin = ticks_us()
    total = 0
    row = [1, 2, 3, 4]
    for i in range(2000):
        total += row[i & 3] * i
        if total > 100000:
            total -= 100000
    return ticks_diff(ticks_us(), begin)


def build(n: int):
    """n wallboxes that may have 12 A each."""
    circuit = Circuit("grid", None, None, [HOUSE_MA + 12000 * n] * 3)
    circuit.meter(0, 1000, True, False)
    points = []
    for i in range(n):
        point = ChargePoint("box %d" % i, 0, 3, "L123")
        point.dead_man_ms = 30000
        points.append(point)
    return optional(Site([circuit], points, 0))


def optional(site):
    """The site, with everything switched on if that is asked for."""
    if IS_ON:
        from loadmgmt import options

        metered = site.circuits[0]
        metered.imbalance_ma = 1000000  # binds nothing, but is reckoned with
        metered.breaker = "B"
        options.attach(site, ON, 0)
    return site


def answer(site, now_ms) -> int:
    """Every wallbox does what it is told and says so; returns what the meter reads."""
    total = HOUSE_MA
    for p in site.points:
        drawn = max(p.setpoint_ma, 0)
        p.sent_ms = now_ms
        p.report(now_ms, drawn, drawn, drawn, drawn, CHARGING if drawn else WAITING, 32000, 3)
        total += drawn
    return total


def sample(site, now_ms, meter_ma) -> int:
    """A meter value comes in and the pass runs on it."""
    site.sample(0, now_ms, meter_ma, meter_ma, meter_ma, False)
    return site.step(now_ms)


def timed(times, function, *arguments) -> int:
    """Call it with a clean heap, note how long it took."""
    gc.collect()
    begin = ticks_us()
    result = function(*arguments)
    times.append(ticks_diff(ticks_us(), begin))
    return result


def spread(site, now_ms):
    """Different setpoints for all, settled long ago."""
    for p in site.points:
        p.setpoint_ma = p.may_ma = p.peak_ma = 9000 + p.index * 37 % 64 * 50
        p.changed_ms = p.moved_ms = p.confirm_ms = now_ms - 60000


def measure(n: int):
    """Return the times of (fresh pass, reduction, share)."""
    site = build(n)
    fresh = []
    reductions = []
    shares = []
    now = 0
    for _ in range(START):
        now += 1000
        sample(site, now, answer(site, now - 300))
        site.step(now + 500)
    for _ in range(ROUNDS):
        now += 1000
        timed(fresh, sample, site, now, answer(site, now - 300))
        timed(shares, site.step, now + 500)
    for _ in range(ROUNDS):
        now += 1000
        spread(site, now)
        answer(site, now - 300)
        excess = site.circuits[0].target_ma[0] + 1000 * n
        site.shared_ms = now  # no sharing in this pass
        if timed(reductions, sample, site, now, excess) != LOWERED:
            raise ValueError("nothing was reduced")
        for p in site.points:
            if not p.min_ma <= p.setpoint_ma <= 12150:
                raise ValueError("a setpoint is wrong")
    return fresh, reductions, shares


def build_tree(n: int):
    """n wallboxes below a metered root, four feeders, eight sub-distributions."""
    circuits = [Circuit("grid", None, None, [HOUSE_MA + 4000 * n + 16000] * 3)]
    circuits[0].meter(0, 1000, True, False)
    for i in range(4):
        circuits.append(Circuit("feeder %d" % i, 0, [1500 * n + 7000 + 100 * i] * 3))
    for i in range(8):
        circuits.append(Circuit("sub %d" % i, 1 + i // 2, [900 * n + 6500 + 100 * i] * 3))
    points = []
    for i in range(n):
        rotation = None if i % 8 == 7 else ROTATIONS[i * 5 % 6]
        point = ChargePoint("box %d" % i, 5 + i % 8, 1 if i % 3 == 2 else 3, rotation)
        point.dead_man_ms = 30000
        points.append(point)
    return optional(Site(circuits, points, 0))


def answer_tree(site, now_ms):
    """Every wallbox does what it is told; the meter's phases."""
    total = [HOUSE_MA] * 3
    for p in site.points:
        drawn = max(p.setpoint_ma, 0)
        row = [0, 0, 0]
        for k in range(p.phases):
            row[k] = drawn
            total[p.seat.grid[k]] += drawn
        p.sent_ms = now_ms
        p.report(
            now_ms, drawn, row[0], row[1], row[2], CHARGING if drawn else WAITING, 32000, p.phases
        )
    return total


def measure_solve(n: int):
    """Return the times of the solve."""
    site = build_tree(n)
    times = []
    now = 0
    for second in range(START + ROUNDS):
        now += 1000
        meter = answer_tree(site, now - 300)
        site.sample(0, now, meter[0], meter[1], meter[2], False)
        site.step(now)
        site.step(now + 300)
        if second >= START:
            timed(times, share.share, site, now + 500)
    on = len([p for p in site.points if p.setpoint_ma > 0])
    if not n // 3 <= on <= n:
        raise ValueError("%d of %d charge" % (on, n))
    return [times]


for n in (64,) if IS_ON else (2, 8, 16, 32, 64):
    row = [[calibrate() for _ in range(9)]]
    row.extend(measure(n))
    row.extend(measure_solve(n))
    row[0].extend([calibrate() for _ in range(9)])
    words = [str(n)]
    for times in row:
        times.sort()
        words.append("%d %d" % (times[0], times[len(times) // 2]))
    print(" ".join(words))
