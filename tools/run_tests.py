"""Runs all tests in two processes at once: much of the time tests only wait.

What watches how fast the firmware reacts on a site has a process of its own; the output of the
other follows when that has ended. Ends with 1 when either fails.
"""

import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
GROUPS = (
    ("host_tests/site", "host_tests/browser"),
    ("host_tests/unit", "host_tests/upy", "host_tests/web"),
)


def command(folders):
    """The pytest of these folders; each has a cache of its own."""
    cache = "build/pytest-" + pathlib.Path(folders[0]).name
    return [sys.executable, "-m", "pytest", "-o", f"cache_dir={cache}", *folders]


def main():
    left = {path.name for path in (ROOT / "host_tests").iterdir() if list(path.glob("test_*.py"))}
    left -= {pathlib.Path(folder).name for folders in GROUPS for folder in folders} | {"soak"}
    if left:
        sys.exit(f"host_tests/{left.pop()} is in none of the groups of tools/run_tests.py")
    first, second = GROUPS
    with tempfile.TemporaryFile("w+") as output:
        beside = subprocess.Popen(command(second), cwd=ROOT, stdout=output, stderr=output)
        try:
            failed = subprocess.call(command(first), cwd=ROOT)
            failed = beside.wait() or failed
        finally:
            if beside.poll() is None:
                beside.terminate()
                beside.wait()
            output.seek(0)
            print(output.read(), end="")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
