"""Wallboxes that cannot measure, for the learner. Loaded where there is one.

Such a one draws its setpoint when it has charged with it for 12 s, nothing while it does not
charge, and anything while that may be changing. What the meter shows beside all others is added up
from the last value before a change to the first one after it. How many phases fit with the sum of
that is the number of phases of its car; if that is clear, it tells of its place like all others.
"""

from compat import const, ticks_diff

from loadmgmt.learn_place import misfit, place
from loadmgmt.point import CHARGING, CONFIRM_BY_TIME_MS

_UNDER_MA = const(250)  # a car stays up to 0.5 A below its setpoint
_LEAST = const(47)  # 1.5 A in 32 mA
_FITS = const(40)
_CLEAR = const(64)


def note_level(p, low, high, at: int, now_ms: int) -> None:
    """Write the least and the most that it draws, mA."""
    level = max(0, p.setpoint_ma - _UNDER_MA) if p.car == CHARGING else 0
    least = level
    if min(ticks_diff(now_ms, p.since_ms), ticks_diff(now_ms, p.changed_ms)) < CONFIRM_BY_TIME_MS:
        level = max(level, p.may_ma)
        least = 0
    low[at] = min(65000, least)
    high[at] = min(65000, level)
    low[at + 1] = 65535  # not known: that it cannot measure is seen by that


def unrest(ear, at: int) -> int:
    """By how many mA it may have changed in the window, 0: not at all."""
    if ear.low[at] == ear.high[at] == ear.low0[at] == ear.high0[at]:
        return 0
    return max(ear.high[at], ear.high0[at]) - min(ear.low[at], ear.low0[at])


def follow(ear, learner, point, at: int, rest: list, around: list, wild: int) -> None:
    """A window is over. rest: what those who measure leave of the change; around: its variance;
    wild: by how much all who cannot measure may have changed, squared. What two of those did at
    once could be taken for a car on two phases."""
    i = point.index
    noted = ear.blind.get(i)
    if noted:
        width = unrest(ear, at) >> 5
        wild -= width * width
        for p in range(3):
            noted[1 + p] += rest[p]
            noted[4 + p] += around[p] + wild
    if ear.low[at] != ear.high[at]:
        return
    level = ear.low[at] >> 5
    if noted and learner.home[i] == ear.circuit.index:
        change = level - noted[0]
        learner.moves(i, 0 if not change else 1 if change > 0 else 2)
        if abs(change) >= _LEAST:
            _tell(learner, point, change, noted[1:4], noted[4:7])
    ear.blind[i] = [level, 0, 0, 0, 0, 0, 0]


def _tell(learner, point, change, left, variance):
    i = point.index
    width = 10 + (abs(change) >> 4)
    total = left[0] + left[1] + left[2]
    off = variance[0] + variance[1] + variance[2]
    fits = [misfit(total - u * change, off + u * width * width * u) for u in range(4)]
    best = min(fits)
    used = fits.index(best)
    fits.remove(best)
    if best > _FITS or min(fits) < _CLEAR or used in (0, 3) or used > point.phases_now:
        return
    learner.kind[i] = used
    k = 0
    if used == 2:
        k = 2
        left = [value - change for value in left]
        change = -change
    mover = (i, k, change, width, learner.belief(i, k), True)
    place(learner, [mover], left, variance, 2)  # in so long a time the house does much
