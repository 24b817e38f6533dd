"""Print which lines and branches of the brain (lib/loadmgmt) its tests do not reach.

`make coverage`. The tests: those of the mutation run (mutate.py), and the properties. On CPython.
"""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools import environment

if __name__ == "__main__":
    environment.rerun()

from tools import mutate

DATA = ROOT / "build" / "brain.coverage"
PROPERTIES = ROOT / "host_tests" / "unit" / "test_loadmgmt_properties.py"


def main():
    coverage = [sys.executable, "-m", "coverage"]
    known = dict(os.environ, COVERAGE_FILE=str(DATA))
    DATA.parent.mkdir(exist_ok=True)
    tests = [str(path) for path in [*mutate.suite(), PROPERTIES]]
    measure = [*coverage, "run", "--branch", "--source=lib/loadmgmt", "-m", "pytest", "-q", *tests]
    failed = subprocess.run(measure, cwd=ROOT, env=known).returncode
    subprocess.run([*coverage, "report", "--show-missing"], cwd=ROOT, env=known, check=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
