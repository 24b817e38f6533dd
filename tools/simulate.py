"""Play a scenario in virtual time: the firmware's own control pass against a modelled site.

Prints a JSON summary: overloads, energy and stops per car, violations of the rules. Exit status 0;
1 when the scenario's own expectations are not met (named on stderr), 2 when the scenario is
wrong or something cannot be written: one line on stderr.
The format of scenarios and summary: docs/simulate.md.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from tools import environment  # noqa: F401 - refuses a Python that is too old

import argparse
import json
import os

from tools.virtual import summary
from tools.virtual.keys import ScenarioError
from tools.virtual.run import Run
from tools.virtual.scenario import read
from tools.virtual.trace import Trace


def arguments(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenario", type=pathlib.Path, help="JSON file, see docs/simulate.md")
    parser.add_argument("--trace", type=pathlib.Path, help="write a CSV, one row a second")
    parser.add_argument("--law", choices=("fusekeeper", "warp"), default="fusekeeper")
    return parser.parse_args(argv)


def main(argv=None):
    """Run the tool and return its exit status."""
    options = arguments(argv)
    if sys.stdout is None:
        return failed("standard output is closed; right: somebody who takes the summary")
    try:
        scenario = read(options.scenario)
        result = traced(scenario, options)
        unmet = [] if options.law == "warp" else summary.unmet(result, scenario.expect)
    except ScenarioError as error:
        return failed(error)
    result["unmet"] = unmet
    try:
        print(json.dumps(result, indent=1), flush=True)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is left over goes nowhere
        if not isinstance(error, BrokenPipeError):  # else nobody reads any more, as in `| head`
            return failed(f"standard output cannot be written: {error.strerror}")
    for line in unmet:
        tell(line)
    return 1 if unmet else 0


def tell(line):
    """A line on standard error, which may be closed."""
    if sys.stderr is not None:
        print(line, file=sys.stderr)


def failed(line):
    """Say why it cannot be done; the exit status for that."""
    tell(line)
    return 2


def traced(scenario, options):
    """Play it, with a trace if one is wanted."""
    if options.trace is None:
        return play(scenario, options.law)
    try:
        with options.trace.open("w", encoding="utf-8", newline="") as file:
            return play(scenario, options.law, Trace(file))
    except OSError as error:
        raise ScenarioError(f"{options.trace}: cannot be written: {error.strerror}") from None


def play(scenario, law="fusekeeper", trace=None):
    """Play a checked scenario and return its summary."""
    run = Run(scenario, law, trace)
    return summary.summarize(run, run.play())


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
