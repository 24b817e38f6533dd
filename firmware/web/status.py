"""GET /api/status: the whole site as it is now. Codes and numbers; the page has the words.

What is read from the context:
  name, version, settings_error (text or None), reset_cause (text), uptime_s()
  site       .circuits, .points (lib/loadmgmt)
  available_ma   the limit from outside, or None
  meters     in the order of the settings, each with .name, .trust (number, see loadmgmt.trust),
             .taken_ms (ticks of the last answer, or None), .failures, and of the last answer
             .current_ma, .power_w, .voltage_mv (lists of three), .energy_import_wh (or None)
  charger_error(i)   what wallbox i complains of: a number, or None

The dicts are made by keyword: names of arguments are interned, long strings take 64 bytes each.
They are made in parts: a full heap has no gap for the table of a long one.
"""

# ruff: noqa: C408

import gc

from compat import ticks_diff, ticks_ms
from loadmgmt import reason, trust
from loadmgmt.circuit import NONE_MA
from on_demand import call


STATES = ("no_car", "blocked", "waiting", "ready", "charging", "fault", "full")


def state_of(point) -> str:
    """The state of a wallbox in one word."""
    if point.name_error:
        return "name_error"
    if point.lost:
        return "lost"
    return STATES[point.car] if point.heard else "unheard"


def _bounded(values):
    """Limits for people: None where there is none."""
    return values and [None if value >= NONE_MA else value for value in values]


def _meters(context):
    for meter in context.meters:
        silent = meter.taken_ms is None
        yield dict(
            name=meter.name,
            trust=trust.NAMES[meter.trust],
            age_ms=None if silent else ticks_diff(ticks_ms(), meter.taken_ms),
            current_ma=None if silent else list(meter.current_ma),
            power_w=None if silent else list(meter.power_w),
            voltage_mv=None if silent else list(meter.voltage_mv),
            energy_import_wh=meter.energy_import_wh,
            failures=meter.failures,
        )


def _circuits(context):
    circuits = context.site.circuits
    found = call("loadmgmt", "summary", "sums", context.site)
    for circuit, (house, cars, may, reserved, budget) in zip(circuits, found):
        if not circuit.name:  # where there is none, the brain has one without a name
            return
        metered = circuit.metered
        yield (
            dict(
                name=circuit.name,
                parent=None if circuit.parent is None else circuits[circuit.parent].name,
                main_ma=circuit.main_ma,
                limit_ma=_bounded(circuit.limit_ma),
                limit_by=circuit.why and [reason.NAMES[code] for code in circuit.why],
                hard_limit_ma=_bounded(circuit.sources and circuit.sources[0]),
            ),
            dict(
                target_ma=_bounded(circuit.target_ma) if metered else None,
                meter=circuit.meter_name,
                house_ma=house,
                cars_ma=cars,
                committed_ma=may,
                budget_ma=_bounded(budget),
                reserved_ma=reserved,
            ),
        )


def _chargers(context):
    circuits = context.site.circuits
    for i, point in enumerate(context.site.points):
        place = point.reason_at
        heard = point.heard or point.lost
        yield (
            dict(
                name=point.name,
                host=point.host or context.charger_host(i),
                circuit=circuits[point.circuit].name,
                phases=point.phases_now or point.phases,
                rotation=point.rotation,
                state=state_of(point),
                setpoint_ma=point.setpoint_ma,
                committed_ma=point.may_ma,
            ),
            dict(
                applied_ma=point.applied_ma if heard else None,
                drawn_ma=list(point.drawn[:3]) if heard and point.measures else None,
                min_ma=point.min_ma,
                max_ma=point.max_ma,
                reason=dict(
                    code=reason.NAMES[point.reason],
                    circuit=None if place < 0 else circuits[place // 3].name,
                    phase=None if place < 0 else place % 3 + 1,
                    value=context.site.reason_ma[i],
                ),
                age_ms=ticks_diff(ticks_ms(), point.reading_ms) if heard else None,
                error=context.charger_error(i),
            ),
        )


def _alarms(context) -> list:
    """What a person should do something about."""
    found = []
    if context.settings_error:
        found.append(("settings", ""))
    for i, meter in enumerate(context.meters):
        if meter.trust not in (trust.STARTING, trust.GOOD):
            name = trust.NAMES[meter.trust]
            found.append(("meter_" + name, context.meters[i].name))
    for circuit in context.site.circuits:
        for p in range(3) if circuit.metered else ():
            if circuit.meter_ma[p] > circuit.main_ma[p]:
                found.append(("overload", circuit.name))
                break
    for i, point in enumerate(context.site.points):
        state = state_of(point)
        if context.site.disobeys(point) and state not in ("lost", "fault"):
            state = "disobeys"
        if state in ("lost", "fault", "name_error", "disobeys"):
            subject = point.name or point.host or context.charger_host(i)
            found.append(("charger_" + state, subject))
    return [{"code": code, "subject": subject} for code, subject in found]


def read(context, _query) -> tuple:
    """The tree of the site."""
    return (
        dict(
            name=context.name,
            version=context.version,
            uptime_s=context.uptime_s(),
            reset_cause=context.reset_cause,
            settings_error=context.settings_error,
            mem_free=gc.mem_free(),
            mem_used=gc.mem_alloc(),
        ),
        dict(
            meters=_meters(context),
            circuits=_circuits(context),
            chargers=_chargers(context),
            available_ma=context.available_ma,
            alarms=_alarms(context),
        ),
    )
