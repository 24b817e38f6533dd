"""Puts new settings in force in the memory of the old ones, where both do not fit at once.

What is known of the wallboxes is kept apart (a quarter of the memory), the old site is freed, the
new one is built; when that fails, the old one is built again from its settings. What parts that
can be switched on know is lost, as by a restart. No pass and no await in between.
"""

import gc

from on_demand import call

from firmware import board, change, configure, settings

_TOO_MUCH = "settings: too much for the memory; give less. The old settings stay"


def swap(app, new, before) -> str | None:
    """Use the prepared settings; the error text when the old ones are in force again."""
    _free(app, before)
    error = _try(app, new, before) or settings.commit()
    new = None
    if error:
        _empty(app)
        if _try(app, settings.current(), before):
            board.restart()  # with the old settings; running charges go on
    return error


def _free(app, before) -> None:
    """Leave of the old site what its successor needs."""
    before["site"] = call("loadmgmt", "takeover", "Frozen", app.site)
    call("chargers", "takeover", "let_go", app.warp)
    for meter in app.bus.meters:
        meter.circuit = None
    for name in ("bus", "meters", "profiles", "push", "learnt", "keepers"):
        before[name] = None
    _empty(app)


def _empty(app) -> None:
    for name in configure.BUILT:
        setattr(app, name, None)
    app.keepers = ()
    app.control.replace(None, None)
    gc.collect()


def _try(app, new, before) -> str | None:
    try:
        change.change(app, new, before)
    except ValueError as wrong:
        return str(wrong)
    except MemoryError:
        return _TOO_MUCH
    return None
