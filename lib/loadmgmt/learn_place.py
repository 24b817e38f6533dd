"""How likely each place of each car is, from one window of a meter (learn_meter.py).

For a car on one or two phases that is the likelihood of what is left on the three phases of the
meter with its odd phase on each of them, all others taken at their likely places with the variance
of those. Changes are in 32 mA, likelihoods as logarithms in 1/32 (a nat is 32).

movers: (wallbox, its odd phase, what that changed by beside the two others, how uncertain that
is, its likely places in 64ths, whether this meter is to tell where it is).
"""

from compat import const

_LEAST = const(28)  # 0.9 A: a smaller change tells nothing
_ROUGH = const(128)  # the most that one phase says, 4 nats: the house steps now and then
_WINDOW = const(192)  # the most that one window says


def odd_phase(d) -> int:
    """The own phase that changed otherwise than the two others: 0..2."""
    if abs(d[1] - d[2]) <= abs(d[0] - d[1]) and abs(d[1] - d[2]) <= abs(d[0] - d[2]):
        return 0
    return 1 if abs(d[0] - d[2]) <= abs(d[0] - d[1]) else 2


def expect(movers, variance) -> tuple:
    """(what all movers add to each phase at their likely places, the variance of that)."""
    expected = [0, 0, 0]
    around = variance[:]
    for _, _, odd, width, belief, _ in movers:
        for p in range(3):
            share, spread = _part(odd, width, belief[p])
            expected[p] += share
            around[p] += spread
    return expected, around


def _part(odd, width, q):
    return odd * q >> 6, ((odd * odd >> 6) * q * (64 - q) >> 6) + (q * width * width >> 6)


def misfit(off: int, variance: int) -> int:
    """How unlikely it is to be that far off, at most _ROUGH."""
    if not -8000 < off < 8000:  # 256 A; its square is no small integer of the chip
        return _ROUGH
    return min(_ROUGH, off * off * 16 // max(1, variance))


def place(learner, movers, left, variance, doubt=1):
    """Tell the learner how likely each place of each odd phase is; doubt: what is said counts by
    so much less."""
    expected, around = expect(movers, variance)
    found = []
    for i, k, odd, width, belief, is_home in movers:
        if not is_home or abs(odd) < _LEAST or abs(odd) < 2 * width:
            continue
        gains = [0, 0, 0]
        for p in range(3):
            share, spread = _part(odd, width, belief[p])
            off = left[p] - expected[p] + share
            around_it = around[p] - spread
            elsewhere = misfit(off, around_it)
            here = misfit(off - odd, around_it + width * width)
            gains[p] = elsewhere - here  # against what they have in common
        found.append((i, k, gains))
    for i, k, gains in found:
        most = max(gains)
        gains = [max(-_WINDOW, gain - most) for gain in gains]
        mean = (gains[0] + gains[1] + gains[2]) // 3
        learner.add(i, k, [(gain - mean) // doubt for gain in gains], doubt)
