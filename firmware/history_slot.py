"""Closes a step of the history: means, the cars' currents per circuit, energy. Loaded for that.

Power of a wallbox: the current of its phases, added, times the voltage of the first meter (230 V
where there is none): few wallboxes give their energy. Of a meter: its own power, or else in the
same way. Energy is power times the length of the step, from power added up by the day of the
settings' time zone; while the clock has not been set, a day is 24 hours of uptime.
"""

import struct

from compat import const
from loadmgmt.weigh import is_unplaced
from on_demand import call

from firmware import board
from firmware.history import NO_DAY, NULL, OF_CIRCUIT, OF_METER, ROW, ROWS

_FLUSH = const(6)  # rows: half an hour
_LONGEST_S = const(900)  # of a step: after that nobody knows what was in between
_DAY_S = const(86400)
_READING_S = const(20)  # files that are being read are left alone for a while
_USUAL_MV = const(230000)
_LEAST_MV = const(100000)


def close(history, app) -> None:
    """Make a row of the sums; write the rows when it is time."""
    now_s = app.uptime_s()
    utc_s = board.utc_s() or 0
    length_s = min(now_s - history.step_s, _LONGEST_S)
    if not history.is_recalled:
        history.is_recalled = True
        call("firmware", "history_file", "recall", history, _day(history, utc_s))
    _turn_day(history, history.step_s, utc_s - length_s)
    if history.count == ROWS:  # it could not be written: the oldest makes room
        size = len(history.rows) // ROWS
        history.rows[:-size] = history.rows[size:]
        history.count -= 1
    at = history.count * (ROW + 2 * history.width)
    struct.pack_into("<II", history.rows, at, now_s, utc_s)
    _fill(history, at + ROW, _volts_mv(app), length_s)
    history.count += 1
    history.step_s = now_s
    is_read = now_s - history.read_s < _READING_S
    if history.count >= _FLUSH and (history.count == ROWS or not is_read):
        call("firmware", "history_file", "flush", history)


def _volts_mv(app) -> int:
    """The voltage to reckon with: the mean of the phases of the first meter that shows one."""
    for meter in app.meters:
        if meter.taken_ms is not None:
            found = [volts for volts in meter.voltage_mv if volts and volts >= _LEAST_MV]
            if found:
                return sum(found) // len(found)
    return _USUAL_MV


def _fill(history, at: int, volts_mv: int, length_s: int) -> None:
    """Put the columns at rows[at]; the sums begin anew."""
    rows = history.rows
    energy = history.energy
    for k in range(at, at + 2 * history.width, 2):
        struct.pack_into("<h", rows, k, NULL)
    volts = (volts_mv + 500) // 1000
    for j, meter in enumerate(history.meters):
        n = history.samples[j]
        if n:
            sums = [(value + n // 2) // n for value in history.metered[4 * j : 4 * j + 4]]
            power = sums[3] or sum(sums[:3]) * volts // 10
            columns = sums[:3] + list(history.peaks[3 * j : 3 * j + 3]) + [_tens(power)]
            for k, value in enumerate(columns):
                _put(rows, at + 2 * k, value)
            if meter.circuit.parent is None:
                energy[1 if power > 0 else 2] += _energy(abs(power), length_s)
            history.samples[j] = 0
        at += 2 * OF_METER
    first = at
    at += 2 * OF_CIRCUIT * len(history.circuits)
    cars = [None] * (OF_CIRCUIT * len(history.circuits))
    numbers = [circuit.index for circuit in history.circuits]
    for i, point in enumerate(history.points):
        n = history.looks[i]
        if n:
            drawn = [(value + n // 2) // n for value in history.drawn[3 * i : 3 * i + 3]]
            power = sum(drawn) * volts // 1000
            _put(rows, at + 2 * i, _tens(power))
            energy[0] += _energy(power, length_s)
            energy[3 + i] += _energy(power, length_s)
            for circuit in history.circuits:
                if point in circuit.points:
                    _add(cars, numbers.index(circuit.index) * OF_CIRCUIT, point, drawn)
            history.looks[i] = 0
    for k, value in enumerate(cars):
        if value is not None:
            _put(rows, first + 2 * k, (value + 50) // 100)
    for sums in (history.metered, history.drawn):
        for k in range(len(sums)):
            sums[k] = 0


def _add(cars: list, at: int, point, drawn: list) -> None:
    """Add a wallbox to the phases of a circuit. What it draws on phases that nobody knows is in
    its power only."""
    is_placed = not point.measures or not is_unplaced(point)
    for k in range(3):
        phase = at + point.seat.grid[k]
        if is_placed or not drawn[k]:
            cars[phase] = (cars[phase] or 0) + drawn[k]


def _tens(power: int) -> int:
    return (power + 5) // 10


def _put(rows, at: int, value: int) -> None:
    struct.pack_into("<h", rows, at, max(NULL + 1, min(-1 - NULL, value)))


def _energy(power: int, length_s: int) -> int:
    """0.1 Wh of so many W."""
    return (power * length_s + 180) // 360


def _day(history, utc_s: int) -> int:
    """The day of a time, in days since 1970."""
    if utc_s <= 0:
        return NO_DAY
    if history.zone:
        utc_s = call("loadmgmt", "timezone", "local_s", history.zone, utc_s)
    return utc_s // _DAY_S


def _turn_day(history, now_s: int, utc_s: int) -> None:
    """Close the energy of the day when another one has begun with the step."""
    day = _day(history, utc_s)
    if day == NO_DAY:
        is_over = now_s - history.day_s >= _DAY_S
        day = history.day
    else:
        # a clock that has just been set: what came before belongs to this day
        is_over = history.day not in (NO_DAY, day)
    if is_over:
        call("firmware", "history_file", "end_day", history)
        history.day_s = now_s
    history.day = day
