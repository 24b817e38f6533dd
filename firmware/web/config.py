"""charge_manager/config: the settings in WARP's shape. Writing needs most memory of all.

`context.manager` are the values of all members but the wallboxes, see firmware.warp_config;
`context.document()` reads the settings in force anew; `context.apply_settings(document)` puts
others in force (None, or the error text and nothing has changed).
"""

import gc

from on_demand import call, unload


def _chargers(context):
    for i, point in enumerate(context.site.points):
        yield {"host": point.host or context.charger_host(i), "name": point.name}


def read(context, _query) -> dict:
    """The tree; derived values are filled in."""
    try:
        from firmware import warp_config

        config = dict(zip(warp_config.MEMBERS, context.manager))
    finally:
        warp_config = None
        unload("firmware", ("warp_config",))
    config["chargers"] = _chargers(context)
    return config


def write(context, request) -> str | None:
    """Check, store and use a whole config, or a part of it at its sub-path."""
    if request.steps:
        shown = _chargers(context)
        request.body = call("firmware.web", "config_part", "whole", shown, request)
        unload("firmware", ("warp_config",))
    known = context.document()
    if context.settings_error and not known["circuits"]:
        # without the meter and fuse that the wrong file names, the cars would get it all
        return "settings.json is not in force; right: mend that file first"
    document, error = call("firmware", "settings", "apply_warp_config", known, request.body)
    if error:
        return error
    known = request.body = None
    gc.collect()
    return context.apply_settings(document)
