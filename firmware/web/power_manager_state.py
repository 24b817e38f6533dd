"""power_manager/state: what is missing in the settings, and whether phases can be switched.

config_error_flags: 2 nothing may be drawn at most, 4 no wallboxes, 16 no meter although the limits
want one (never here: the settings are refused). external_control 1: switched off.
"""

_NO_CURRENT = 2
_NO_CHARGERS = 4


def read(context, _query) -> dict:
    """The tree."""
    flags = 0 if context.site.points else _NO_CHARGERS
    if context.maximum_ma == 0:
        flags |= _NO_CURRENT
    return {"config_error_flags": flags, "external_control": 1}
