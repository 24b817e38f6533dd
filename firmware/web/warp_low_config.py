"""charge_manager/low_level_config: WARP's parameters of its distribution, as far as they exist.

| WARP | here |
|---|---|
| allocation_interval, s | sharing.raise_every_s; cuts never wait. 1: once a second, the usual |
| global_hysteresis, s | sharing.minimum_off_s: how long one that was stopped pauses at least |
| wakeup_time, s | fixed: a pause of 10 s, then two minutes for the car to start |
| plug_in_time, s | sharing.welcome_slot: 0, or a whole slot |
| enable_current_factor_pct | sharing.start_margin_ma: 100 + percent of 6 A beside the minimum |
| rotation_interval, s | sharing.slot_minutes: 0 (no turns), or whole minutes from 900 on |
"""

from on_demand import call

_WAKE_UP_S = 130
_MINIMUM_MA = 6000
_LONGEST_S = 14400


def _shown(context) -> dict:
    """As it is in force: reading the settings would take much memory."""
    site = context.site
    slot_s = site.slot_ms // 1000
    every_ms = 0
    for module in site.modules:
        every_ms = getattr(module, "every_ms", every_ms)
    return {
        "allocation_interval": max(1, every_ms // 1000),
        "global_hysteresis": site.off_ms // 1000,
        "wakeup_time": _WAKE_UP_S,
        "plug_in_time": slot_s if site.welcomes else 0,
        "enable_current_factor_pct": 100 + site.start_margin_ma * 100 // _MINIMUM_MA,
        "rotation_interval": slot_s,
    }


def read(context, _query) -> dict:
    """The tree."""
    return _shown(context)


def write(context, request) -> str | None:
    """Take all parameters, or one at its sub-path."""
    shown = _shown(context)
    given = call("firmware.web", "warp_write", "whole", shown, request)
    changes, error = _changes(shown, given)
    if error or not changes:
        return error

    def change(document):
        document["sharing"].update(changes)

    return call("firmware.web", "warp_write", "store", context, change)


def _changes(shown: dict, given: dict) -> tuple:
    """(keys of "sharing" with their new values, None) or (None, what is wrong)."""
    ranges = {
        "allocation_interval": (1, 300),
        "global_hysteresis": (0, 3600),
        "wakeup_time": (_WAKE_UP_S, _WAKE_UP_S),
        "plug_in_time": (0, _LONGEST_S),
        "enable_current_factor_pct": (100, 300),
        "rotation_interval": (0, _LONGEST_S),
    }
    for name in given:
        low, high = ranges[name]
        value = given[name]
        if type(value) is not int or (value != shown[name] and not low <= value <= high):
            return None, "wrong %s; right: an integer, %d..%d" % (name, low, high)
    slot_s = given["rotation_interval"]
    if slot_s % 60 or 0 < slot_s < 900:
        return None, "wrong rotation_interval; right: 0, or whole minutes of 900..14400 s"
    welcome_s = given["plug_in_time"]
    if welcome_s and welcome_s == shown["plug_in_time"] and slot_s != shown["rotation_interval"]:
        welcome_s = slot_s  # it is a slot, and the slot is another now
    if welcome_s and welcome_s != slot_s:
        return None, "wrong plug_in_time; right: 0, or a slot: %d" % slot_s
    changes = {}
    if given["allocation_interval"] != shown["allocation_interval"]:
        every_s = given["allocation_interval"]
        changes["raise_every_s"] = every_s if every_s > 1 else 0
    if given["global_hysteresis"] != shown["global_hysteresis"]:
        changes["minimum_off_s"] = given["global_hysteresis"]
    if welcome_s != shown["plug_in_time"]:
        changes["welcome_slot"] = welcome_s > 0
    if given["enable_current_factor_pct"] != shown["enable_current_factor_pct"]:
        percent = given["enable_current_factor_pct"] - 100
        changes["start_margin_ma"] = percent * _MINIMUM_MA // 100
    if slot_s != shown["rotation_interval"]:
        changes["slot_minutes"] = slot_s // 60
    return changes, None
