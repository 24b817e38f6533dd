"""Run the firmware on this PC: build its flash image into a folder, start it there, guard it.

Prints `ready http://ADDRESS:N` once the API answers and `restarted CAUSE COUNT` after each reset.
What the firmware itself prints goes to stderr, or to the file of --log, with the names of the
sources in tracebacks. Settings stay in the folder.
"""

import argparse
import fcntl
import ipaddress
import os
import pathlib
import re
import signal
import socket
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools import environment

WARP_PORT = 34127  # the manager's; wallboxes compare it


def number(low, high):
    """Return a check of an option for argparse."""

    def check(text):
        if not text.isdecimal() or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"{text} is wrong; give {low}..{high}")
        return int(text)

    return check


def address(text):
    try:
        return str(ipaddress.IPv4Address(text))
    except ValueError:
        wrong = f"{text} is no IPv4 address; give one like 127.20.1.1"
        raise argparse.ArgumentTypeError(wrong) from None


def heap(text):
    if not re.fullmatch(r"[1-9][0-9]*[KkMm]", text):
        raise argparse.ArgumentTypeError(f"{text} is no size; give one like 150K")
    return text


def arguments(words=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--flash", required=True, metavar="DIR", help="the image folder")
    parser.add_argument(
        "--http-port",
        type=number(0, 65535),
        default=8080,
        metavar="N",
        help="0 = any free port (default 8080)",
    )
    parser.add_argument(
        "--bind",
        type=address,
        metavar="ADDRESS",
        help="where UDP and HTTP listen (default: all addresses)",
    )
    parser.add_argument("--heap", type=heap, metavar="SIZE", help="heap of MicroPython, like 150K")
    parser.add_argument(
        "--watchdog-ms",
        type=number(2000, 600000),
        default=8000,
        metavar="MS",
        help="silence that leads to a reset",
    )
    parser.add_argument("--log", metavar="FILE", help="where the firmware's output is appended")
    return parser.parse_args(words)


def free_port(address):
    """Return a TCP port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


def claim(folder):
    """Take the folder for this firmware; return what holds it as long as this process lives."""
    holder = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(holder)
        raise ValueError(f"a firmware runs in {folder} already; give another --flash") from None
    return holder


def try_port(address, kind, port):
    """Raise ValueError when the firmware could not listen there."""
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind == socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            name = "HTTP" if kind == socket.SOCK_STREAM else "UDP"
            right = "--bind" if kind == socket.SOCK_DGRAM else "--http-port or --bind"
            wrong = f"{name} port {port} at {address}: {error.strerror}"
            raise ValueError(f"{wrong}; give another {right}") from None


def main():
    options = arguments()
    from tools import build_image, interpreter, names
    from tools.guardian import Guardian, Hopeless

    folder = pathlib.Path(options.flash)
    bind = options.bind or "0.0.0.0"
    try:
        try_port(bind, socket.SOCK_DGRAM, WARP_PORT)
        port = options.http_port or free_port(bind)
        try_port(bind, socket.SOCK_STREAM, port)
        folder.mkdir(parents=True, exist_ok=True)
        claim(folder)
        build_image.build(folder)
        output = names.Reader(open(options.log, "ab") if options.log else sys.stderr)
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
        output=output.inlet,
    )
    signal.signal(signal.SIGTERM, guardian.stop)
    signal.signal(signal.SIGINT, guardian.stop)
    try:
        guardian.run()
    except Hopeless as error:
        return str(error)
    finally:
        output.close()
    return 0


if __name__ == "__main__":
    environment.rerun()
    sys.exit(main())
