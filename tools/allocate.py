"""Share current among wallboxes as the firmware does: scenarios in, allocations out.

One JSON scenario per line on standard input, one JSON answer per line on standard output, by the
firmware's own solver (lib/loadmgmt of the working tree). It is a first pass: no raise delay, no
start margin, no hysteresis. A bad line answers {"error": "what is wrong; what would be right"} and
the run goes on. Exit status 0; 1 when standard input cannot be read or standard output not be
written, with a line on stderr. docs/allocate.md describes the format.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "lib")]

from tools import environment


def _take(flags, number):
    """Open /dev/null as this file descriptor."""
    opened = os.open(os.devnull, flags)
    if opened != number:
        os.dup2(opened, number)
        os.close(opened)
    return number


def set_up():
    """As environment.rerun(), but the set-up of .venv neither speaks among the answers nor reads
    the scenarios."""
    if sys.stderr is None:  # closed: what is opened next must not become it
        sys.stderr = os.fdopen(_take(os.O_WRONLY, 2), "w")
    if sys.stdin is None:
        sys.exit("standard input is closed; right: one scenario per line on it")
    if sys.stdout is None:
        sys.exit("standard output is closed; right: somebody who takes the answers")
    kept = [(number, os.dup(number)) for number in (0, 1)]
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    try:
        environment.setup()
    finally:
        for number, copy in kept:
            os.dup2(copy, number)
        for number in (nothing, *(copy for _, copy in kept)):
            os.close(number)
    if pathlib.Path(sys.prefix) != environment.VENV:
        os.execv(environment.PYTHON, [str(environment.PYTHON), *sys.argv])


if __name__ == "__main__":
    set_up()

from firmware.schema import Invalid

from tools import allocate_check, interpreter, words

SOLVER = pathlib.Path(__file__).with_name("allocate_solver.py")
INTERPRETERS = ("micropython", "cpython")
_HEAP = "heapsize=2M"


def arguments(given=None):
    summary, _, rest = __doc__.partition("\n\n")
    parser = argparse.ArgumentParser(
        description=summary, epilog=rest, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--interpreter",
        choices=INTERPRETERS,
        default=INTERPRETERS[0],
        help="what runs the solver (default %(default)s)",
    )
    return parser.parse_args(given)


class Solver:
    """The process that solves. A context manager; `answer(line)` gives the answer to a line."""

    def __init__(self, interpreter_name):
        if interpreter_name == "cpython":
            self._command = [sys.executable]
        else:
            self._command = [interpreter.micropython(), "-X", _HEAP]
        self._command += [str(SOLVER), str(ROOT / "lib")]
        self._process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def answer(self, line: bytes) -> dict:
        """The answer of contract C4 to one line."""
        try:
            return self._answer(line)
        except Invalid as error:
            return {"error": str(error)}
        except Exception as error:  # noqa: BLE001 - one line must not end the others
            return {"error": f"line: {error!r}; give this line to Fusekeeper's makers"}

    def _answer(self, line):
        scenario = allocate_check.scenario(line)
        keys = ("circuits", "chargers", "imbalance_ma")
        solved = self._solve({key: scenario[key] for key in keys})
        if "error" in solved:
            return {"error": f"solver: {solved['error']}; give this line to Fusekeeper's makers"}
        return in_words(scenario, solved)

    def _solve(self, scenario):
        if self._process is None:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONUTF8": "1"},
            )
        line = b""
        try:
            text = json.dumps(scenario, ensure_ascii=False, separators=(",", ":"))
            self._process.stdin.write(text.encode() + b"\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            pass
        if not line.endswith(b"\n"):
            self.__exit__()
            status = self._process.returncode
            self._process = None  # the next line gets a new one
            return {"error": f"it ended with status {status}"}
        return json.loads(line)


def in_words(scenario: dict, solved: dict) -> dict:
    """The answer as people read it: names, phases, reasons and the totals of each phase."""
    allocations = []
    totals = [0, 0, 0]
    for charger, current, (code, place, value) in zip(
        scenario["chargers"], solved["currents"], solved["reasons"]
    ):
        at, phase = divmod(place, 3)
        circuit = None
        if place >= 0:
            circuit = scenario["names"][at] or words.say("place.grid")
        phases = charger["used"] if current else 0
        why = words.reason(code, circuit, phase + 1, value, on=current > 0)
        allocations.append(
            {"name": charger["name"], "current": current, "phases": phases, "reason": why}
        )
        rotation = charger["rotation"]
        counted = (0, 1, 2) if rotation is None else [int(n) - 1 for n in rotation[1 : 1 + phases]]
        for k in counted:
            totals[k] += current
    return {"allocations": allocations, "phase_totals": totals, "us": solved["us"]}


def in_bytes(answer: dict) -> bytes:
    """An answer as a line of UTF-8. Half a surrogate pair, which UTF-8 cannot hold, is spelt out;
    only an error can have one, of what it quotes."""
    if "error" in answer:
        spelt = answer["error"].encode("utf-8", "backslashreplace")
        answer = {"error": spelt.decode()}
    return json.dumps(answer, ensure_ascii=False).encode() + b"\n"


def given_lines():
    """The lines of standard input; ends the run with a message when they cannot be read."""
    try:
        yield from sys.stdin.buffer
    except OSError as error:
        sys.exit(f"standard input cannot be read: {error.strerror or error}")


def main():
    options = arguments()
    with Solver(options.interpreter) as solver:
        for line in given_lines():
            answer = in_bytes(solver.answer(line))
            try:
                sys.stdout.buffer.write(answer)
                sys.stdout.buffer.flush()
            except OSError as error:
                _take(os.O_WRONLY, sys.stdout.fileno())  # what is left over goes nowhere
                if isinstance(error, BrokenPipeError):  # nobody reads any more, as in `| head`
                    break
                sys.exit(f"standard output cannot be written: {error.strerror or error}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
