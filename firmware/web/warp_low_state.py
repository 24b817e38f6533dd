"""charge_manager/low_level_state: what WARP's page shows of its distribution beside the state.

Times are ticks (ms), 0: never. wnd_min is what those who may charge need at least, wnd_max what
they can make use of: PV (none here), L1, L2, L3; one of unknown wiring counts on all phases.
"""

# ruff: noqa: C408

from compat import ticks_diff

_MOST_WH = 99999


def _requested_ma(site, point) -> int:
    """What its car asks for, see loadmgmt.ask, which alone may ask it anew."""
    most = max(min(point.max_ma, point.supported_ma), point.min_ma)
    asked = site.asked[point.index]
    return min(asked, most) if asked else most


def _windows(site) -> tuple:
    low = [0, 0, 0, 0]
    high = [0, 0, 0, 0]
    for point in site.points:
        if point.setpoint_ma <= 0:
            continue
        seat = point.seat.grid[: point.phases_now]
        for k in range(3) if point.rotation is None else seat:
            low[k + 1] += point.min_ma
            high[k + 1] += _requested_ma(site, point)
    return low, high


def _chargers(context):
    site = context.site
    waker = None
    for module in site.modules:
        if hasattr(module, "tries"):
            waker = module
    for i, point in enumerate(site.points):
        is_on = point.setpoint_ma > 0
        breaks = 1 if hasattr(point, "breaks_pilot") else 0
        opens = 2 if point.is_open else 0
        received_wh = site.served[i] * 23 // 22500  # from mA * s / 16 of all phases, at 230 V
        yield dict(
            b=breaks | opens | point.phases_now << 3,
            rc=_requested_ma(site, point) if point.heard else 0,
            ae=min(received_wh, _MOST_WH),
            ls=site.turn_ms[i] if is_on else 0,
            lp=point.since_ms if point.heard and point.car else 0,
            lw=site.turn_ms[i] if waker and waker.tries[i] else 0,  # a pause wakes it
            ip=site.less_ms[i] if is_on else 0,
        )


def read(context, _query) -> dict:
    """The tree."""
    site = context.site
    low, high = _windows(site)
    last_ms = None
    for point in site.points:
        turn_ms = site.turn_ms[point.index]
        if point.setpoint_ma > 0 and (last_ms is None or ticks_diff(turn_ms, last_ms) > 0):
            last_ms = turn_ms
    return {
        "last_hyst_reset": last_ms or 0,
        "wnd_min": low,
        "wnd_max": high,
        "chargers": _chargers(context),
    }
