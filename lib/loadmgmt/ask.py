"""What a car asks for, learnt from what it draws, so that nothing is kept for it that it leaves.

A car that has drawn less than its setpoint, by more than the margin, for a minute asks for what
it draws and the margin (WARP: requested current, 60 s and 3 A). As soon as it takes half of that
margin, it may have all again; the minute begins anew.
"""

from compat import const, ticks_diff

from loadmgmt.point import CHARGING, FULL, READY, TOP

_LEAST_MARGIN_MA = const(1000)  # a car stays up to 0.5 A below its setpoint
_NOISE_MA = const(500)
_IDLE_MS = const(120000)


def is_idle(site, p, now_ms: int) -> bool:
    """True when its car has ended by itself, or has not taken the current that it is offered for
    longer than one needs to start (10-40 s)."""
    if p.car != READY:
        return p.car == FULL
    since_ms = min(ticks_diff(now_ms, p.since_ms), ticks_diff(now_ms, site.turn_ms[p.index]))
    return p.setpoint_ma > 0 and since_ms >= _IDLE_MS


def asked_ma(site, p, now_ms: int) -> int:
    """The most that a wallbox can make use of, at least its minimum."""
    most = max(min(p.max_ma, p.supported_ma), p.min_ma)
    i = p.index
    if p.car != CHARGING or not p.measures:
        site.asked[i] = 0
        site.less_ms[i] = now_ms
        if p.is_open or is_idle(site, p, now_ms):
            site.asked[i] = most = p.min_ma  # kept for it, should it start; the rest is not
        return most
    drawn = p.drawn[TOP]
    asked = site.asked[i]
    margin = max(site.asked_margin_ma, _LEAST_MARGIN_MA)
    if asked and drawn > asked - margin // 2:
        asked = site.asked[i] = 0
        site.less_ms[i] = now_ms
    setpoint = p.setpoint_ma
    if asked and asked < setpoint:
        setpoint = asked
    if drawn + margin + _NOISE_MA > setpoint:
        site.less_ms[i] = now_ms
    elif ticks_diff(now_ms, site.less_ms[i]) >= site.asked_after_ms:
        asked = site.asked[i] = max(drawn + margin, p.min_ma)
        site.less_ms[i] = now_ms
    return min(asked, most) if asked else most
