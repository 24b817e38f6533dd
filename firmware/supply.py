"""Works out the limits of the circuits anew, when one of their sources has changed, and takes what
is written to those sources. Loaded for the call.

`circuit.sources` is (hard limit, operator limit, offset, number of the input or -1, rows of the
day); lists of three mA or None. available_current is for root circuits without a meter, and for
all roots while external control is on.
"""

from compat import ticks_ms
from loadmgmt import limits

from firmware import eventcodes


def work_out(app) -> bool:
    """Give every circuit its limit. True: one of them has changed."""
    changed = False
    inputs = app.inputs
    profiles = app.profiles
    if inputs:
        inputs.take()
    if profiles:
        profiles.take()
    for circuit in app.site.circuits:
        hard, operator, offset, number, rows = circuit.sources
        if number >= 0 and not inputs.live[number]:
            offset = None
        scheduled = profiles.current_ma(circuit.index) if rows else None
        available = app.available_ma if takes_available(app, circuit) else None
        if limits.put(circuit, *limits.effective(hard, operator, offset, scheduled, available)):
            changed = True
    app.limits_due = False
    return changed


def refresh(app, is_silent: bool) -> None:
    """Work the limits out; what has to be lowered is lowered at once. is_silent: the one who wrote
    available_current writes no longer, the default holds again."""
    if is_silent:
        app.available_ma = app.default_ma
        app.is_written = False
        app.limits_due = True
        value = -1 if app.default_ma is None else app.default_ma
        app.events.add(eventcodes.AVAILABLE_CURRENT, 1, value)
    if work_out(app):
        app.control.run_pass()


def takes_available(app, circuit) -> bool:
    """True where available_current holds."""
    return circuit.parent is None and (app.external_control or not circuit.metered)


def set_available(app, current_ma: int) -> str | None:
    """Take available_current from outside; the error text when that is not allowed."""
    for circuit in app.site.circuits:
        if takes_available(app, circuit):
            break
    else:
        return "the meter rules this site; right: external.enabled true"
    app.written_ms = ticks_ms()
    app.is_written = True
    if current_ma != app.available_ma:
        app.available_ma = current_ma
        app.limits_due = True  # even if the memory does not suffice now
        app.events.add(eventcodes.AVAILABLE_CURRENT, 0, current_ma)
        refresh(app, False)
    return None


def set_input(app, number: int, is_live: bool) -> None:
    """Take the state of an input that is written."""
    if app.inputs.given[number] is not is_live:
        app.inputs.given[number] = is_live
        app.limits_due = True
        refresh(app, False)
