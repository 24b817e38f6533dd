"""power_manager/low_level_state: the grid connection as the limits reckon with it.

i_meter is its meter's last sample, i_pp what is steered by: the same, since nothing is filtered.
i_pp_mavg is that, too. i_pp_max is what raises reckon with: the largest house load of the last 10
s, and what the cars draw. null: not measured, or no such phase. power_available is what all cars
together may have (W, 230 V). charging_blocked: 1 management is off, 2 a limit is 0 on all phases.
"""

from loadmgmt.circuit import NONE_MA
from on_demand import call


def _currents(circuit, cars) -> tuple:
    """(now, highest) of each phase."""
    now = [None] * 3
    highest = [None] * 3
    for k in range(3):
        if circuit.metered and circuit.samples and circuit.target_ma[k] < NONE_MA:
            now[k] = highest[k] = circuit.meter_ma[k]
            held = circuit.held_house_ma(k, False)
            if held < NONE_MA:
                own = cars[k] if circuit.includes else 0
                highest[k] = max(highest[k], held + own)
    return now, highest


def _sums(site, wanted):
    for circuit, found in zip(site.circuits, call("loadmgmt", "summary", "sums", site)):
        if circuit is wanted:
            return found
    raise ValueError("circuit")


def read(context, _query) -> tuple:
    """The tree."""
    circuit = call("firmware.web", "power_manager_load", "grid", context)
    slot = call("firmware.web", "power_manager_load", "slot_of", context, circuit)
    power = None
    if slot < len(context.meters) and context.meters[slot].taken_ms is not None:
        power = float(sum(context.meters[slot].power_w))
    _, cars, _, _, budget = _sums(context.site, circuit)
    now, highest = _currents(circuit, cars)
    limits = circuit.limit_ma or circuit.main_ma
    blocked = 0 if context.site.enabled else 1
    if max(limits) == 0:
        blocked |= 2
    return (
        {
            "power_at_meter": power,
            "power_at_battery": None,
            "battery_soc": None,
            "power_available": sum(budget) * 230 // 1000,
            "i_meter": now,
            "i_pp_max": highest,
        },
        {
            "i_pp_mavg": now,
            "i_pp": now,
            "max_current_limited": min(limits),
            "is_3phase": True,
            "charging_blocked": blocked,
        },
    )
