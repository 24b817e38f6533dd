"""From the settings document to the brain's records. Raises ValueError for what does not fit."""

from chargers.warp import WarpChargers
from compat import udp_address
from loadmgmt.circuit import Circuit
from loadmgmt.point import ChargePoint
from loadmgmt.site import Site
from meters.map_file import load_map

from firmware.meters import Bus, BusMeter

WARP_PORT = 34128
_MIN_3P_MA = (6000, 9200)  # by vehicle type; 1: cars that do not start below 9.2 A (WARP)


def _list(value):
    return None if value is None else [value] * 3 if isinstance(value, int) else list(value)


def _minimum_ma(manager, phases: int) -> int:
    if not manager["minimum_current_auto"]:
        return manager["minimum_current" if phases == 3 else "minimum_current_1p"]
    return _MIN_3P_MA[manager["minimum_current_vehicle_type"]] if phases == 3 else 6000


def _circuit(row, names, period_ms, now_ms):
    parent = row["parent"]
    circuit = Circuit(
        row["name"],
        None if parent is None else names.index(parent),
        _list(row["limit_ma"]),
        _list(row["main_ma"]),
    )
    circuit.largest_ma = row["largest_consumer_ma"]
    circuit.margin_pct = row["safety_margin_pct"]
    circuit.headroom_ma = _list(row["headroom_ma"])
    circuit.fallback_ma = _list(row["fallback_load_ma"])
    circuit.offline_ma = _list(row["offline_ma"])
    circuit.meter_name = row["meter"]
    if row["meter"] is not None:
        circuit.meter(now_ms, period_ms, row["includes_chargers"], row["generation"])
    return circuit


def is_pollable(host: str) -> bool:
    """True for an IPv4 address of a wallbox: a name would have to be resolved, which stops the
    interpreter for seconds, and 127.0.0.1 is WARP's word for the manager itself."""
    return host != "127.0.0.1" and host.replace(".", "").isdigit()


def build(document, port, now_ms: int, on_sample, send) -> tuple:
    """Return (site, bus, WARP wallboxes) for a validated document; port: the bus or None."""
    maps = {}
    for row in document["meters"]:
        model = row["model"]
        if model not in maps:
            maps[model] = load_map(model)
    site, addresses = _site(document, now_ms)
    bus = Bus(port, on_sample)
    for row in document["meters"]:
        circuit = None
        for candidate in site.circuits:
            if candidate.meter_name == row["name"]:
                circuit = candidate
        bus.meters.append(BusMeter(row, maps[row["model"]], bus.client, circuit))
    return site, bus, WarpChargers(site.points, addresses, send)


def _site(document, now_ms: int):
    """The brain's records, and the address of each wallbox or None."""
    periods = {}
    for meter in document["meters"]:
        periods[meter["name"]] = meter["period_ms"]
    rows = document["circuits"]  # parents come first
    names = [row["name"] for row in rows]
    circuits = [_circuit(row, names, periods.get(row["meter"]), now_ms) for row in rows]
    if not circuits:  # WARP's static mode, or nothing is known: nothing may be drawn
        highest = document["charge_manager"]["maximum_available_current"] or 0
        circuits = [Circuit(None, None, [highest] * 3)]
    points = []
    addresses = []
    for row in document["chargers"]:
        minimum = _minimum_ma(document["charge_manager"], row["phases"])
        point = ChargePoint(
            row["name"],
            0 if row["circuit"] is None else names.index(row["circuit"]),
            row["phases"],
            row["rotation"],
            # a start minimum for all never lifts a setpoint above what a wallbox may have (R4)
            min(max(row["min_ma"], minimum), row["max_ma"]),
            row["max_ma"],
        )
        address = None
        if is_pollable(row["host"]):
            address = udp_address(row["host"], WARP_PORT)
        else:
            point.name_error = True
            point.host = row["host"]
        points.append(point)
        addresses.append(address)
    site = Site(circuits, points, now_ms)
    site.enabled = document["charge_manager"]["enable_charge_manager"]
    return site, addresses
