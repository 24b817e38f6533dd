"""What a wallbox that cannot measure may draw, for the learner: it charges, or not, at a setpoint.

A level is certain 12 s after a change; a start and a stop are surely felt, of another setpoint the
car may follow all or nothing. Whether it uses one phase or three is not known. Loaded when there
is one.
"""

from compat import const, ticks_diff

from loadmgmt.point import CHARGING, CONFIRM_BY_TIME_MS

_CAR_MA = const(4000)  # what a car draws at least when it charges
_OVER_MA = const(500)


def note_level(p, low, low0, at: int, now_ms: int) -> None:
    """Write its level (mA); and beside it, while that may be changing, 1 and the level before."""
    level = 0
    calm_ms = ticks_diff(now_ms, p.since_ms)
    if p.car == CHARGING:
        level = max(0, p.setpoint_ma)
        calm_ms = min(calm_ms, ticks_diff(now_ms, p.changed_ms))
    low[at] = min(65000, level)
    low[at + 1] = calm_ms < CONFIRM_BY_TIME_MS
    low[at + 2] = low0[at + 2] if low0[at + 1] else low0[at]


def change_of(low, low0, at: int) -> tuple:
    """What it changed by between two levels: least and most per own phase, and what that is if
    the car follows all the way (0 while it may be changing)."""
    was = low0[at]
    level = low[at]
    if low0[at + 1] or low[at + 1]:
        before = low0[at + 2] if low0[at + 1] else was
        if before == was == level:
            return (0, 0, 0, 0, 0, 0, 0)
        least = min(0, level - max(before, was)) - _OVER_MA
        most = max(0, level - min(before, was)) + _OVER_MA
        return (least, least, least, most, most, most, 0)
    if was == level:
        return (0, 0, 0, 0, 0, 0, 0)
    if not was:
        most = level + _OVER_MA
        return (_CAR_MA, 0, 0, most, most, most, level)
    if not level:
        most = -was - _OVER_MA
        return (most, most, most, -_CAR_MA, 0, 0, -was)
    least = min(0, level - was)
    most = max(0, level - was)
    return (least, least, least, most, most, most, level - was)
