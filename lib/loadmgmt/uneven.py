"""What each wallbox draws and may let go of, as far as the balance between the phases needs it."""

from array import array

from compat import const, ticks_diff

from loadmgmt.circuit import NONE_MA
from loadmgmt.point import BEFORE, CHARGING, LEAST, MOST, NO_CAR, TOP, UNDECIDED, settle_ms
from loadmgmt.weigh import expected_ma, highest_ma

ALL = const(7)  # a bit for each phase
_USED_MA = const(1000)
_UNUSED_MA = const(500)
_DRAWS_MA = const(4000)  # from then on what a phase has tells whether the car uses it
_CREEP_MA = const(500)  # a steady car between two readings
_RAMP_MA = const(4000)  # one whose setpoint changed a moment ago


class Rows:
    """One entry a wallbox; mA at the beginning of the pass."""

    def __init__(self, n):
        self.used = bytearray([ALL] * n)  # phases that its car uses, known at once
        # the least and the most that the meter's value holds of it (while that is uncertain, all
        # it may draw), the most that it reported, the most that it may let go of
        self.low = array("i", bytes(4 * n))
        self.high = array("i", bytes(4 * n))
        self.peak = array("i", bytes(4 * n))
        self.most = array("i", bytes(4 * n))
        self.was = array("i", bytes(4 * n))  # its setpoint
        self.will = array("i", bytes(4 * n))  # what it was expected to draw


def note(row, p, at, newest, future):
    """Fill in the row of a wallbox; at: the grid phases on which it counts."""
    i = p.index
    row.will[i] = future if p.setpoint_ma == row.was[i] or not p.heard else row.was[i]
    used = row.used[i]
    low = NONE_MA
    most = 0
    if p.measures:
        drawn = p.drawn
        for k in range(p.phases_now):
            if used >> k & 1:
                if p.seat.dynamic:
                    low = min(low, drawn[LEAST + k])
                    most = max(most, drawn[MOST + k])
                else:  # no meter: no sample at which that begins anew
                    low = min(low, drawn[k], drawn[BEFORE + k])
                    most = max(most, drawn[k], drawn[BEFORE + k])
    elif p.car == CHARGING:
        most = p.setpoint_ma  # as long as its rise is not known
        if p.estimated:
            known = [p.estimate[k] for k in at or (0, 1, 2)]
            low = min(p.setpoint_ma, min(known))
            most = min(p.setpoint_ma, max(known))
    if low == NONE_MA or not p.heard:
        low = 0
    recent = newest is None or ticks_diff(newest, p.changed_ms) < settle_ms(p)
    if recent and low > p.setpoint_ma:
        low = max(0, p.setpoint_ma)
    high = p.may_ma if newest is None else highest_ma(p, newest)
    row.low[i] = low
    row.peak[i] = most
    row.high[i] = most if high < 0 else high
    if not p.heard:
        most = p.may_ma
    elif p.car != CHARGING and p.drawn[TOP] == 0:
        if p.setpoint_ma > 0:
            most = 0  # what it let go of its own accord is not taken away
        # else it was told to, and the meter's value may still hold it
    elif p.measures:
        most = min(most + _RAMP_MA if recent else p.drawn[TOP] + _CREEP_MA, p.may_ma)
    elif recent:
        most = max(p.may_ma, p.peak_ma)
    row.most[i] = most


def future_ma(p, now_ms):
    if p.setpoint_ma == UNDECIDED or (p.may_ma == 0 and p.peak_ma == 0 and p.setpoint_ma <= 0):
        return 0
    return expected_ma(p, now_ms)


def phases_used(p, used):
    """On which of its phases its car draws, a bit each; all until it has shown that."""
    if p.car == NO_CAR:
        return ALL
    if p.car == CHARGING and p.measures:
        drawn = p.drawn
        for k in range(p.phases_now):
            if drawn[k] >= _USED_MA:
                used |= 1 << k
            elif drawn[TOP] >= _DRAWS_MA and max(drawn[k], drawn[BEFORE + k]) < _UNUSED_MA:
                used &= ~(1 << k)
    return used
