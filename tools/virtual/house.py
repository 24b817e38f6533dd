"""House load: constant, steps, ramps, cycles, noise, or a list, as changes of straight pieces.

Each load yields (time in ms, [mA per phase] to add, [mA per ms] of slope to add), in order.
"""

import random


def changes(load, seed):
    """The changes of one entry of a circuit's `house`, without end where it repeats."""
    if load.points is not None:
        return _listed(load)
    if load.noise_ma is not None:
        return _noise(load, random.Random(seed))
    return _pulses(load)


def _turn(at, ma, ramp_ms, sign):
    if not ramp_ms:
        yield at, [sign * x for x in ma], [0.0] * 3
        return
    slope = [sign * x / ramp_ms for x in ma]
    yield at, [0.0] * 3, slope
    yield at + ramp_ms, [0.0] * 3, [-x for x in slope]


def _pulses(load):
    at = load.from_ms
    length = None if load.until_ms is None else max(load.until_ms - load.from_ms, load.ramp_ms)
    while True:
        yield from _turn(at, load.ma, load.ramp_ms, 1)
        if length is None:
            return
        yield from _turn(at + length, load.ma, load.ramp_ms, -1)
        if load.every_ms is None:
            return
        at += max(load.every_ms, length + load.ramp_ms)


def _noise(load, dice):
    at = load.from_ms
    was = [0.0] * 3
    while load.until_ms is None or at < load.until_ms:
        new = [dice.uniform(-x, x) for x in load.noise_ma]
        yield at, [b - a for a, b in zip(was, new)], [0.0] * 3
        was = new
        at += load.every_ms
    yield load.until_ms, [-x for x in was], [0.0] * 3


def _listed(load):
    start = 0
    value = [0.0] * 3
    slope = [0.0] * 3
    at = 0
    while True:
        for k, row in enumerate(load.points):
            t = max(start + row[0], at)
            reached = [a + b * (t - at) for a, b in zip(value, slope)]
            new = [0.0] * 3
            if load.linear and k + 1 < len(load.points):
                after = load.points[k + 1]
                length = max(1, after[0] - row[0])
                new = [(b - a) / length for a, b in zip(row[1:], after[1:])]
            step = [b - a for a, b in zip(reached, row[1:])]
            yield t, step, [b - a for a, b in zip(slope, new)]
            at, value, slope = t, list(row[1:]), new
        if load.every_ms is None:
            return
        start += max(load.every_ms, load.points[-1][0] + 1)


def feed(clock, lines, source):
    """Let these changes come over `lines`, a list of lines per phase, each at its time."""
    for at, values, slopes in source:
        if at > clock.now:
            clock.at(at, _go_on, clock, lines, source, values, slopes)
            return
        _change(clock.now, lines, values, slopes)


def _go_on(clock, lines, source, values, slopes):
    _change(clock.now, lines, values, slopes)
    feed(clock, lines, source)


def _change(now, lines, values, slopes):
    for k in range(3):
        if values[k] or slopes[k]:
            for line in lines[k]:
                line.move(now, values[k], slopes[k])
