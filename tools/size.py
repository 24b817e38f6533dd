"""What the firmware costs on the chip: .mpy bytes and heap per module, against the budget.

Bytes are those of the image. Heap is measured under MicroPython (64-bit unix port), each module in
a fresh interpreter with asyncio already loaded, after a collection; it includes what the module
imports. On the 32-bit chip bytecode takes about 0.7 of that. Last, the whole firmware runs on a
simulated site in a heap of its budget, with a client. Ends with 1 when over budget.
"""

import concurrent.futures
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools import build_image, interpreter
from tools.benchmarks import heap, interned

# the chip without PSRAM: bytes of .mpy loaded
CORE_MPY_BUDGET = 45 * 1024
# heap of the whole firmware on the 64-bit port in KiB, per number of wallboxes
HEAP_BUDGETS = {16: 150, 64: 250}
ALL_ON_HEAPS = {16: 250, 64: 350}  # with all that can be switched on; no budget of the design
RUN_S = 20
NAMES_BUDGET = 1270  # the next one is a new table of 14 KB, see interned.py
# loaded only where settings or the site want them: their bytes are no part of the core profile
OPTIONAL = (
    "loadmgmt.options",
    "loadmgmt.learn",
    "loadmgmt.probe",
    "loadmgmt.balance",
    "loadmgmt.uneven",
    "loadmgmt.breaker",
    "loadmgmt.envelope",
    "loadmgmt.thermal",
    "loadmgmt.wake",
    "loadmgmt.pace",
    "loadmgmt.peaks",
    "loadmgmt.classes",
    "loadmgmt.leftover",
    "firmware.learnt",
    "firmware.learnt_file",
)
# what stays loaded while the firmware runs
_RESIDENT = """
import sys
sys.path[:] = ["", ".frozen", "lib"]
import firmware.app, firmware.web.server
firmware.app.App()
print(*sys.modules)
"""
# what the heap of an import is measured with
_MEASURE = """
import sys, asyncio, gc
sys.path[:] = ["", ".frozen", "lib"]
gc.collect()
before = gc.mem_alloc()
__import__(sys.argv[1])
gc.collect()
print(gc.mem_alloc() - before)
"""


def modules(image):
    """Return [(path in the image, module name, bytes)] of all bytecode."""
    found = []
    for path in sorted(image.rglob("*.mpy")):
        relative = path.relative_to(image)
        parts = list(relative.with_suffix("").parts)
        if parts[0] == "lib":
            parts = parts[1:]
        if parts[-1] == "__init__":
            parts = parts[:-1]
        found.append((relative.as_posix(), ".".join(parts), path.stat().st_size))
    return found


def heap_of(image, script, module):
    """Return the heap bytes that importing `module` takes, or why it cannot be imported."""
    command = [interpreter.micropython(), "-X", "heapsize=8M", str(script), module]
    done = subprocess.run(command, cwd=image, capture_output=True, text=True, timeout=60)
    if done.returncode == 0:
        return int(done.stdout.split()[-1])
    return (done.stdout + done.stderr).strip().rpartition("\n")[2]


def packages(rows):
    """Return [(package, bytes)]: the sum of each folder, the largest first."""
    sums = {}
    for path, _, size in rows:
        folder = path.rpartition("/")[0].removeprefix("lib/")
        sums[folder] = sums.get(folder, 0) + size
    return sorted(sums.items(), key=lambda item: -item[1])


def report(image, script):
    """Print the tables; return the list of what is over its budget."""
    rows = modules(image)
    resident = resident_modules(image)
    print(f"{'module':32}{'.mpy bytes':>12}{'heap with imports':>20}")
    for _, module, size in rows:
        taken = heap_of(image, script, module)
        shown = f"{taken:20,}" if isinstance(taken, int) else f"  {taken}"
        print(f"{module:32}{size:12,}{shown}{'' if module in resident else '  (on demand)'}")
    print()
    for package, size in packages(rows):
        print(f"{package:32}{size:12,}")
    print("\nonly where they are switched on")
    for _, module, size in rows:
        if is_optional(module):
            print(f"{module:32}{size:12,}{'  (loaded!)' if module in resident else ''}")
    core = sum(size for _, module, size in rows if module in resident)
    over = [] if core <= CORE_MPY_BUDGET else ["core profile .mpy"]
    over += [module for module in sorted(resident) if is_optional(module)]
    print(f"\n{'core profile .mpy':32}{core:12,} of {CORE_MPY_BUDGET:,}")
    steps, core_steps = interned.counts(image)
    for step, count in steps:
        print(f"{'names, ' + step:32}{count:12,} of {NAMES_BUDGET:,}")
    over += [f"names, {step}" for step, count in steps[:core_steps] if count > NAMES_BUDGET]
    with concurrent.futures.ProcessPoolExecutor() as pool:
        runs = [
            (n, kib, is_all_on, pool.submit(heap.live, n, f"{kib}K", RUN_S, is_all_on))
            for is_all_on, budgets in ((False, HEAP_BUDGETS), (True, ALL_ON_HEAPS))
            for n, kib in budgets.items()
        ]
        for boxes, kib, is_all_on, run in runs:
            name = f"heap with {boxes} wallboxes{', all on' if is_all_on else ''}"
            used, refused = run.result()
            print(f"{name:32}{used:12,} of {kib * 1024:,}; {refused} answers refused")
            if refused or not used or used > kib * 1024:
                over.append(name)
    return over


def is_optional(module):
    """Whether it is one of OPTIONAL, or a part of one: learn.py may have a learn_sums.py."""
    return any(module == name or module.startswith(name + "_") for name in OPTIONAL)


def resident_modules(image):
    """Return the names of the modules that stay loaded on a board, requests or not."""
    command = [interpreter.micropython(), "-X", "heapsize=8M", "-c", _RESIDENT]
    done = subprocess.run(
        command, cwd=image, capture_output=True, text=True, timeout=60, check=True
    )
    names = set(done.stdout.split())
    return names - {"firmware.board.host"} | {"firmware.board.esp32"}


def main():
    build_image.build()
    script = ROOT / "build" / "measure_import.py"
    script.write_text(_MEASURE)
    over = report(build_image.DEFAULT, script)
    if over:
        sys.exit("over budget: " + ", ".join(over))


if __name__ == "__main__":
    from tools import environment

    environment.rerun()
    main()
