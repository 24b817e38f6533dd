"""Puts new settings in force while all goes on. Loaded for that only.

The new site is built beside the one in force, and takes its place when all has worked. Without the
memory for that the controller starts anew with the new settings. Running charges go on either way.
"""

import gc
import sys

from compat import UPY, ticks_ms
from on_demand import call, take, unload

import firmware
from firmware import board, eventcodes, settings

# the memory that making a site takes, all in all and for each wallbox, in bytes of a chip
_SITE = 16000
_WALLBOX = 550


def apply(app, given) -> str | None:
    """Check, store and use a new document; the error text when it is not used. Its wallboxes may
    be anything that gives their rows."""
    app.breathe()
    firmware.breathe = app.breathe
    try:
        new, error = settings.prepare(given)
    finally:
        firmware.breathe = None
    given = None
    if error:
        return error
    app.breathe()
    if settings.is_same() and not app.settings_error:
        settings.discard()
        return None  # the flash is spared
    if not _is_room(max(len(app.site.points), len(new["chargers"]))):
        restart = take("firmware", "actions", "restart")  # there is memory for it, then
        error = settings.commit(True)
        return error or restart(app, None)
    before = dict(app.__dict__)
    error = ""
    try:
        _change(app, new, before)
        error = settings.commit()
    except ValueError as wrong:
        error = str(wrong)
    finally:  # MemoryError is for the caller
        if error is not None:
            _go_back(app, before)
            settings.discard()
    if error is None:
        app.control.run_pass()  # a limit may be lower now
        app.settings_error = None
        app.is_bare = False
        app.events.add(eventcodes.CONFIG_CHANGED)
    return error


def _is_room(count: int) -> bool:
    """True when there is the memory for a second site of so many wallboxes."""
    if not UPY:
        return True
    gc.collect()
    wide = 2 if sys.maxsize > 0x7FFFFFFF else 1  # objects of a chip are half as large
    return gc.mem_free() >= wide * (_SITE + _WALLBOX * count)


def _change(app, new, before) -> None:
    """Build the app anew, and go on where it stood: `before` is what it consisted of."""
    from firmware import configure  # not before there is memory for it

    reduced = configure.without(app, new)
    configure.make(app, reduced)
    _take_over(app, before)
    configure.work_out(app, reduced)
    app.generation = before["generation"] + 1


def _go_back(app, before) -> None:
    """All as it was before, with a port to the bus that is open."""
    port = app.bus_port
    is_other = app.bus_settings is not before["bus_settings"]
    for name in before:
        setattr(app, name, before[name])
    app.control.replace(app.site, app.push)
    call("firmware", "configure", "unload_unused", app)
    if is_other:
        gc.collect()  # what was built in vain
        if port:
            port.close()
        if app.bus_port:
            app.bus_port = app.bus.client.port = board.open_rs485(app.bus_settings)


def _take_over(app, before) -> None:
    """Go on where the site before stands; a limit from outside goes on, too."""
    site = before["site"]
    try:
        from chargers import takeover

        successors = takeover.take_over(before["warp"], app.warp)
    finally:
        takeover = None
        unload("chargers", ("takeover",))
    try:
        from loadmgmt import takeover

        takeover.take_over(site, app.site, successors, ticks_ms())
    finally:
        takeover = None
        unload("loadmgmt", ("takeover",))
    if app.inputs and before["inputs"]:
        app.inputs.go_on(before["inputs"])
    if app.learnt and before["learnt"]:
        app.learnt.go_on(before["learnt"], successors)
    if before["is_written"]:
        app.is_written = True
        app.available_ma = min(before["available_ma"], app.maximum_ma)
        if before["write_watch_ms"]:
            app.written_ms = before["written_ms"]  # nobody has written now
    for meter in app.meters:
        if hasattr(meter, "go_on"):  # its next sample may take long
            meter.go_on(before["meters"], app.site)
