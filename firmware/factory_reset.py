"""Factory reset: all that was set, learnt and logged goes; program and page stay.

Safe through a power cut: begin() only writes a marker, and then the board restarts; finish(), at
each start before anything is read, removes all files while the marker is there, and that last. So
after a cut at any moment all is as before, or the next start goes on. Of the event log one entry
is left, which says so. Loaded for the call.
"""

import os
import struct

from firmware.eventcodes import FACTORY_RESET

MARKER = "factory.reset"

# of each file that holds data: what is before the first dot
_KINDS = ("settings", "users", "learnt", "names", "history", "energy", "events", "restore")
_EVENTS = "events"
_RECORD = "<IIBbi"  # see firmware.eventlog


def begin() -> None:
    """From the next start on it is a new device. OSError: all is as before."""
    with open(MARKER, "wb"):
        pass
    if hasattr(os, "sync"):
        os.sync()


def finish() -> None:
    """At the start: do what was begun, if anything was."""
    try:
        os.stat(MARKER)
    except OSError:
        return
    try:
        for name in os.listdir():
            if name.split(".")[0] in _KINDS:
                os.remove(name)
        with open(_EVENTS, "wb") as file:
            file.write(struct.pack(_RECORD, 1, 0, FACTORY_RESET, 0, 0))
        os.remove(MARKER)
    except OSError as error:
        print("factory reset:", error)  # the next start tries again
