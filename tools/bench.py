"""`make bench`: how fast the firmware reacts, what its passes cost, how good they are, its heap.

Measures on this machine: the passes of the brain under MicroPython; load steps in virtual time and
first passes on random sites, which no machine makes faster; then, side by side, the whole firmware
under MicroPython on simulated sites, and alone with the clients of its web server. Each figure
stands beside its reference: an own calibration loop, the model of WARP, or the same without, in
the same run; and the goal. Takes eighteen minutes, with --quick five.
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from tools import environment

if __name__ == "__main__":
    environment.rerun()

import argparse
import concurrent.futures
import os
import subprocess
import time

from tools import build_image, interpreter
from tools.benchmarks import heap, optimum, reaction, steps, web

REACTION_BOXES = (6, 64)
HEAP_BOXES = (16, 64)
CHIP_FACTOR = 150  # an ESP32 at 240 MHz against the unix port on a PC
GOAL_P99_MS = 250
GOAL_REDUCTION_US = 300
GOAL_SHARE_US = 1000
GOAL_SOLVE_US = 1000
GOAL_GROWTH = 10  # of the solve, from the first to the second of these numbers of wallboxes
GROWTH_BOXES = (8, 64)
SITES = ("mixed", "known", "flat")
QUICK_STEPS = 30
GOAL_HEAP = {16: 150_000, 64: 250_000}  # bytes on the 64-bit unix port


def measure_passes(image, *arguments):
    """Return [(n, [(best, median) of calibration, fresh, reduction, share, solve])] in us.

    image: a folder of build_image with the names of constants; arguments: "on" for 64 wallboxes
    and everything switched on.
    """
    script = ROOT / "tools" / "benchmarks" / "passes.py"
    done = subprocess.run(
        [interpreter.micropython(), "-X", "heapsize=4M", str(script), *arguments],
        cwd=image,
        capture_output=True,
        text=True,
        timeout=300,
    )
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    rows = []
    for line in done.stdout.splitlines():
        n, *values = map(int, line.split())
        rows.append((n, list(zip(values[::2], values[1::2]))))
    return rows


NAMES = ("fresh sample", "reduction", "full share", "solve")


def print_passes(rows):
    print(
        "Passes of the brain on MicroPython, median of 40 (best), three-phase wallboxes below one"
    )
    print("  meter; the solve: share() in a tree of three levels, phases and rotations mixed")
    print(f"  chip = estimate, x {CHIP_FACTOR}; ratio = median / median of the calibration loop")
    print("wallboxes  calibration  pass              us  ratio  chip ms    goal")
    goals = (None, GOAL_REDUCTION_US, GOAL_SHARE_US, GOAL_SOLVE_US)
    for n, (calibration, *passes) in rows:
        for name, goal, (best, median) in zip(NAMES, goals, passes):
            shown = f"  <= {goal} us" if goal and n == 64 else ""
            print(
                f"{n:9}{calibration[1]:10} us  {name:12}{median:6} ({best})".ljust(47)
                + f"{median / calibration[1]:8.2f}{median * CHIP_FACTOR / 1000:9.1f}{shown}"
            )
    few, many = GROWTH_BOXES
    print(f"growth of the solve from {few} to {many}: {growth(rows):.1f} x  <= {GOAL_GROWTH} x")
    print()


def print_all_on(off, on):
    """The passes of as many wallboxes without and with everything that can be switched on."""
    print(f"Everything switched on, {on[0]} wallboxes, median, us: off / on")
    for name, (_, without), (_, with_all) in zip(NAMES, off[1][1:], on[1][1:]):
        print(f"  {name:12}{without:8} / {with_all}")
    print()


def growth(rows) -> float:
    """By how much the median of the solve grows between the numbers of GROWTH_BOXES."""
    solve = {n: times[-1][1] for n, times in rows}
    return solve[GROWTH_BOXES[1]] / solve[GROWTH_BOXES[0]]


def print_laws(found, rows):
    """What steps.measure and optimum.measure have found, with goals and the models of WARP."""
    print("\n".join(steps.report(found)), end="\n\n")
    optimum.report(rows)


def print_reaction(row):
    if row["boxes"] == REACTION_BOXES[0]:
        print("Meter sample -> last reducing packet at the wallboxes, whole firmware, ms")
        print("wallboxes  reductions  packets  median    p95    p99    max  goal p99")
    print(
        f"{row['boxes']:9}{row['count']:12}{row['packets']:9}{row['median_ms']:8.1f}"
        f"{row['p95_ms']:7.1f}{row['p99_ms']:7.1f}{row['max_ms']:7.1f}  <= {GOAL_P99_MS}"
    )
    print(f"{'':9}of it {row['first_ms']:.1f} until the first packet,", end=" ")
    print(f"{row['groups_ms']:.1f} for sending in groups of 8 (medians)")
    if row["others"]:
        print(f"{'':9}{row['others']} more reductions, by passes between two samples")


def print_heap(row):
    if row["boxes"] == HEAP_BOXES[0]:
        print("\nHeap in use, whole firmware on the 64-bit unix port, bytes")
        print("wallboxes  after start  after     bytes   growth    goal")
    print(
        f"{row['boxes']:9}{row['start']:13,}{row['seconds'] / 60:5.0f} min{row['end']:10,}"
        f"{row['end'] - row['start']:9,}  <= {GOAL_HEAP[row['boxes']]:,}"
    )


def load() -> str:
    """What else this machine does, which the times depend on."""
    return f"{os.cpu_count()} CPUs, load average {os.getloadavg()[0]:.1f}"


def main(argv=None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--quick", action="store_true", help="few reductions and load steps, heap for a minute"
    )
    quick = parser.parse_args(argv).quick
    begin = time.monotonic()
    build_image.build(build_image.FOR_SCRIPTS, constants=True)
    print(f"Before: {load()}\n")
    rows = measure_passes(build_image.FOR_SCRIPTS)
    print_passes(rows)
    print_all_on(rows[-1], measure_passes(build_image.FOR_SCRIPTS, "on")[-1])
    sys.stdout.flush()
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        found = pool.submit(steps.measure, QUICK_STEPS if quick else steps.RUNS)
        rows = pool.submit(optimum.measure, SITES)
        print_laws(found.result(), rows.result())
    print("The firmware on simulated sites runs now ...", flush=True)
    with concurrent.futures.ProcessPoolExecutor(4) as pool:
        reactions = [
            pool.submit(reaction.measure, n, 20 if quick else 200) for n in REACTION_BOXES
        ]
        heaps = [pool.submit(heap.measure, n, 60 if quick else 600) for n in HEAP_BOXES]
        for future in reactions:
            print_reaction(future.result())
        sys.stdout.flush()
        for future in heaps:
            print_heap(future.result())
    print(flush=True)
    print("\n".join(web.report(web.measure(15, 8) if quick else web.measure(60, 20))))
    print(f"\nAfter {(time.monotonic() - begin) / 60:.1f} minutes: {load()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
