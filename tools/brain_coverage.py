"""Print which lines and branches of the brain (lib/loadmgmt) its tests do not reach.

`make coverage`. The tests: those of the mutation run (mutate.py), and the properties. On CPython.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools import environment

if __name__ == "__main__":
    environment.rerun()

from tools import mutate

PROPERTIES = ROOT / "host_tests" / "unit" / "test_loadmgmt_properties.py"


def main():
    """Runs in a copy, so that nothing that is edited meanwhile mixes up the lines."""
    with tempfile.TemporaryDirectory(prefix="fusekeeper-coverage-") as scratch:
        shop = mutate.Workshop(scratch, [*mutate.suite()])
        shutil.copy(PROPERTIES, shop.both)
        tests = [str(path) for path in [*shop.tests, shop.both / PROPERTIES.name]]
        known = dict(os.environ, COVERAGE_FILE=str(shop.folder / "data"))
        known["PYTHONPATH"] = os.pathsep.join([str(shop.lib), str(shop.both), str(ROOT)])
        coverage = [sys.executable, "-m", "coverage"]
        measure = [*coverage, "run", "--branch", "--source=lib/loadmgmt", "-m", "pytest", "-q"]
        measure += ["-c", os.devnull, "--rootdir", scratch, "-p", "no:cacheprovider", *tests]
        failed = subprocess.run(measure, cwd=scratch, env=known).returncode
        subprocess.run([*coverage, "report", "--show-missing"], cwd=scratch, env=known, check=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
