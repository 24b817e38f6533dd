"""Names on the board: few enough, and those of the sources in tracebacks."""

import io
import subprocess

from tools import build_image, names, size
from tools.benchmarks import interned

KNOWN = {"firmware.app": {"_a": "_begin", "_b": "_end"}, "clock": {"_a": "_tick"}}
PRINTED = b"""Traceback (most recent call last):
  File "firmware.app", line 1, in _a
  File "clock", line 1, in _a
  File "clock", line 1, in _b
  File "firmware.app", line 1, in _bb
  File "other", line 1, in _a
part failed: "_a" \xff
the last line has no end"""
MEANT = PRINTED.replace(b'app", line 1, in _a', b'app", line 1, in _begin').replace(
    b'clock", line 1, in _a', b'clock", line 1, in _tick'
)


def test_functions_get_their_names_back():
    lines = PRINTED.splitlines(keepends=True)
    assert b"".join(names.translated(line, KNOWN) for line in lines) == MEANT
    assert names.translated(lines[1], {}) == lines[1]


def test_what_a_process_prints():
    output = io.BytesIO()
    reader = names.Reader(output, KNOWN)
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=reader.inlet) as process:
        process.communicate(PRINTED)
    reader.close()
    assert output.getvalue() == MEANT


def test_an_image_says_its_names(micropython, tmp_path):
    build_image.build(tmp_path)
    script = (
        "import sys\n"
        "sys.path[:] = ['', '.frozen', 'lib']\n"
        "from loadmgmt import timezone\n"
        "timezone.local_s((0, 0, (), ()), 5)\n"
    )
    done = subprocess.run([micropython, "-c", script], cwd=tmp_path, capture_output=True)
    assert b"_moment" not in done.stdout
    lines = [names.translated(line, names.load()) for line in done.stdout.splitlines()]
    assert [line for line in lines if line.endswith(b"in _moment")]


def test_no_image_no_names(tmp_path):
    assert names.load(tmp_path / "missing.json") == {}


def test_core_use_fits_the_table_of_names():
    build_image.build()
    steps, core_steps = interned.counts(build_image.DEFAULT)
    assert [step for step, _ in steps[1:core_steps]] == list(interned.CORE)
    counts = [count for _, count in steps]
    assert counts == sorted(counts) and counts[0] > 500
    assert counts[core_steps - 1] <= size.NAMES_BUDGET
