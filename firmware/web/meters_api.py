"""/meters: every meter of the settings in the shape of WARP's meter slots, N from 0 on.

config is [class, members]: 4 for one whose values are pushed, 1 for one on the RS485 bus. values
stand in the order of value_ids: WARP's numbers for voltage (1-3), current (14, 18, 22), power (39,
48, 57) of the three phases, power (74), imported and exported energy (209, 211) of all; V, A, W,
kWh, drawn is positive. null: not known. The only thing to be written is N/update.
"""

# ruff: noqa: C408

from compat import ticks_diff, ticks_ms
from loadmgmt import trust
from on_demand import call

from firmware.web import Refusal

IDS = (1, 2, 3, 14, 18, 22, 39, 48, 57, 74, 209, 211)
_RS485 = 1
_API = 4


def _thousandth(value):
    return None if value is None else value / 1000


def _values(meter) -> list:
    if meter.taken_ms is None:
        return [None] * len(IDS)
    total_w = getattr(meter, "sum_w", None)
    values = [mv / 1000 if mv else None for mv in meter.voltage_mv]
    values += [ma / 1000 for ma in meter.current_ma]
    values += meter.power_w
    values.append(sum(meter.power_w) if total_w is None else total_w)
    values.append(_thousandth(meter.energy_import_wh))
    values.append(_thousandth(meter.energy_export_wh))
    return values


def _config(meter) -> list:
    if is_pushed(meter):
        return [_API, {"display_name": meter.name, "value_ids": list(IDS)}]
    return [_RS485, {"display_name": meter.name}]


def is_pushed(meter) -> bool:
    """True for a meter whose values are written."""
    return hasattr(meter, "take")


def _meters(context):
    for meter in context.meters:
        silent = meter.taken_ms is None
        yield (
            dict(
                config=_config(meter),
                state=dict(
                    trust=trust.NAMES[meter.trust],
                    age_ms=None if silent else ticks_diff(ticks_ms(), meter.taken_ms),
                ),
                errors=dict(meter=meter.failures, slow=meter.slow_failures),
            ),
            dict(value_ids=list(IDS), values=_values(meter)),
        )


def read(context, _query):
    """The list of all meters."""
    return _meters(context)


def write(context, request) -> str | None:
    """Take a sample for N/update."""
    steps = request.steps
    if not steps:
        raise Refusal(405, "method", "GET")
    if not steps[0].isdigit() or int(steps[0]) >= len(context.meters):
        raise Refusal(404, "path")
    if steps[1:] in (["config"], ["state"], ["errors"], ["value_ids"], ["values"]):
        raise Refusal(405, "method", "GET")
    if steps[1:] != ["update"]:
        raise Refusal(404, "path")
    meter = context.meters[int(steps[0])]
    if not is_pushed(meter):
        return "%s is read from its bus; right: a meter of model api" % meter.name
    return call("firmware.web", "meters_push", "take", context, meter, request)
