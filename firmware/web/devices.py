"""GET /api/devices: all meters and wallboxes with what they told of themselves.

What a device does not tell is null: WARP wallboxes say neither their model nor their firmware.
"""

# ruff: noqa: C408 - see status.py

from compat import address_host, ticks_diff, ticks_ms
from loadmgmt import trust

from firmware.web.state import state_of

_PUSHED = "api"


def read(context, _query) -> dict:
    """The tree."""
    rows = context.document()["meters"]
    return dict(meters=_meters(context, rows), chargers=_chargers(context))


def _meters(context, rows):
    for meter, row in zip(context.meters, rows):
        model = row["model"]
        is_pushed = model == _PUSHED
        silent = meter.taken_ms is None
        yield (
            dict(
                name=meter.name,
                driver=_PUSHED if is_pushed else "modbus_rtu",
                model=model,
                address=None if is_pushed else row["address"],
            ),
            dict(
                trust=trust.NAMES[meter.trust],
                age_ms=None if silent else ticks_diff(ticks_ms(), meter.taken_ms),
                failures=meter.failures,
                energy_import_wh=meter.energy_import_wh,
            ),
        )


def _chargers(context):
    warp = context.warp
    for i, point in enumerate(context.site.points):
        address = warp.addresses[i]
        heard = point.heard or point.lost
        yield (
            dict(
                name=point.name,
                driver="warp",
                host=point.host or context.charger_host(i),
                address=None if address is None else address_host(address),
                model=None,
                firmware=None,
                protocol=warp.version[i] if point.heard else None,
            ),
            dict(
                state=state_of(point),
                measures=point.measures if heard else None,
                phases=point.phases,
                age_ms=ticks_diff(ticks_ms(), point.reading_ms) if heard else None,
                failures=warp.bad_packets[i],
                error=context.charger_error(i),
            ),
        )
