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
from random_calm import judge_service

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PASSES = int(os.environ.get("SOAK_PASSES", "1000000"))
SEED = int(os.environ.get("SOAK_SEED", "1"))
MUTANTS = os.environ.get("SOAK_MUTANTS", "200")
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


def test_every_servable_car_is_served_in_time(capsys):
    for seed in range(1, 41):
        cars, waited, bound = judge_service(seed)
        with capsys.disabled():
            print(f"seed {seed}: {cars} cars, {waited} of {bound} slots / 1000", flush=True)


def test_most_small_mistakes_are_noticed():
    """A mutation run of bounded length; docs/proof.md says what of its survivors is meant."""
    command = [sys.executable, str(ROOT / "tools" / "mutate.py"), "--sample", MUTANTS]
    done = subprocess.run(
        [*command, "--minutes", "60"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    print(done.stdout)
    assert done.returncode == 0
    noticed, _, counted = done.stdout.split("\n")[-2].split()[:3]
    assert int(noticed) >= int(counted) * 7 // 10, done.stdout
