"""What the firmware costs on the chip: .mpy bytes and heap per module, against the budget.

Bytes are those of the image. Heap is measured under MicroPython (64-bit unix port), each module in
a fresh interpreter with asyncio already loaded, after a collection; it includes what the module
imports. On the 32-bit chip bytecode takes about 0.7 of that. Ends with 1 when over budget.
"""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools import build_image, interpreter

# the chip without PSRAM: bytes of .mpy loaded, and heap of the whole firmware on the 64-bit port
CORE_MPY_BUDGET = 45 * 1024
CORE_HEAP_BUDGET = 150 * 1024
APP = "firmware.app"
# in the image, but not loaded on a board, or only when it is switched on
NOT_CORE = ("firmware/board/host",)
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
    print(f"{'module':32}{'.mpy bytes':>12}{'heap with imports':>20}")
    for path, module, size in rows:
        heap = heap_of(image, script, module)
        shown = f"{heap:20,}" if isinstance(heap, int) else f"  {heap}"
        print(f"{module:32}{size:12,}{shown}{'' if is_core(path) else '  (not in the core)'}")
    print()
    for package, size in packages(rows):
        print(f"{package:32}{size:12,}")
    core = sum(size for path, _, size in rows if is_core(path))
    over = [] if core <= CORE_MPY_BUDGET else ["core profile .mpy"]
    print(f"\n{'core profile .mpy':32}{core:12,} of {CORE_MPY_BUDGET:,}")
    if any(module == APP for _, module, _ in rows):
        heap = heap_of(image, script, APP)
        shown = f"{heap:,}" if isinstance(heap, int) else heap
        print(f"{'heap after import ' + APP:32}{shown:>12} of {CORE_HEAP_BUDGET:,} at run time")
        if not isinstance(heap, int) or heap > CORE_HEAP_BUDGET:
            over.append(f"heap after import {APP}")
    return over


def is_core(path):
    """Tell whether a module of the image counts against the core profile."""
    return not path.startswith(NOT_CORE)


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
