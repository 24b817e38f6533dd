"""Which MicroPython runs the firmware on this machine.

The `micropython` of .venv where its wheel exists (Linux x86-64, macOS arm64), else one from PATH
that is new enough: 1.24, which reads the .mpy files of format 6 that mpy-cross writes.
"""

import functools
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from tools import environment

OLDEST = (1, 24)
MPY_FORMAT = 6
_ASK = """
import sys, asyncio, socket, termios, vfs
print(sys.implementation.version[0], sys.implementation.version[1], sys.implementation._mpy & 0xff)
"""


@functools.cache
def micropython():
    """Return the path of a usable micropython, or end the program saying what to do."""
    rejected = ""
    for where in (str(environment.VENV / "bin"), None):
        candidate = shutil.which("micropython", path=where)
        if candidate is None:
            continue
        reason = unfit(candidate)
        if reason is None:
            return candidate
        rejected = f"{candidate} {reason}; "
    sys.exit(
        f"{rejected}no usable micropython: the wheel is for Linux x86-64 and macOS arm64; "
        "elsewhere put the unix port of MicroPython 1.24 or newer (standard variant) on PATH"
    )


def unfit(path):
    """Return why this micropython cannot run the firmware, None if it can."""
    try:
        answer = subprocess.run([path, "-c", _ASK], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return "does not run"
    if answer.returncode:
        return "lacks " + answer.stderr.strip().rpartition("\n")[2].rpartition(" ")[2]
    major, minor, mpy_format = map(int, answer.stdout.split())
    if (major, minor) < OLDEST or mpy_format != MPY_FORMAT:
        return f"is {major}.{minor} with .mpy format {mpy_format}: too old or too new"
    return None


if __name__ == "__main__":
    print(micropython())
