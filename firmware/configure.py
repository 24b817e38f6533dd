"""Puts settings in force: at the start, and when new ones are written. Loaded for that only."""

from compat import ticks_ms

from firmware import board, eventcodes, settings
from firmware.unload import unload


def start(app) -> None:
    """Build the app of the stored settings, or of none at all if they cannot be used."""
    document, app.settings_error = settings.load()
    try:
        _build(app, document)
    except ValueError as error:
        app.settings_error = app.settings_error or str(error)
        _build(app, settings.defaults())
    if app.settings_error:
        app.events.add(eventcodes.SETTINGS_ERROR)
        print("settings error:", app.settings_error)


def document(app) -> dict:
    """The settings in force: read anew, they take too much memory to be kept."""
    stored, error = settings.load()
    if error and "memory" in error:
        raise MemoryError  # what came instead is not in force
    return settings.defaults() if app.settings_error and not error else stored


def apply(app, new) -> str | None:
    """Check, store and use a new document; the error text when it is not used."""
    before = dict(app.__dict__)
    is_done = False
    try:
        _build(app, new)
        _take_over(app, before["site"], before["warp"], before["default_ma"])
        error = settings.save(new)
        is_done = error is None
    except ValueError as wrong:
        error = str(wrong)
    finally:  # MemoryError is for the caller
        if not is_done:
            for name in before:
                setattr(app, name, before[name])
            app.control.replace(app.site, app.warp.push)
    if is_done:
        app.settings_error = None
        app.events.add(eventcodes.CONFIG_CHANGED)
    return error


def _build(app, new) -> None:
    """Make site, drivers and bus of the document; nothing is replaced when that fails."""
    from firmware import build, warp_config

    now = ticks_ms()
    port = app.bus.port if app.bus else None
    if app.bus_settings != new["rs485"]:
        if port:
            port.close()
        port = board.open_rs485(new["rs485"])
    parts = build.build(new, port, now, app.sampled, app.send)
    manager = warp_config.manager(new)
    app.site, app.bus, app.warp = parts
    app.meters = app.bus.meters
    app.bus_settings = new["rs485"]
    app.name = new["name"]
    app.external_control = new["external_control"]
    app.http_port = new["http"]["port"]
    app.watches_writes = new["charge_manager"]["enable_watchdog"]
    app.manager = warp_config.values(manager)
    app.maximum_ma = manager["maximum_available_current"]
    app.default_ma = manager["default_available_current"]
    app.site.on_event = app.events.add
    app.written_ms = now
    if new["charge_manager"]["maximum_available_current"] is not None:
        app.site.set_available(app.default_ma)
    app.control.replace(app.site, app.warp.push)


def _take_over(app, site, warp, default_ma) -> None:
    """Go on where the site before stands; a limit from outside goes on, too."""
    try:
        from chargers import takeover

        successors = takeover.take_over(warp, app.warp)
    finally:
        takeover = None
        unload("chargers", ("takeover",))
    try:
        from loadmgmt import takeover

        takeover.take_over(site, app.site, successors, ticks_ms())
    finally:
        takeover = None
        unload("loadmgmt", ("takeover",))
    given = site.available_ma
    if given is not None and given != default_ma:
        app.site.set_available(min(given, app.maximum_ma))
