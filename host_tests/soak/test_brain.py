"""A million passes of the brain on random sites, half on CPython and half on MicroPython.

`make soak`, or another number with `SOAK_PASSES=5000000`, other sites with `SOAK_SEED=7`. A seed
that fails is printed with the pass and what does not hold: play it again with
`python host_tests/soak/play_brain.py lib:host_tests/unit/both SEED 400`, and keep it in
host_tests/unit/both/test_loadmgmt_random.py.
"""

import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PASSES = int(os.environ.get("SOAK_PASSES", "1000000"))
SEED = int(os.environ.get("SOAK_SEED", "1"))
BOTH = ROOT / "host_tests" / "unit" / "both"
PLAYER = ROOT / "host_tests" / "soak" / "play_brain.py"


@pytest.mark.parametrize("interpreter", ["cpython", "micropython"])
def test_the_rules_hold_on_random_sites(interpreter, micropython, capsys):
    command = [sys.executable]
    first = 1000000 * SEED
    if interpreter == "micropython":
        command = [micropython, "-X", "heapsize=16M"]
        first += 500000
    command += [str(PLAYER), f"{ROOT / 'lib'}:{BOTH}", str(first), str(PASSES // 2)]
    failures = []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as player:
        for line in player.stdout:
            with capsys.disabled():
                print(f"{interpreter}: {line}", end="", flush=True)
            if line.startswith("FAIL"):
                failures.append(line)
    assert player.returncode == 0 and not failures, failures
