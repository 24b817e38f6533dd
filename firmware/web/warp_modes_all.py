"""power_manager/charge_mode: that of all wallboxes; {"mode": 0} or 1, or 4 as in charge_modes."""

from on_demand import call


def read(context, _query) -> dict:
    """1 while all are off."""
    modes = call("firmware.web", "warp_modes", "read", context, None)
    return {"mode": min(modes) if modes else 0}


def write(context, request) -> str | None:
    """Take the mode, for all."""
    given = call("firmware.web", "warp_write", "whole", {"mode": None}, request)["mode"]
    if given is not None and (type(given) is not int or given not in (0, 1, 4)):
        return "wrong mode; right: 0 (fast) or 1 (off)"
    modes = [given] * len(context.site.points)
    return call("firmware.web", "warp_modes", "put", context, modes)
