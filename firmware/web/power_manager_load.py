"""power_manager/dynamic_load_config: meter and fuse of the grid connection, as WARP has them.

That is the first root circuit with a meter, else the first root. Switched off, its fuse holds as a
fixed limit for the cars and no house load is known. current_limit is the smallest of its phases;
written, it is that of all. meter_slot 255: none.
"""

from on_demand import call

NO_SLOT = 255


def grid(context):
    """The circuit of the grid connection; one without a name is none of the settings."""
    roots = [circuit for circuit in context.site.circuits if circuit.parent is None]
    for circuit in roots:
        if circuit.metered:
            return circuit
    return roots[0]


def slot_of(context, circuit) -> int:
    """The number of its meter."""
    for i, meter in enumerate(context.meters):
        if circuit.metered and meter.name == circuit.meter_name:
            return i
    return NO_SLOT


def read(context, _query) -> dict:
    """The tree."""
    circuit = grid(context)
    limits = circuit.main_ma
    if not circuit.metered:
        limits = circuit.sources[0] if circuit.name else None
    return {
        "enabled": circuit.metered,
        "meter_slot_grid_currents": slot_of(context, circuit),
        "current_limit": min(limits) if limits else 0,
        "largest_consumer_current": circuit.largest_ma,
        "safety_margin_pct": circuit.margin_pct,
    }


def write(context, request) -> str | None:
    """Take all members, or one at its sub-path."""
    shown = read(context, None)
    given = call("firmware.web", "warp_write", "whole", shown, request)
    error = call("firmware.web", "power_manager_check", "check", context, shown, given)
    if error or given == shown:
        return error
    name = grid(context).name
    slot = given["meter_slot_grid_currents"]
    meter = context.meters[slot].name if given["enabled"] else None

    def change(document):
        rows = document["circuits"]
        for row in rows:
            if row["name"] == name:
                break
        else:
            row = {"name": "grid", "parent": None}
            rows.insert(0, row)  # the wallboxes that name no circuit are below it
        if given["enabled"]:
            row["meter"] = meter
            if given["current_limit"] != shown["current_limit"] or not row.get("main_ma"):
                row["main_ma"] = given["current_limit"]
        else:
            if row.get("limit_ma") is None:
                row["limit_ma"] = row["main_ma"]
            row["meter"] = row["main_ma"] = None
        row["largest_consumer_ma"] = given["largest_consumer_current"]
        row["safety_margin_pct"] = given["safety_margin_pct"]

    return call("firmware.web", "warp_write", "store", context, change)
