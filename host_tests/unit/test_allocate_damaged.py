"""tools/allocate.py with lines and streams that are damaged: never a traceback."""

import json
import pathlib
import random
import subprocess
import sys
import threading

import pytest

from tools import allocate

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = [sys.executable, str(ROOT / "tools" / "allocate.py")]
FILES = sorted((ROOT / "host_tests" / "scenarios").glob("*.jsonl"))
EXAMPLES = [line for path in FILES for line in path.read_bytes().splitlines()]


@pytest.mark.parametrize("name", allocate.INTERPRETERS)
def test_half_a_surrogate_pair_is_an_error_line_and_the_run_goes_on(name):
    lines = b'{"limits": null, "\\ud800": 1}\n{"limits": null}\n{"": 1}\n{"limits": null}\n'
    done = subprocess.run(
        [*TOOL, "--interpreter", name], input=lines, capture_output=True, timeout=60
    )
    assert done.returncode == 0 and not done.stderr
    first, second, third, fourth = [json.loads(line) for line in done.stdout.splitlines()]
    assert first["error"].startswith("\\ud800: unknown key")
    assert third["error"].startswith('"": a key without a name')
    assert second["allocations"] == fourth["allocations"] == []


PIECES = [
    b"\\ud800",
    b"NaN",
    b"1e999",
    b"-1",
    b"1.0",
    b"true",
    b"null",
    b'"',
    b"[",
    b"{",
    b"}",
    b"]",
]
PIECES += [b"\xff", b"\0", b"\\u0000", b"9" * 30, b",", b":", b'"A"', b"[[[[", b"\\", b"\r", b"{}"]


def damaged(dice, line):
    """A line with some of its bytes cut, doubled or replaced by something else."""
    for _ in range(dice.choice((1, 1, 2, 4))):
        at = dice.randrange(len(line) + 1)
        end = min(len(line), at + dice.choice((0, 1, 1, 3, 20)))
        piece = dice.choice([*PIECES, b"", line[at:end] * 2])
        line = line[:at] + piece + line[end:]
    return line.replace(b"\n", b" ")


def test_damaged_lines_are_answered_alike_by_both_interpreters():
    dice = random.Random(6)
    lines = []
    while len(lines) < 1500:
        lines += [damaged(dice, line) for line in EXAMPLES]
    answers = []
    for name in allocate.INTERPRETERS:
        done = subprocess.run(
            [*TOOL, "--interpreter", name],
            input=b"\n".join(lines) + b"\n",
            capture_output=True,
            timeout=100,
        )
        assert done.returncode == 0 and not done.stderr
        found = [json.loads(answer) for answer in done.stdout.splitlines()]
        assert len(found) == len(lines)
        answers.append([{**answer, "us": 0} for answer in found])
    assert answers[0] == answers[1]
    errors = [answer["error"] for answer in answers[0] if "error" in answer]
    assert 300 < len(errors) < len(lines)
    for error in errors:
        where, _, wrong = error.partition(": ")
        assert where and "; give " in wrong and "makers" not in wrong, error


@pytest.mark.parametrize(
    ("redirection", "status", "said"),
    [
        ("<&-", 1, "standard input is closed"),
        ("0>out", 1, "standard input cannot be read"),
        (">&-", 1, "standard output is closed"),
        (">/dev/full", 1, "standard output cannot be written: No space left on device"),
        ("<&- >&- 2>&-", 1, None),
        (">out 2>&-", 0, None),
    ],
)
def test_closed_and_full_streams_are_one_line(tmp_path, redirection, status, said):
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" "$1" {redirection}', *TOOL],
        input='{"limits": null}\n' * 3,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == status and not done.stdout
    if said:
        assert said in done.stderr and done.stderr.count("\n") == 1
    else:
        assert not done.stderr


def test_a_reader_that_goes_away_ends_it_quietly():
    with subprocess.Popen(
        TOOL, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        deadline = threading.Timer(60, process.kill)
        deadline.start()
        process.stdin.write(b'{"limits": null}\n')
        process.stdin.flush()
        assert process.stdout.readline()
        process.stdout.close()
        process.stdin.write(b'{"limits": null}\n')
        process.stdin.flush()
        assert process.stderr.read() == b""
        assert process.wait() == 0
        deadline.cancel()
