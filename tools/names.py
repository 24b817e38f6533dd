"""Turns the short names in what a board prints back into those of the sources.

    tools/names.py [FILE ...] < console.log

A traceback of the image says `File "firmware.app", line 1, in _c`: tools/shorten_names.py has
given that name. build/flash.names.json, made with the image, says what it stands for. What
tools/run_firmware.py starts (make demo, the tests) is turned back as it is printed.
"""

import fileinput
import json
import os
import pathlib
import re
import sys
import threading

ROOT = pathlib.Path(__file__).resolve().parent.parent
KNOWN = ROOT / "build" / "flash.names.json"
_PLACE = re.compile(rb'(File "([\w.]+)", line \d+, in )(_\w)(?!\w)')


def load(path=KNOWN):
    """{module: {short: long}} of the image that was built last; nothing where there is none."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}


def translated(line, known):
    """A line of output (bytes) with the names of the sources."""

    def long(match):
        shorts = known.get(match[2].decode(), {})
        short = match[3].decode()
        return match[1] + shorts.get(short, short).encode()

    return _PLACE.sub(long, line)


class Reader:
    """Takes what processes print into `inlet`, and writes it to `output` with long names."""

    def __init__(self, output, known=None):
        self._known = load() if known is None else known
        self._output = output
        outlet, self.inlet = os.pipe()
        self._thread = threading.Thread(target=self._run, args=(outlet,), daemon=True)
        self._thread.start()

    def _run(self, outlet):
        target = getattr(self._output, "buffer", self._output)
        with os.fdopen(outlet, "rb") as lines:
            for line in lines:
                target.write(translated(line, self._known))
                target.flush()

    def close(self):
        """Wait until all is written; the processes have ended."""
        os.close(self.inlet)
        self._thread.join()


def main():
    known = load()
    for line in fileinput.input(mode="rb"):
        sys.stdout.buffer.write(translated(line, known))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
