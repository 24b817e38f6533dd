"""From the settings document to the brain's records. Raises ValueError for what does not fit."""

from array import array

from chargers.warp import WarpChargers, WarpPoint
from compat import udp_address
from loadmgmt.circuit import Circuit
from loadmgmt.point import INACTIVE
from loadmgmt.site import Site
from on_demand import call, take

from firmware.meters import Bus, BusMeter

WARP_PORT = 34128
_OPTIONS = (  # key in "sharing", name in loadmgmt.options, factor
    ("welcome_slot", "welcomes", 1),
    ("offer_to_full", "offers_full", 1),
    ("minimum_on_s", "on_ms", 1000),
    ("minimum_off_s", "off_ms", 1000),
    ("start_margin_ma", "start_margin_ma", 1),
    ("free_phases_s", "leave_ms", 1000),
    ("raise_every_s", "pace_ms", 1000),
)
_MIN_3P_MA = (6000, 9200)  # by vehicle type; 1: cars that do not start below 9.2 A (WARP)


def _list(value):
    return None if value is None else [value] * 3 if isinstance(value, int) else list(value)


def _minimum_ma(manager, phases: int) -> int:
    if not manager["minimum_current_auto"]:
        return manager["minimum_current" if phases == 3 else "minimum_current_1p"]
    return _MIN_3P_MA[manager["minimum_current_vehicle_type"]] if phases == 3 else 6000


def _profile(entries) -> array | None:
    """The rows of a day for loadmgmt.schedule."""
    if not entries:
        return None
    from loadmgmt import schedule

    return schedule.rows_of(
        [(int(row["at"][:2]) * 60 + int(row["at"][3:]), row["limit_ma"]) for row in entries]
    )


def _sources(row, inputs) -> tuple:
    """What the circuit's limit is made of, see firmware.supply."""
    given = row.get("input")
    return (
        row["limit_ma"],
        row.get("operator_limit_ma"),
        row.get("input_offset_ma"),
        -1 if given is None else inputs.index(given),
        _profile(row.get("schedule")),
    )


def _circuit(row, names, meters, inputs, now_ms):
    parent = row["parent"]
    circuit = Circuit(
        row["name"],
        None if parent is None else names.index(parent),
        row["limit_ma"],
        _list(row["main_ma"]),
    )
    circuit.sources = _sources(row, inputs)
    circuit.largest_ma = row["largest_consumer_ma"]
    circuit.margin_pct = row["safety_margin_pct"]
    circuit.headroom_ma = _list(row["headroom_ma"])
    circuit.fallback_ma = _list(row["fallback_load_ma"])
    circuit.offline_ma = _list(row["offline_ma"])
    circuit.meter_name = row["meter"]
    if "imbalance_ma" in row:
        circuit.imbalance_ma = row["imbalance_ma"]
        circuit.is_preventive = "imbalance_mode" in row
    if "breaker" in row:
        circuit.breaker = row["breaker"]
    if row["meter"] is not None:
        meter = meters[row["meter"]]
        period_ms = meter["period_ms"]
        circuit.meter(now_ms, period_ms, row["includes_chargers"], row["generation"])
        circuit.update_ms = max(period_ms, meter.get("update_ms", 0))
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
        if model not in maps and model != "api":
            maps[model] = call("meters", "map_file", "load_map", model)
    site, addresses = _site(document, now_ms)
    bus = Bus(port, on_sample)
    for row in document["meters"]:
        circuit = None
        for candidate in site.circuits:
            if candidate.meter_name == row["name"]:
                circuit = candidate
        if row["model"] == "api":
            bus.meters.append(take("firmware", "pushed_meter", "PushedMeter")(row, circuit))
            continue
        bus.meters.append(BusMeter(row, maps[row["model"]], bus.client, circuit))
    warp = WarpChargers(site.points, addresses, send)
    for point, row in zip(site.points, document["chargers"]):
        _behave(point, row)
    return site, bus, warp


def _behave(point, row):
    """How the wallbox behaves when it hears nothing, where the settings know better than the
    driver."""
    given = row.get("dead_man_s")
    if given is not None:
        point.dead_man_ms = given * 1000 or None
    for key in ("failsafe_ma", "boot_ma", "priority", "weight"):
        if key in row:
            setattr(point, key, row[key])


def _site(document, now_ms: int):
    """The brain's records, and the address of each wallbox or None."""
    meters = {meter["name"]: meter for meter in document["meters"]}
    inputs = [entry["name"] for entry in document["inputs"]]
    rows = document["circuits"]  # parents come first
    names = [row["name"] for row in rows]
    circuits = [_circuit(row, names, meters, inputs, now_ms) for row in rows]
    if not circuits:  # WARP's static mode, or nothing is known: nothing may be drawn
        highest = document["charge_manager"]["maximum_available_current"] or 0
        circuits = [Circuit(None, None, [highest] * 3)]
        circuits[0].sources = (circuits[0].limit_ma, None, None, -1, None)
    points = []
    addresses = []
    manager = document["charge_manager"]
    for row in document["chargers"]:
        highest = min(row["max_ma"], row.get("installation_limit_ma", row["max_ma"]))
        # a start minimum for all never lifts a setpoint above what a wallbox may have (R4)
        one, three = [
            min(max(row["min_ma"], _minimum_ma(manager, phases)), highest) for phases in (1, 3)
        ]
        point = WarpPoint(
            row["name"],
            0 if row["circuit"] is None else names.index(row["circuit"]),
            row["phases"],
            row["rotation"],
            one if row["phases"] == 1 else three,
            highest,
        )
        if row["phases"] == 3 and one != three:
            point.minima = (one, three, three)
        address = None
        if is_pollable(row["host"]):
            address = udp_address(row["host"], WARP_PORT)
        else:
            point.name_error = True
            point.host = row["host"]
        if not row.get("active", True) or not _is_active(rows, names, row["circuit"]):
            point.paused = INACTIVE
        points.append(point)
        addresses.append(address)
    site = Site(circuits, points, now_ms)
    site.enabled = manager["enable_charge_manager"]
    site.slot_ms = document["sharing"]["slot_minutes"] * 60000
    site.asked_after_ms = manager["requested_current_threshold"] * 1000
    site.asked_margin_ma = manager["requested_current_margin"]
    options = _options(document)
    if options or [1 for row in rows if "imbalance_ma" in row or "breaker" in row]:
        call("loadmgmt", "options", "attach", site, options, now_ms)
    return site, addresses


def _is_active(rows, names, name) -> bool:
    """False for a circuit that is deactivated, or is below one."""
    while name is not None:
        row = rows[names.index(name)]
        if not row.get("active", True):
            return False
        name = row["parent"]
    return True


def _options(document) -> dict:
    """What is switched on, as loadmgmt.options has it: the settings have what is not as usual."""
    sharing = document["sharing"]
    learning = document.get("learning", {})
    found = {}
    for key, name, factor in _OPTIONS:
        if key in sharing:
            found[name] = sharing[key] * factor
    if "rotation" in learning:
        found["learn"] = learning["rotation"]
        found["probe_ma"] = learning.get("probe_ma", 0)
    if "wake_up" in document:
        found["wake"] = document["wake_up"]["attempts"]
    return found
