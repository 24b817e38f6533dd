"""Run the firmware on this PC: build its flash image into a folder, start it there, guard it.

Prints `ready http://ADDRESS:N` once the API answers and `restarted CAUSE COUNT` after each reset.
What the firmware itself prints goes to stderr, or to the file of --log. Settings stay in the
folder.
"""

import argparse
import pathlib
import signal
import socket
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools import environment


def arguments(words=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--flash", required=True, metavar="DIR", help="the image folder")
    parser.add_argument(
        "--http-port", type=int, default=8080, metavar="N", help="0 = any free port (default 8080)"
    )
    parser.add_argument(
        "--bind", metavar="ADDRESS", help="where UDP and HTTP listen (default: all addresses)"
    )
    parser.add_argument("--heap", metavar="SIZE", help="heap of MicroPython, like 150K")
    parser.add_argument(
        "--watchdog-ms", type=int, default=8000, metavar="MS", help="silence that leads to a reset"
    )
    parser.add_argument("--log", metavar="FILE", help="where the firmware's output is appended")
    return parser.parse_args(words)


def free_port(address):
    """Return a TCP port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


def main():
    options = arguments()
    from tools import build_image, interpreter
    from tools.guardian import Guardian, Hopeless

    folder = pathlib.Path(options.flash)
    try:
        build_image.build(folder)
        port = options.http_port or free_port(options.bind or "0.0.0.0")
        output = open(options.log, "ab") if options.log else sys.stderr
    except (SyntaxError, ValueError, OSError, LookupError) as error:
        return str(error)
    command = [interpreter.micropython()]
    if options.heap:
        command += ["-X", f"heapsize={options.heap}"]
    command += ["main.py", "--http-port", port]
    if options.bind:
        command += ["--bind", options.bind]
    guardian = Guardian(
        command,
        folder,
        options.bind or "127.0.0.1",
        port,
        options.watchdog_ms / 1000,
        say=lambda line: print(line, flush=True),
        output=output,
    )
    signal.signal(signal.SIGTERM, guardian.stop)
    signal.signal(signal.SIGINT, guardian.stop)
    try:
        guardian.run()
    except Hopeless as error:
        return str(error)
    return 0


if __name__ == "__main__":
    environment.rerun()
    sys.exit(main())
