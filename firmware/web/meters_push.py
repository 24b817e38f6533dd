"""Checks a sample that was pushed to /meters/N/update, and lets the control pass run on it.

Either an array in the order of value_ids, as for WARP's API meter, null where a value is not
known; or an object in whole mA, W, mV, Wh: {"current_ma": [l1, l2, l3], "power_w": all or [l1, l2,
l3], "voltage_mv": [..], "energy_import_wh", "energy_export_wh"}, of which only current_ma is
needed. The currents are what the site is steered by, so all three have to be there. Where no power
of the phases is given it is worked out from current and voltage (230 V unless given).
"""

from compat import const, ticks_diff, ticks_ms

from firmware.web import Refusal

_SOONEST_MS = const(100)
_LATEST_MS = const(3000)  # from the begin of a request to its end: older is no sample
_MAX_MA = const(1000000)
_MAX_W = const(1000000)
_MAX_MV = const(1000000)
_MAX_WH = const(1000000000)
_NOMINAL_MV = const(230000)
_COUNT = const(12)
_MEMBERS = {
    "current_ma": (0, 3),
    "power_w": (3, 3),
    "voltage_mv": (6, 3),
    "energy_import_wh": (10, 1),
    "energy_export_wh": (11, 1),
}
# of the array: where each value stands in a sample, and how much smaller its unit is
_ORDER = b"\x06\x07\x08\x00\x01\x02\x03\x04\x05\x09\x0a\x0b"


class _Wrong(ValueError):
    pass


def take(context, meter, request) -> str | None:
    """Take the sample; the error text, or Refusal, and then nothing has changed."""
    try:
        values = _values(request.body)
        _check(meter, values)
    except _Wrong as wrong:
        meter.failures += 1
        return str(wrong)
    now_ms = ticks_ms()
    if meter.taken_ms is not None and 0 <= ticks_diff(now_ms, meter.taken_ms) < _SOONEST_MS:
        meter.failures += 1
        raise Refusal(429, "too soon; right: ten samples a second at most; wait %d s", 1)
    if ticks_diff(now_ms, request.came_ms) > _LATEST_MS:
        meter.failures += 1
        raise Refusal(408, "the sample took too long to arrive; right: within %d ms" % _LATEST_MS)
    for k in range(3):
        if values[6 + k] is None:
            values[6 + k] = 0
        if values[3 + k] is None:
            mv = values[6 + k] or _NOMINAL_MV
            values[3 + k] = values[k] * (mv // 100) // 10000
    meter.take(now_ms, values)
    context.sampled(meter)
    return None


def _values(body) -> list:
    """The sample as integers in mA, W, mV, Wh; None: not given."""
    values = [None] * _COUNT
    if isinstance(body, list):
        if len(body) != _COUNT:
            raise _Wrong("%d values; right: %d, in the order of value_ids" % (len(body), _COUNT))
        for i in range(_COUNT):
            at = _ORDER[i]
            factor = 1 if 3 <= at < 6 or at == 9 else 1000
            values[at] = _number("value %d" % i, body[i], factor)
        return values
    if not isinstance(body, dict):
        raise _Wrong('no sample; right: {"current_ma": [l1, l2, l3]} or a list as value_ids')
    for name in body:
        given = body[name]
        if name not in _MEMBERS:
            right = ", ".join(sorted(_MEMBERS))
            raise _Wrong("unknown member %s; right: %s" % (name[:40], right))
        at, count = _MEMBERS[name]
        if name == "power_w" and not isinstance(given, list):
            at, count = 9, 1
        if given is None:
            continue
        if count == 1:
            values[at] = _number(name, given, 1)
            continue
        if not isinstance(given, list) or len(given) != count:
            raise _Wrong("wrong %s; right: a list of three" % name)
        for k in range(count):
            values[at + k] = _number("%s[%d]" % (name, k), given[k], 1)
    return values


def _number(name: str, value, factor: int):
    """A number as a whole one; a huge one goes on to be refused."""
    if value is None:
        return None
    if type(value) is not int and type(value) is not float:
        raise _Wrong("wrong %s; right: a number" % name)
    value *= factor
    if not -2e9 < value < 2e9:  # not NaN, nor infinite
        raise _Wrong("%s is out of range; right: a value that was measured" % name)
    return round(value)


def _check(meter, values) -> None:
    """Raise _Wrong for a value that no meter of this place shows."""
    for k in range(3):
        most = _MAX_MA
        if meter.circuit is not None:
            most = 4 * meter.circuit.main_ma[k]  # beyond that it is dropped (R6)
        if values[k] is None:
            raise _Wrong("the current of L%d is missing; right: all three" % (k + 1))
        if abs(values[k]) > most:
            wrong = "the current of L%d is out of range; right: -%d..%d mA"
            raise _Wrong(wrong % (k + 1, most, most))
    for i in range(3, _COUNT):
        value = values[i]
        least, most = -_MAX_W, _MAX_W
        if 6 <= i < 9:
            least, most = 0, _MAX_MV
        elif i > 9:
            least, most = 0, _MAX_WH
        if value is not None and not least <= value <= most:
            what = "power" if i < 6 or i == 9 else "voltage" if i < 9 else "energy"
            raise _Wrong("the %s is out of range; right: %d..%d" % (what, least, most))
