"""Loads of the house that cycle regularly: an oven, a hot plate, a compressor.

A phase of a circuit is watched for on-phases of at least 3 A. When the last ones were alike in
length, distance and height (within a quarter), the next one can be reckoned with: `allowed_ma`
tells what the cars may have under it for ever.
"""

from array import array

from compat import const, ticks_add, ticks_diff

from loadmgmt.circuit import NONE_MA
from loadmgmt.point import SETTLE_MS
from loadmgmt.thermal import COOL_MS, bearable, rate

# of an array, one per phase
_BEGAN = const(0)  # when the last on-phase began
_PERIOD = const(1)  # from one beginning to the next
_LENGTH = const(2)  # of the on-phase
_LEVEL = const(3)  # the house in it, mA
_PEAK = const(4)  # the same of the one that lasts
_LOW = const(5)  # the house beside it
_COUNT = const(6)  # on-phases in a row that were alike
_IS_ON = const(7)

_STEP_MA = const(3000)
_ALIKE_MA = const(1500)
_ALIKE_MS = const(3000)
_ENOUGH = const(3)
_LONGEST_MS = const(900000)
_ON = const(400000)  # of the budget for the on-phases, and with the jump at their beginning
_ALL = const(450000)
JUMP_MS = const(6500)  # from the jump until the cars have followed: sample, pass, reaction


def new_cycle():
    """Nothing is known of a phase."""
    return array("i", (0, 0, 0, 0, 0, NONE_MA, 0, 0))


def watch(cycle, least_ma: int, most_ma: int, now_ms: int) -> None:
    """Take the house load, which is known to be between these; once a second or so."""
    passed_ms = ticks_diff(now_ms, cycle[_BEGAN])
    if not 0 <= passed_ms <= 2 * _LONGEST_MS:
        passed_ms = _LONGEST_MS  # long ago: the clock must not wrap
        cycle[_BEGAN] = ticks_add(now_ms, -passed_ms)
    if passed_ms >= _LONGEST_MS and (cycle[_IS_ON] or cycle[_COUNT]):
        cycle[_COUNT] = cycle[_IS_ON] = 0
        cycle[_LOW] = most_ma
    elif cycle[_IS_ON]:
        if least_ma > cycle[_PEAK]:
            cycle[_PEAK] = least_ma
        elif most_ma < cycle[_PEAK] - _STEP_MA:
            size = cycle[_PEAK] - most_ma
            near = abs(cycle[_PEAK] - cycle[_LEVEL]) <= max(_ALIKE_MA, size // 4)
            if not near or not _alike(passed_ms, cycle[_LENGTH]):
                cycle[_COUNT] = 0
            cycle[_COUNT] += 1
            cycle[_LENGTH] = passed_ms
            cycle[_LEVEL] = cycle[_PEAK]
            cycle[_LOW] = most_ma
            cycle[_IS_ON] = 0
    elif most_ma < cycle[_LOW]:
        cycle[_LOW] = most_ma
    elif least_ma > cycle[_LOW] + _STEP_MA:
        if not _alike(passed_ms, cycle[_PERIOD]):
            cycle[_COUNT] = 0
        cycle[_PERIOD] = passed_ms
        cycle[_BEGAN] = now_ms
        cycle[_PEAK] = least_ma
        cycle[_IS_ON] = 1
    elif passed_ms > 2 * cycle[_PERIOD]:
        cycle[_COUNT] = 0  # it is over


def _alike(a, b):
    return abs(a - b) <= max(_ALIKE_MS, b // 4)


def is_regular(cycle, circuit) -> bool:
    """True when the next on-phase can be reckoned with."""
    return cycle[_COUNT] >= _ENOUGH and cycle[_PERIOD] - cycle[_LENGTH] > 2 * circuit.update_ms


def allowed_ma(cycle, circuit, phase: int, least_ma: int, kind: tuple) -> tuple:
    """What all cars may have beside a regular load: (in its on-phases, when one begins).

    least_ma: the minima of those who charge. In each cycle no more of the budget is used than
    fades until the next one: with u used in one, and off-phases of T, the most that is used is
    u * (60 s + T) / T; beside it there is what a stop takes.
    """
    on_ms = cycle[_LENGTH] + 2 * circuit.update_ms
    off_ms = cycle[_PERIOD] - on_ms
    all_ms = COOL_MS + off_ms
    share = off_ms * 1000 // all_ms
    main = circuit.main_ma[phase] // 10
    during_ms = on_ms + (SETTLE_MS + circuit.update_ms) * share // 1000
    on = main * bearable(_ON // 1000 * share, during_ms, kind) // 100 - cycle[_LEVEL]
    used = rate((cycle[_LEVEL] + least_ma) * 100 // main, kind) // 10 * (during_ms // 100)
    jump = bearable(_ALL // 1000 * share - used, JUMP_MS, kind)
    return on, main * jump // 100 - cycle[_LEVEL]
