"""What goes on beside control, a little after each pass, when the settings want it.

A keeper has keep(app), which is quick and does not wait, and go_on(app, was): it goes on where
its predecessor stands when new settings come. Loaded when settings come into force.
"""

from on_demand import take

from firmware.eventcodes import TASK_FAILED
from firmware.supervisor import report

_UNKNOWN = -1  # in TASK_FAILED


def attach(app, document) -> None:
    """Make the keepers that these settings want."""
    before = {type(keeper).__name__: keeper for keeper in app.keepers}
    found = []
    if app.learnt is not None:
        found.append(app.learnt)
    if document.get("history", {}).get("enabled"):
        found.append(take("firmware", "history", "History")(app, document["timezone"]))
    if [1 for point in app.site.points if point.host and point.host != "127.0.0.1"]:
        found.append(take("firmware", "names", "Names")(app))
    app.keepers = found
    for keeper in found:
        was = before.get(type(keeper).__name__)
        if was is not None and keeper is not app.learnt:
            keeper.go_on(app, was)


def drop(app, keeper, error) -> None:
    """Go on without one that has failed: control does not depend on it (R7)."""
    app.keepers = [other for other in app.keepers if other is not keeper]
    app.events.add(TASK_FAILED, _UNKNOWN)
    report(error)
