"""charge_manager/config: the settings in WARP's shape. Needs most memory of all, so it makes room.

`context.document()` reads the settings in force anew; `context.apply_settings(document)` puts
others in force (None, or the error text and nothing has changed).
"""

import gc

from firmware import settings
from firmware.unload import unload


def read(context, _query) -> dict:
    """The tree; derived values are filled in."""
    gc.collect()
    config = settings.warp_config(context.document())
    config["chargers"] = (charger for charger in config["chargers"])
    return config


def write(context, request) -> str | None:
    """Check, store and use a whole config."""
    unload("firmware.web", ("status",))  # it comes back when it is asked for
    document, error = settings.apply_warp_config(context.document(), request.body)
    if error:
        return error
    request.body = None
    gc.collect()
    return context.apply_settings(document)
