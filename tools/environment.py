"""The Python environment of the host side: .venv, made once from requirements/tools.txt.

`python3 tools/environment.py` makes it (and does nothing when it is there and fits). A tool that
needs it calls `environment.rerun()` before its other imports: the tool then runs in .venv.
Only the standard library, and syntax that an old Python can read to say that it is too old.
"""

import hashlib
import os
import pathlib
import subprocess
import sys

OLDEST_PYTHON = (3, 11)
if sys.version_info < OLDEST_PYTHON:
    sys.exit("Fusekeeper's tools need Python 3.11 or newer; this is " + sys.version.split()[0])

ROOT = pathlib.Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PINS = ROOT / "requirements" / "tools.txt"
READY = VENV / "ready"


def fingerprint():
    """Return what .venv depends on: the pins and, since its scripts name it, the folder."""
    return hashlib.sha256(PINS.read_bytes() + str(ROOT).encode()).hexdigest()


def is_ready():
    """Tell whether .venv holds what the pins say and its Python still exists."""
    try:
        return PYTHON.exists() and READY.read_text() == fingerprint()
    except OSError:
        return False


def setup():
    """Make .venv if it is not there or does not fit; a second caller waits for the first."""
    if is_ready():
        return
    import fcntl

    lock_path = ROOT / "build" / "locks" / "venv"
    lock_path.parent.mkdir(parents=True, exist_ok=True)
    with lock_path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_ready():
            _make()


def rerun():
    """Continue this program in .venv, setting it up first where it has to be."""
    setup()
    if pathlib.Path(sys.prefix) != VENV:
        os.execv(PYTHON, [str(PYTHON), *sys.argv])


def _make():
    print("setting up .venv", flush=True)
    if not PYTHON.exists() or not _has_pip():
        _create()
    install = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    install += ["--require-hashes", "--only-binary=:all:", "-r", str(PINS)]
    if subprocess.run(install).returncode:
        sys.exit("pip could not install the pinned tools into .venv (see above)")
    READY.write_text(fingerprint())


def _create():
    """Make an empty virtual environment; Debian keeps what that needs in a package of its own."""
    from tools import system_packages

    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if subprocess.run(command, capture_output=True).returncode == 0:
        return
    system_packages.install("python3-venv", "Python's venv module")
    if subprocess.run(command).returncode:
        sys.exit("python3 -m venv does not work here: install Python's venv and pip")


def _has_pip():
    command = [str(PYTHON), "-m", "pip", "--version"]
    return subprocess.run(command, capture_output=True).returncode == 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    setup()
