"""The evidence of one window: who is on which phase, and whether the meter is wired right.

For own phase k of a wallbox and phase p of the meter it is cost(the meter's change, if another of
its phases is there, or none) - cost(if it is k), in hundredths of what one movement can say.
"""

from compat import const

CAP = const(100)  # of one movement's evidence
MOST_SEEN = const(400)
_HALF = const(50)
_ALIKE_MA = const(1200)


def cost(value: int, low: int, high: int, spread: int) -> int:
    """How badly a value fits into an interval: 0 to CAP, which is `spread` mA beside it."""
    off = low - value if value < low else value - high
    if off <= 0:
        return 0
    off = off * 10 // spread
    return off * off if off < 10 else CAP


def weigh_window(ear, learner, changes: list, need: int, now_ms: int) -> None:
    """Let each wallbox that surely changed by `need` mA tell where it is."""
    points = ear.circuit.points
    least = [0, 0, 0]
    most = [0, 0, 0]
    parts = []
    for j in range(len(points)):
        c = changes[j]
        up = max(c[0] + c[3], c[1] + c[4], c[2] + c[5])
        down = -min(c[0] + c[3], c[1] + c[4], c[2] + c[5])
        still = max(up, down) < 600 and points[j].measures
        learner.moves(points[j].index, ear.circuit.index, 0 if still else 1 if up > down else 2)
        part = _part(learner, points[j].index, c)
        parts.append(part)
        for p in range(3):
            least[p] += part[p]
            most[p] += part[3 + p]
    is_heard = False
    open_ones = []
    for j in range(len(points)):
        c = changes[j]
        if max(c[3], c[4], c[5]) < need and min(c[0], c[1], c[2]) > -need:
            continue
        part = parts[j]
        low = [least[p] - part[p] for p in range(3)]
        high = [most[p] - part[3 + p] for p in range(3)]
        is_open = _is_open(ear, learner, points[j], c, need)
        if is_open:
            open_ones.append((max(c[3], c[4], c[5], -c[0], -c[1], -c[2]), j))
        if _hear(ear, learner, points[j], c, need, low, high, now_ms, not is_open):
            is_heard = True
    if open_ones:
        open_ones.sort(reverse=True)
        del open_ones[3:]
        movers = []
        for _, j in open_ones:
            for p in range(3):
                least[p] -= parts[j][p]
                most[p] -= parts[j][3 + p]
            movers.append(_mover(points[j], changes[j]))
        from loadmgmt.learn_join import join

        join(ear, learner, movers, least, most)
        for p in range(3):
            for _, j in open_ones:
                least[p] += parts[j][p]
                most[p] += parts[j][3 + p]
    for p in range(3):
        change = ear.change[p]
        rest = 0 if least[p] <= change <= most[p] else change - (least[p] + most[p]) // 2
        if not is_heard and abs(rest) >= need:
            ear.is_odd(rest, now_ms)


def _part(learner, i, c):
    """Between what wallbox i changed each phase when its own phases changed by c."""
    part = [0] * 6
    for p in range(3):
        least = most = None
        for k in range(3):
            if learner.can[3 * i + k] >> p & 1:
                if least is None or c[k] < least:
                    least = c[k]
                if most is None or c[3 + k] > most:
                    most = c[3 + k]
        if least is None:  # a contradiction: it may be any
            least = min(c[0], c[1], c[2])
            most = max(c[3], c[4], c[5])
        part[p] = least
        part[3 + p] = most
    return part


def _mover(point, c):
    """What join() needs of a wallbox."""
    if not point.measures:  # up to 0.5 A less than its setpoint
        follows = c[6]
        return point.index, 0, follows - 600, follows + 600, 0, 0, True
    k = odd_phase(c)
    x = (k + 1) % 3
    return point.index, k, c[k], c[3 + k], c[x], c[3 + x], False


def weight_of(size: int, width: int) -> int:
    """How much a change is worth as evidence, 0 to 16, when it is only known within a width: the
    wider, the more easily does a step of the house fit in."""
    return max(0, min(16, (size - width) * 32 // size)) if size else 0


def odd_phase(c) -> int:
    """The own phase that changed otherwise than the two others: 0..2."""
    a = c[0] + c[3]
    b = c[1] + c[4]
    d = c[2] + c[5]
    if abs(b - d) <= abs(a - b) and abs(b - d) <= abs(a - d):
        return 0
    return 1 if abs(a - d) <= abs(a - b) else 2


def _is_open(ear, learner, point, c, need):
    """True: a car on one or two phases, nobody knows on which."""
    i = point.index
    if not ear.circuit.includes or learner.home[i] != ear.circuit.index:
        return False
    if not point.measures:
        return abs(c[6]) >= need
    k = odd_phase(c)
    x = (k + 1) % 3
    y = (k + 2) % 3
    for other in (x, y):
        if c[k] - c[3 + other] < need and c[other] - c[3 + k] < need:
            return False
    return c[x] <= c[3 + y] and c[y] <= c[3 + x] and learner.can[3 * i + k] not in (1, 2, 4)


def _hear(ear, learner, point, c, need, low, high, now_ms, adds):
    """One wallbox. True: the meter shows its change on some phase."""
    adds = adds and ear.circuit.includes and learner.home[point.index] == ear.circuit.index
    if not point.measures:
        return max(_gains(ear, low, high, -100, 100, c[0], c[3])) >= _HALF
    a = min(c[0], c[1], c[2])
    b = max(c[3], c[4], c[5])
    surely = max(c[0], c[1], c[2]) >= need or min(c[3], c[4], c[5]) <= -need
    if not surely:
        return False
    if b - a - min(c[3] - c[0], c[4] - c[1], c[5] - c[2]) < _ALIKE_MA:
        gains = _gains(ear, low, high, 0, 0, a, b)
        mirrored = _gains(ear, low, high, 0, 0, a, b, -1)
        weight = _weight(a, b, 0, low, high)
        for p in range(3):
            _turn(ear, p, gains[p], mirrored[p], weight)
        return _count(ear, sorted(gains)[1], sorted(mirrored)[1], max(gains), (a + b) // 2, now_ms)
    is_heard = False
    for k in range(3):
        x = (k + 1) % 3
        y = (k + 2) % 3
        lo = c[k]
        hi = c[3 + k]
        for other in (x, y):
            if lo - c[3 + other] < need and c[other] - hi < need:
                break
        else:
            alt = min(c[x], c[y])
            alt_most = max(c[3 + x], c[3 + y])
            gains = _gains(ear, low, high, alt, alt_most, lo, hi)
            best = max(gains)
            weight = _weight(lo, hi, (alt + alt_most) // 2, low, high)
            if adds and weight:
                learner.add(point.index, k, [gain * weight >> 4 for gain in gains])
            if lo >= need or hi <= -need:
                mirrored = _gains(ear, low, high, alt, alt_most, lo, hi, -1)
                for p in range(3):
                    _turn(ear, p, gains[p], mirrored[p] if best <= 0 else 0, weight)
                if _count(ear, best, max(mirrored), best, (lo + hi) // 2, now_ms):
                    is_heard = True
            elif best >= _HALF:
                is_heard = True
    return is_heard


def _gains(ear, low, high, alt, alt_most, least, most, sign=1):
    """The evidence that a change between least and most is on each phase, not one between alt and
    alt_most; sign -1: if the clamp there is reversed."""
    gains = []
    for p in range(3):
        change = ear.change[p] * sign
        spread = ear.spread[p]
        gains.append(
            cost(change, low[p] + alt, high[p] + alt_most, spread)
            - cost(change, low[p] + least, high[p] + most, spread)
        )
    return gains


def _weight(least, most, other, low, high):
    width = most - least + max(high[0] - low[0], high[1] - low[1], high[2] - low[2])
    return weight_of(abs(least + most - 2 * other) // 2, width)


def _turn(ear, p, gain, mirrored, weight):
    """Evidence for or against a reversed clamp."""
    more = (mirrored if mirrored > 0 else 0) - (gain if gain > 0 else 0)
    ear.reversed[p] = max(-CAP, min(MOST_SEEN, ear.reversed[p] + (more * weight >> 4)))


def _count(ear, gain, mirrored, best, change, now_ms):
    """Evidence whether the meter sees the wallboxes. True: it does, now."""
    if gain >= _HALF or mirrored >= _HALF:
        ear.missed_ms = None
        if ear.circuit.includes and ear.seen < -CAP:
            ear.seen = -CAP
        ear.seen = min(MOST_SEEN, ear.seen + CAP)
        return True
    if best <= -_HALF:
        if ear.circuit.includes:
            ear.is_missed(change, now_ms)
        else:
            ear.seen = max(-MOST_SEEN, ear.seen - CAP)
    return False
