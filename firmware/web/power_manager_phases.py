"""power_manager/external_control: phases are not switched from outside: nothing can be wanted."""

from on_demand import call

_SHOWN = {"phases_wanted": 0}  # none


def read(_context, _query) -> dict:
    """The tree."""
    return _SHOWN


def write(_context, request) -> str | None:
    """Refuse it in WARP's way, but for null."""
    given = call("firmware.web", "warp_write", "whole", _SHOWN, request)
    if type(given["phases_wanted"]) is not int or given["phases_wanted"] not in (0, 1, 3):
        return "wrong phases_wanted; right: 1 or 3"
    if given["phases_wanted"]:
        return "external control is disabled: each wallbox keeps the phases it has; right: null"
    return None
