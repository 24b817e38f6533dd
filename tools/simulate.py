"""Play a scenario in virtual time: the firmware's own control pass against a modelled site.

Prints a JSON summary: overloads, energy and stops per car, violations of the rules. Exit status 0;
1 when the scenario's own expectations are not met (named on stderr), 2 for a bad scenario.
The format of scenarios and summary: docs/simulate.md.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from tools import environment  # noqa: F401 - refuses a Python that is too old

import argparse
import json

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
    try:
        scenario = read(options.scenario)
    except ScenarioError as error:
        print(error, file=sys.stderr)
        return 2
    if options.trace:
        try:
            with options.trace.open("w", encoding="utf-8", newline="") as file:
                result = play(scenario, options.law, Trace(file))
        except OSError as error:
            print(f"{options.trace}: cannot be written: {error.strerror}", file=sys.stderr)
            return 2
    else:
        result = play(scenario, options.law)
    unmet = [] if options.law == "warp" else summary.unmet(result, scenario.expect)
    result["unmet"] = unmet
    print(json.dumps(result, indent=1))
    for line in unmet:
        print(line, file=sys.stderr)
    return 1 if unmet else 0


def play(scenario, law="fusekeeper", trace=None):
    """Play a checked scenario and return its summary."""
    run = Run(scenario, law, trace)
    return summary.summarize(run, run.play())


if __name__ == "__main__":
    sys.exit(main())
