"""GET /api/devices: all meters and wallboxes with what they told of themselves.

What a driver does not know is null: WARP wallboxes say neither their model nor their firmware.
"""

# ruff: noqa: C408 - see status.py

from compat import address_host, ticks_diff, ticks_ms
from loadmgmt import trust

from firmware.web.state import state_of


def read(context, _query) -> dict:
    """The tree."""
    return dict(meters=_meters(context), chargers=_chargers(context))


def _age_ms(then_ms):
    return None if then_ms is None else ticks_diff(ticks_ms(), then_ms)


def _meters(context):
    for meter in context.meters:
        row = meter.row if hasattr(meter, "row") else {}
        yield (
            dict(
                name=meter.name,
                driver=row.get("driver", "modbus_rtu"),
                model=row.get("model"),
                address=row.get("address"),
                trust=trust.NAMES[meter.trust],
            ),
            dict(
                age_ms=_age_ms(meter.taken_ms),
                failures=meter.failures,
                energy_import_wh=meter.energy_import_wh,
            ),
        )


def _chargers(context):
    warp = context.warp
    for i, point in enumerate(context.site.points):
        address = warp.addresses[i]
        version = warp.version[i]
        yield (
            dict(
                name=point.name,
                driver="warp",
                host=point.host or context.charger_host(i),
                address=None if address is None else address_host(address),
                model=None,
                firmware=None,
                command_version=version if point.heard else None,
            ),
            dict(
                state=state_of(point),
                measures=point.measures if point.heard or point.lost else None,
                phases=point.phases,
                age_ms=_age_ms(point.reading_ms) if point.heard or point.lost else None,
                bad_packets=warp.bad_packets[i],
                error=context.charger_error(i),
            ),
        )
