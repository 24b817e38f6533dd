"""The meters in GET /api/status, see status.py."""

# ruff: noqa: C408

from compat import ticks_diff, ticks_ms
from loadmgmt import trust


def rows(context):
    """Generate a dict for each meter."""
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
