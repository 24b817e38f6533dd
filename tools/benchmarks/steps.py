"""Load steps in virtual time: how much overload a control law leaves, and how soon it gives back.

The five rows of the comparison with WARP: cars that take the target in total, follow their limit
1-4 s after the wallbox and have no minimum; meter once a second, all clock phases at random; the
house steps up, and the A*s above the limit are counted. Fusekeeper's own brain and the model of
WARP's law, same seeds.
"""

import random
import statistics
import sys

from tools.virtual.run import Run
from tools.virtual.scenario import check

# name, limit A, largest consumer A, step A, cars, goal A*s, WARP's law as published, A*s
ROWS = (
    ("63 A, largest 39 A, +39 A, 4 cars", 63, 39, 39, 4, 76, 126),
    ("63 A, largest 16 A, +16 A, 4 cars", 63, 16, 16, 4, 56, 142),
    ("63 A, largest 16 A, +8 A, 4 cars", 63, 16, 8, 4, 28, 107),
    ("35 A, largest 16 A, +16 A, 2 cars", 35, 16, 16, 2, 50, 84),
    ("35 A, largest 16 A, +5 A, 2 cars", 35, 16, 5, 2, 9, 29),
)
LAWS = ("fusekeeper", "warp")
RUNS = 300
GOAL_BACK_S = 20
GOAL_RESTART_S = 90
_WARM_S = 15
_AFTER_S = 40
_ROUNDING_MA = 200


def _site(limit, largest, house, boxes, cars, seconds, seed):
    return {
        "seconds": seconds,
        "seed": seed,
        "circuits": [
            {
                "name": "grid",
                "main_ma": limit * 1000,
                "largest_consumer_ma": largest * 1000,
                "meter": {"noise_ma": 20, "lag_s": 0},
                "house": house,
            }
        ],
        "chargers": boxes,
        "cars": cars,
    }


def overload_as(row, law, seed):
    """One run of a row; returns the A*s above the limit after the step."""
    _, limit, largest, step, n, _, _ = row
    dice = random.Random(seed)
    target = min(limit * 1400 - largest * 1000, limit * 1000)
    each = target // n
    at = _WARM_S + dice.uniform(0, 10)
    scenario = check(
        _site(
            limit,
            largest,
            [{"ma": step * 1000, "from_s": at}],
            [
                {
                    "name": "box",
                    "count": n,
                    "applied_ma": each,
                    "latency_s": dice.uniform(0, 0.1),  # it looks at its socket every 100 ms
                }
            ],
            [
                {
                    "charger": "all",
                    "max_ma": 32000,
                    "short_ma": 0,
                    "drawn_ma": each,
                    "cut_hold_s": [1, 4],
                    "cut_fall_s": 0,
                    "raise_wait_s": [1, 4],
                    "raise_ma_per_s": 1000000000,
                }
            ],
            at + _AFTER_S,
            seed,
        )
    )
    for charger in scenario.chargers:
        charger.min_ma = 1 if law == "fusekeeper" else 0
    for car in scenario.cars:
        car.min_ma = 0
    run = Run(scenario, law)
    run.play()
    return run.totals[0][0].over_mas / 1e6


def measure_row(row, law, runs=RUNS):
    """Return {median, p95, max} of a row's A*s."""
    values = sorted(overload_as(row, law, seed) for seed in range(runs))
    return {
        "median": statistics.median(values),
        "p95": values[min(runs - 1, runs * 95 // 100)],
        "max": values[-1],
    }


def back_s(seed, law="fusekeeper", load_a=16, stops=False):
    """How long after a load has gone the setpoints are at 95 % of what is free, in s; None: never.

    63 A, four cars as in the design. stops: the load leaves too little for the minima, and
    the time is that of a car that was stopped.
    """
    dice = random.Random(seed)
    limit = 35 if stops else 63
    n = 2 if stops else 4
    target = min(limit * 1400 - 16000, limit * 1000)
    begin = 90 + dice.uniform(0, 10)
    end = begin + 60 + dice.uniform(0, 10)
    load_a = 24 if stops else load_a
    house = [{"ma": load_a * 1000, "from_s": begin, "until_s": end}]
    boxes = [{"name": "box", "count": n, "applied_ma": target // n}]
    cars = [{"charger": "all", "max_ma": 32000, "drawn_ma": target // n - 500}]
    run = Run(check(_site(limit, 16, house, boxes, cars, end + 400, seed)), law)
    run.clock.run(round(end * 1000))
    stopped = [i for i, ma in enumerate(run.decided()) if ma == 0]
    if stops and not stopped:
        return None
    while run.clock.now < run.end_ms:
        decided = run.decided()
        if stops:
            if min(decided[i] for i in stopped) * n >= 0.95 * target:
                break
        elif sum(decided) >= 0.95 * target:
            break
        run.clock.run(run.clock.now + 50)
    else:
        return None
    return run.clock.now / 1000 - end


def unknown_rotation(seed):
    """25 A main, 2 A house, one single-phase car whose phase nobody knows, for 10 minutes.

    Returns (setpoint changes, mA drawn at the end, mA it could draw).
    """
    most = (16000, 32000, 20000)[seed % 3]
    boxes = [{"name": "box", "rotation": None, "wiring": ("L123", "L231", "L312")[seed % 3]}]
    cars = [{"charger": "box", "phases": 1, "max_ma": most}]
    run = Run(check(_site(25, 16, [{"ma": 2000}], boxes, cars, 600, seed)))
    run.play()
    car = run.cars[0][1]
    free = run.law.target_ma(0, 0) - 2000
    return run.changes[0], car.drawn_ma(), min(most, free - car.short_ma)


def ramp_up(seed):
    """One to four cars come at once below a 63 A fuse; meter each 1 s, wallboxes tell each 1.3 s.

    Returns how often a setpoint was cut while they start, in four minutes; 0.2 A and less is no
    cut, but the rounding of shares.
    """
    n = seed % 4 + 1
    boxes = [{"name": "box", "count": n, "report_s": 1.3, "wiring": "turning"}]
    cars = [{"charger": "all", "max_ma": 32000, "phases": 3 if seed % 3 else 1}]
    run = Run(check(_site(63, 16, [{"ma": 3000}], boxes, cars, 240, seed)))
    cuts = 0
    was = run.decided()
    while run.clock.now < run.end_ms:
        run.clock.run(run.clock.now + 50)
        now = run.decided()
        cuts += sum(new < old - _ROUNDING_MA for old, new in zip(was, now))
        was = now
    return cuts


def _spread(values):
    values = sorted(values)
    return {
        "median": statistics.median(values),
        "p95": values[min(len(values) - 1, len(values) * 95 // 100)],
        "max": values[-1],
    }


def measure(runs=RUNS):
    """All figures: {"rows": [...], "back": {...}, "restart": {...}, "unknown": .., "ramp": ..}."""
    few = max(3, runs // 10)
    never = float("inf")
    back = {law: _spread([back_s(seed, law) or never for seed in range(few)]) for law in LAWS}
    restart = [back_s(seed, stops=True) or never for seed in range(few)]
    return {
        "runs": runs,
        "rows": [{law: measure_row(row, law, runs) for law in LAWS} for row in ROWS],
        "back": back,
        "restart": _spread(restart),
        "unknown": max(unknown_rotation(seed)[0] for seed in range(few)),
        "ramp": max(ramp_up(seed) for seed in range(few)),
    }


def report(result):
    """The figures as lines of text."""
    lines = [
        f"Overload after a load step, A*s above the limit, {result['runs']} runs each: median /"
        " 95 % / max",
        f"{'':36}{'Fusekeeper':>20}{'goal':>7}{'WARP law, modelled':>22}{'published':>11}",
    ]
    for row, found in zip(ROWS, result["rows"]):
        own, warp = ("{median:.0f} / {p95:.0f} / {max:.0f}".format(**found[law]) for law in LAWS)
        lines.append(f"{row[0]:36}{own:>20}{'<= ' + str(row[5]):>7}{warp:>22}{row[6]:>11}")
    back = result["back"]
    lines.append("Seconds until the setpoints are at 95 % of the free current, load gone")
    for law in LAWS:
        goal = f"  <= {GOAL_BACK_S}" if law == "fusekeeper" else ""
        lines.append(
            "  {:12}{median:5.1f} / {p95:.1f} / {max:.1f}".format(law, **back[law]) + goal
        )
    lines.append(
        "  {:12}{median:5.1f} / {p95:.1f} / {max:.1f}".format("stopped car", **result["restart"])
        + f"  <= {GOAL_RESTART_S}"
    )
    lines.append(f"Unknown rotation: at most {result['unknown']} setpoint changes in 10 min  <= 3")
    lines.append(f"Ramp-up, reports each 1.3 s: at most {result['ramp']} cuts  <= 0")
    return lines


if __name__ == "__main__":
    print("\n".join(report(measure(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS))))
