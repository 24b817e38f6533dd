"""What a start leaves out because the one before it did not bear it. Loaded at the start.

Control comes first: settings with more switched on than the memory or the firmware bears must not
end in restarts for ever. A start that fails for want of memory notes LEFT_OUT and restarts, on a
clean heap; so does the third reset by the watchdog without ten minutes of work in between count.
The stored settings stay as they are. All is tried anew when the power comes back or settings.json
is another.
"""

from on_demand import call

from firmware import board
from firmware.eventcodes import LEFT_OUT, STARTED

ALL = 2  # the last stage: all that can be switched on; the first: the history and the learner
_WATCHDOG = 2  # the cause in STARTED
_RESETS = 3
_STEADY_S = 600
_OF_CIRCUITS = ("imbalance_ma", "imbalance_mode", "breaker")


def look_back(app) -> None:
    """Find out how much to leave out at this start, 0..ALL, by the log that ends with it."""
    app.mark = call("firmware", "store", "mark") & 0x7FFFFFFF
    app.stage = stage(app.events.since(), app.mark)


def stage(events, mark: int) -> int:
    """See look_back(). mark: what tells this settings.json from another."""
    found = resets = 0
    for _, uptime_s, code, subject, value in events:
        if code == LEFT_OUT:
            found = subject if value == mark else 0
            resets = 0
        elif code == STARTED:
            if value == 0:  # power on
                found = resets = 0
            elif value == _WATCHDOG:
                resets += 1
        elif uptime_s >= _STEADY_S:
            resets = 0
    return min(found + 1, ALL) if resets >= _RESETS else found


def reduced(app, document) -> tuple:
    """Return the document without what is to be left out, and what that is, by its settings.

    A stage that would leave out nothing is skipped.
    """
    names = _names(document, app.stage)
    while not names and app.stage < ALL:
        app.stage += 1
        names = _names(document, app.stage)
    new = {key: document[key] for key in document if key not in names}
    new["circuits"] = [
        {key: row[key] for key in row if key not in names} for row in document["circuits"]
    ]
    return new, names


def _names(document, left_out) -> list:
    parts = ("history", "learning", "wake_up")[: left_out and left_out + 1]
    names = [name for name in parts if name in document]
    for row in document["circuits"] if left_out == ALL else ():
        names += [key for key in _OF_CIRCUITS if key in row and key not in names]
    return names


def note(app) -> None:
    """Note in the log what this life goes without, for the next start."""
    print("left out:", ", ".join(app.left_out))
    app.events.add(LEFT_OUT, app.stage, app.mark)
    app.events.flush()


def more(app, document) -> int:
    """Return the next stage that leaves out more than this life does, 0 where there is none."""
    for found in range(app.stage + 1, ALL + 1):
        if len(_names(document, found)) > len(app.left_out):
            return found
    return 0


def leave_out_more(app, document) -> None:
    """Restart with more left out; returns where there is nothing more."""
    app.stage = more(app, document) if document else 0  # it may not even have been read
    if app.stage:
        app.left_out = _names(document, app.stage)
        note(app)
        board.restart()
