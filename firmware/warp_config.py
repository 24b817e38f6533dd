"""The settings in the shape of charge_manager/config. Loaded while that is read or written."""

# in the order of the values that the app keeps
MEMBERS = (
    "enable_charge_manager",
    "enable_watchdog",
    "default_available_current",
    "maximum_available_current",
    "minimum_current_auto",
    "minimum_current",
    "minimum_current_1p",
    "minimum_current_vehicle_type",
    "verbose",
    "requested_current_threshold",
    "requested_current_margin",
)


def manager(document) -> dict:
    """Return all but the wallboxes of a valid document; derived values are filled in."""
    config = dict(document["charge_manager"])
    highest = config["maximum_available_current"]
    if highest is None:
        # no root's cars may have more than its own limits: the largest root's is enough
        highest = 0
        for circuit in document["circuits"]:
            if circuit["parent"] is None:
                limits = (circuit["limit_ma"] or []) + (circuit["main_ma"] or [])
                highest = max(highest, min(limits))
    default = config["default_available_current"]
    config["maximum_available_current"] = highest
    config["default_available_current"] = highest if default is None else min(default, highest)
    return config


def values(config: dict) -> tuple:
    """Return what can be kept of it for little memory."""
    return tuple([config[member] for member in MEMBERS])


def config(document) -> dict:
    """Return a valid document as a whole."""
    tree = manager(document)
    tree["chargers"] = [
        {"host": charger["host"], "name": charger["name"]}
        for charger in document["chargers"]
        if charger["driver"] == "warp"
    ]
    return tree
