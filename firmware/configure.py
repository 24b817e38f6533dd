"""Puts settings in force: at the start, and when new ones are written. Loaded for that only."""

import gc
import sys

from compat import UPY, ticks_ms
from on_demand import call, unload

from firmware import board, eventcodes, settings

# with less left, the pass or the page fails soon; objects of a chip are half as large
_SPARE = 11500 if sys.maxsize > 0x7FFFFFFF else 6000
_BUILT = ("site", "bus", "warp", "meters", "inputs", "profiles", "push", "learnt")


def start(app) -> None:
    """Build the app of the stored settings, or of none at all if they cannot be used."""
    document = error = None
    try:
        call("firmware", "cautious", "look_back", app)
        document, app.settings_error = settings.load()
        _begin(app, document)
        gc.collect()
        if UPY and gc.mem_free() < _SPARE and call("firmware", "cautious", "more", app, document):
            raise MemoryError
    except ValueError as wrong:
        error = str(wrong)
    except MemoryError:
        for name in _BUILT:
            setattr(app, name, None)  # there has to be memory for what follows
        app.control.replace(None, None)
        unload("firmware", ("build", "warp_config", "supply"))
        call("firmware", "cautious", "leave_out_more", app, document)
        document = None
        error = "settings: too much for the memory; give less"
    if error:
        app.settings_error = app.settings_error or error
        _begin(app, settings.defaults())
    if app.settings_error:
        app.events.add(eventcodes.SETTINGS_ERROR)
        print("settings error:", app.settings_error)


def _begin(app, document) -> None:
    reduced = _reduced(app, document)
    if app.left_out:
        call("firmware", "cautious", "note", app)
    _build(app, reduced)
    _work_out(app, reduced)


def _reduced(app, document) -> dict:
    """The document without what this life goes without."""
    app.left_out = ()
    if app.stage:
        document, app.left_out = call("firmware", "cautious", "reduced", app, document)
    return document


def document(app) -> dict:
    """The settings in force, read anew: they take much memory."""
    stored, error = settings.load()
    if error and "memory" in error:
        raise MemoryError  # what came instead is not in force
    return settings.defaults() if app.settings_error and not error else stored


def apply(app, new) -> str | None:
    """Check, store and use a new document; the error text when it is not used."""
    before = dict(app.__dict__)
    is_done = False
    try:
        reduced = _reduced(app, new)
        _build(app, reduced)
        _take_over(app, before)
        _work_out(app, reduced)
        reduced = None
        error = settings.save(new)
        is_done = error is None
    except ValueError as wrong:
        error = str(wrong)
    finally:  # MemoryError is for the caller
        if not is_done:
            _go_back(app, before)
    if is_done:
        app.control.run_pass()  # a limit may be lower now
        app.settings_error = None
        app.events.add(eventcodes.CONFIG_CHANGED)
    return error


def _go_back(app, before) -> None:
    """All as it was before, with a port to the bus that is open."""
    port = app.bus_port
    is_other = app.bus_settings is not before["bus_settings"]
    for name in before:
        setattr(app, name, before[name])
    app.control.replace(app.site, app.push)
    _unload_unused(app)
    if is_other:
        gc.collect()  # what was built in vain
        if port:
            port.close()
        if app.bus_port:
            app.bus_port = app.bus.client.port = board.open_rs485(app.bus_settings)


def _open_bus(app, rs485) -> None:
    """Have the port of these settings in app.bus_port; None where there is none, or it failed."""
    if app.bus_settings != rs485:
        port = getattr(app, "bus_port", None)
        app.bus_settings = rs485
        app.bus_port = None
        if port:
            port.close()
        app.bus_port = board.open_rs485(rs485)


def _build(app, new) -> None:
    """Make site, drivers and bus of the document; nothing but the port to the bus is replaced when
    that fails."""
    from firmware import build, warp_config

    now = ticks_ms()
    _open_bus(app, new["rs485"])
    parts = build.build(new, app.bus_port, now, app.sampled, app.send)
    manager = warp_config.manager(new)
    site, bus, warp = parts
    inputs, profiles, push = _extras(app, new, site, bus, warp)
    app.inputs = inputs
    app.profiles = profiles
    app.push = push
    app.site, app.bus, app.warp = parts
    app.meters = app.bus.meters
    app.name = new["name"]
    external = new.get("external", {})
    app.external_control = external.get("enabled", True)
    app.write_watch_ms = external.get("watchdog_s", 30) * 1000  # 0: nobody has to go on writing
    if not new["charge_manager"]["enable_watchdog"]:
        app.write_watch_ms = 0
    app.http_port = new["http"]["port"]
    app.manager = warp_config.values(manager)
    app.maximum_ma = manager["maximum_available_current"]
    given = new["charge_manager"]
    is_given = given["maximum_available_current"] is not None
    is_given = is_given or given["default_available_current"] is not None
    app.default_ma = manager["default_available_current"] if is_given else None
    app.available_ma = app.default_ma
    app.is_written = False
    app.written_ms = now
    app.limits_due = True
    app.site.on_event = app.events.add
    app.learnt = _learnt(app)
    app.control.replace(app.site, app.push)
    build = warp_config = None
    unload("firmware", ("build", "warp_config"))  # what comes next needs memory, too


def _extras(app, new, site, bus, warp) -> tuple:
    """(inputs, profiles, what sends setpoints): code that is loaded only where it is used."""
    inputs = profiles = None
    push = warp.push
    if new["inputs"]:
        from firmware.inputs import Inputs

        inputs = Inputs(new["inputs"], bus.meters, app.events.add)
    for circuit in site.circuits:
        if circuit.sources[4] and profiles is None:
            from loadmgmt.posix_tz import parse

            from firmware.profiles import Profiles

            profiles = Profiles(site.circuits, parse(new["timezone"]))
    if new["charge_manager"]["verbose"]:
        from firmware.verbose import noting

        push = noting(site.points, push, app.events.add)
    return inputs, profiles, push


def _learnt(app):
    """What keeps the learnt rotations of the site in a file, or None."""
    if app.site.learner is None:
        return None
    from firmware.learnt import Learnt

    keeper = Learnt(app)
    app.site.on_event = keeper.add
    return keeper


def _unload_unused(app) -> None:
    """Free the code of what the site in force goes without."""
    site = app.site
    unused = ["peaks", "classes", "leftover"]  # the pass loads them where it needs them
    if site.learner is None:
        unused += ["learn", "probe"]
    if site.balance is None:
        unused += ["balance", "uneven"]
    if site.breaker is None:
        unused += ["breaker", "envelope", "thermal"]
    if not [1 for module in site.modules if type(module).__name__ == "Waker"]:
        unused.append("wake")
    found = [name[9:] for name in sys.modules if name[:9] == "loadmgmt."]
    # learn.py and its parts, learn_meter.py for example
    unload("loadmgmt", [name for name in found if name.split("_")[0] in unused])
    if app.learnt is None:
        unload("firmware", ("learnt",))


def _work_out(app, new) -> None:
    """Make the limits, and free the code of what these settings do without."""
    from firmware import supply

    if not [1 for circuit in app.site.circuits if supply.takes_available(app, circuit)]:
        app.available_ma = app.default_ma = None
        app.is_written = False
    supply.work_out(app)
    is_verbose = new["charge_manager"]["verbose"]
    used = ((app.inputs, "inputs"), (app.profiles, "profiles"), (is_verbose, "verbose"))
    unload("firmware", [name for is_used, name in used if not is_used])
    unload("loadmgmt", ("posix_tz",) if app.profiles else ("posix_tz", "schedule", "timezone"))
    _unload_unused(app)
    if app.learnt is not None:
        app.learnt.recall(app)
    call("firmware", "keepers", "attach", app, new)


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
