"""The keys of WARP's charge manager, by its own names. See firmware.schema for the form."""

MANAGER = (
    ("enable_charge_manager", "boolean", True, 0, 0),
    ("enable_watchdog", "boolean", False, 0, 0),
    ("default_available_current", "integer", None, 0, 2048000),
    ("maximum_available_current", "integer", None, 0, 2048000),
    ("minimum_current_auto", "boolean", True, 0, 0),
    ("minimum_current", "integer", 6000, 6000, 32000),
    ("minimum_current_1p", "integer", 6000, 6000, 32000),
    ("minimum_current_vehicle_type", "choice", 0, (0, 1), 0),
    ("verbose", "boolean", False, 0, 0),
    ("requested_current_threshold", "integer", 60, 0, 65535),
    ("requested_current_margin", "integer", 3000, 0, 65535),
)
