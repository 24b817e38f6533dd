"""power_manager/config: WARP's settings of excess charging, which is not built: how it is now.

Only what is in force can be written.
"""

from on_demand import call

_NONE = 255
_WHY = {
    "enabled": "it follows dynamic_load_config",
    "phase_switching_mode": "each wallbox keeps the phases it has",
    "excess_charging_enable": "there is no excess charging",
    "default_mode": "a car charges as fast as the limits let it",
    "meter_slot_grid_power": "it is the meter of dynamic_load_config",
}


def _shown(context) -> dict:
    load = call("firmware.web", "power_manager_load", "read", context, None)
    shown = {
        "enabled": load["enabled"],
        "phase_switching_mode": 2,  # as many as there are
        "excess_charging_enable": False,
        "default_mode": 0,  # fast
        "meter_slot_grid_power": load["meter_slot_grid_currents"],
        "meter_slot_battery_power": _NONE,
        "battery_mode": 0,
    }
    shown["battery_target_soc"] = 0
    shown["battery_inverted"] = False
    shown["battery_deadzone"] = 0
    shown["target_power_from_grid"] = 0
    shown["guaranteed_power"] = 0
    shown["cloud_filter_mode"] = 0
    return shown


def read(context, _query) -> dict:
    """The tree."""
    return _shown(context)


def write(context, request) -> str | None:
    """Take what is so already."""
    shown = _shown(context)
    given = call("firmware.web", "warp_write", "whole", shown, request)
    for name in shown:
        why = _WHY.get(name, "there is no excess charging, and no battery")
        call("firmware.web", "warp_write", "fixed", shown, given, name, why)
    return None
