"""The earliest tripping that the standards permit, as a budget: 1000000 is where it begins.

- "B", "C": IEC 60898-1, time-current zone (8.6.1, table 7; both letters have the same thermal
  points): does not trip at 1.13 In within 1 h, nor at 2.55 In within 1 s, from cold. Instantaneous
  tripping begins at 3 In (B); nothing near that is carried.
- "gG": IEC 60269-1, conventional currents (5.6.2, table 2): does not operate at 1.25 In within
  1 h, which is the smallest factor of all ratings; gates (5.6.3, table 3): I_min(10 s) is 33 A for
  16 A, 52 A for 25 A, 160 A for 63 A, at least 2.06 In; 2 In is reckoned with.

Above the first point the budget is used up with the square of the current, so that the second
point uses all of it; between In and the first point, in an hour. Below In what was used fades
with 60 s. To trip that early, a device whose heat fades with T would have to have T below 19 s;
one with a longer T carries T / 19 s times as much, so for it the budget is rather too small.
"""

from compat import const

HALF = const(500000)  # of the budget is ours at most
COOL_MS = const(60000)
_HOUR = const(278)  # an hour for all of it, per second
_MOST = const(2000000)
_LONG_MS = const(240000)

# square of the first point * 10000; budget per second and thousandth above it; what is carried
_MCB = (12769, 245, 1450)  # at most, in thousandths: the conventional tripping current
_GG = (15625, 65, 1600)


def kind_of(circuit) -> tuple:
    """The figures of a circuit's breaker."""
    return _GG if circuit.breaker == "gG" else _MCB


def rate(times: int, kind: tuple) -> int:
    """Millionths of the budget that are used up in a second at `times` / 1000 of the rating."""
    if times <= 1000:
        return 0
    return max(_HOUR, (times * times * 10 // kind[0] - 999) * kind[1])


def heated(heat: int, times: int, passed_ms: int, kind: tuple) -> int:
    """The budget that is used after so long at `times` / 1000 of the rating (3000 at most)."""
    if passed_ms <= 0:
        return heat
    if times <= 1000:
        return heat - heat // (2 + COOL_MS // passed_ms)
    each = rate(times, kind)
    passed_ms = min(passed_ms, _LONG_MS)  # all the same by then; no large numbers
    heat += each * (passed_ms // 1000) + (each // 10 + 1) * (passed_ms % 1000) // 100
    return min(heat, _MOST)


def bearable(left: int, during_ms: int, kind: tuple) -> int:
    """The most, in thousandths of the rating, that uses no more than `left` in that time."""
    bound = max(0, left) * 1000 // during_ms
    times = kind[2]
    while times > 1000 and rate(times, kind) > bound:
        times -= 10
    return times
