"""Makes the app of the settings: at the start, and for change.py. Loaded for that only."""

import gc
import sys

from compat import UPY, ticks_add, ticks_ms
from on_demand import call, unload

from firmware import board, eventcodes, settings

# with less left at the start, page or login fail soon; objects of a chip are half as large
_SPARE = 20000 if sys.maxsize > 0x7FFFFFFF else 10500
_LET_GO_MS = 32000  # R5, of WARP wallboxes
BUILT = ("site", "bus", "warp", "meters", "inputs", "profiles", "push", "learnt")


def start(app) -> None:
    """Build the app of the stored settings, or of none at all if they cannot be used."""
    document = error = None
    app.is_bare = False  # other settings than the stored ones are in force: none
    app.generation = 0  # of the site: it is another one after each change
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
        for name in BUILT:
            setattr(app, name, None)  # there has to be memory for what follows
        app.control.replace(None, None)
        unload("firmware", ("build", "warp_config", "supply"))
        call("firmware", "cautious", "leave_out_more", app, document)
        document = None
        error = "settings: too much for the memory; give less"
    if call("firmware", "store", "tried", error is None and app.settings_error is None):
        app.events.add(eventcodes.SETTINGS_ERROR)
        app.events.flush()
        board.restart()  # with the settings before these
    if error:
        app.settings_error = app.settings_error or error
        app.is_bare = True
        _begin(app, settings.defaults())
    if app.settings_error:
        app.events.add(eventcodes.SETTINGS_ERROR)
        print("settings error:", app.settings_error)
    if app.reset_cause == "restart":
        # a wallbox that was taken out before it may go on until its own time-out: nothing of that
        # is handed on (R1)
        for circuit in app.site.circuits:
            circuit.settled_ms = ticks_add(ticks_ms(), _LET_GO_MS)


def _begin(app, document) -> None:
    reduced = without(app, document)
    if app.left_out:
        call("firmware", "cautious", "note", app)
    make(app, reduced)
    work_out(app, reduced)


def without(app, document) -> dict:
    """The document without what this life goes without."""
    app.left_out = ()
    if app.stage:
        document, app.left_out = call("firmware", "cautious", "reduced", app, document)
    return document


def document(app) -> dict:
    """The settings in force; the wallboxes are read from their file one by one."""
    return settings.defaults() if app.is_bare else settings.current()


def _open_bus(app, rs485) -> None:
    """Have the port of these settings in app.bus_port; None where there is none, or it failed."""
    if app.bus_settings != rs485:
        port = getattr(app, "bus_port", None)
        app.bus_settings = rs485
        app.bus_port = None
        if port:
            port.close()
        app.bus_port = board.open_rs485(rs485)


def make(app, new) -> None:
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
    app.open_reading = new.get("login", {}).get("open_reading", False)
    if app.live and not app.open_reading:
        call("firmware.web", "live", "close", app, "")
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


def unload_unused(app) -> None:
    """Free the code of what the site in force goes without."""
    site = app.site
    unused = ["peaks", "classes", "leftover"]  # the pass loads them where it needs them
    if site.learner is None:
        unused += ["learn", "probe"]
    if site.balance is None:
        unused += ["balance", "uneven"]
    if site.breaker is None:
        unused += ["breaker", "envelope", "thermal"]
    running = [type(module).__name__ for module in site.modules]
    for name, kind in (("wake", "Waker"), ("pace", "Pacer")):
        if kind not in running:
            unused.append(name)
    found = [name[9:] for name in sys.modules if name[:9] == "loadmgmt."]
    # learn.py and its parts, learn_meter.py for example
    unload("loadmgmt", [name for name in found if name.split("_")[0] in unused])
    if app.learnt is None:
        unload("firmware", ("learnt",))


def work_out(app, new) -> None:
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
    unload_unused(app)
    if app.learnt is not None:
        app.learnt.recall(app)
    call("firmware", "keepers", "attach", app, new)
