"""What the windows say of a meter's clamps and its place: METER_WIRING, per circuit and phase."""

from compat import const

from loadmgmt import event
from loadmgmt.learn_place import expect, misfit
from loadmgmt.point import order_of

REVERSED = 1  # the clamp of this phase
SWAPPED = 2  # the clamps of these phases, or what the settings say of the wallboxes there
UNSEEN = 3  # the meter does not see the wallboxes, although it is set up so
SEEN = 4  # it sees them, although it is set up not to

NEGATIVE_S = const(20)  # without generation
_ALARM = const(300)
_TWICE = const(250)  # two changes that fit
_FITS = const(64)
_MOST = const(500)
_EXCHANGED = const(200)
_CONFIRMED = const(176)  # more than the lead that the settings begin with
_CHANGE = const(60)  # 2 A in 32 mA: what is smaller tells nothing here
_MIRRORED = const(128)
_CLEAR = const(9)  # squared: three deviations


def count(ear, change, common, movers, variance, total, off) -> None:
    """Add a window's evidence; see learn_meter.py for what the amounts are.

    The sum over the phases tells whether the wallboxes are seen, wherever they are. A phase on
    which the change is known tells of its clamp.
    """
    all_of_it = 3 * common + total
    if abs(all_of_it) >= _CHANGE and all_of_it * all_of_it > _CLEAR * off:
        seen = change[0] + change[1] + change[2]
        more = misfit(seen, off) - misfit(seen - all_of_it, off)
        for p in range(3):
            if more < 0 and change[p] * change[p] > _CLEAR * variance[p]:
                more = 0  # something is seen; whether rightly is another question
            elif more >= _FITS and change[p] * all_of_it > _CHANGE * abs(all_of_it):
                ear.reversed[p] = max(-_MOST, ear.reversed[p] - _FITS)  # it goes the right way
        ear.seen = max(-_MOST, min(_MOST, ear.seen + more))
    expected, around = expect(movers, variance)
    for p in range(3):
        known = expected[p] + common
        if abs(known) >= _CHANGE and known * known > _CLEAR * around[p]:
            more = misfit(change[p] - known, around[p]) - misfit(change[p] + known, around[p])
            ear.reversed[p] = max(-_MOST, min(_MOST, ear.reversed[p] + more))
    p = _mirrored(change, common, total, variance, off)
    if p >= 0:
        ear.reversed[p] = min(_MOST, ear.reversed[p] + _ALARM // 3)


def _mirrored(change, common, total, variance, off) -> int:
    """The phase that shows all that cars on one phase changed by, but the wrong way round; -1."""
    if common or abs(total) < _CHANGE:
        return -1
    loose = off - variance[0] - variance[1] - variance[2]
    for p in range(3):
        miss = 0
        for q in range(3):
            if q == p:
                miss += misfit(change[q] + total, variance[q] + loose)
            else:
                miss += misfit(change[q], variance[q])
        if miss < _MIRRORED:
            return p
    return -1


def judge_wiring(learner, ear) -> None:
    """Tell what has changed; 0: it is well again."""
    includes = ear.circuit.includes
    was = ear.codes[0]
    codes = [0, 0, 0]
    alarm = _ALARM if includes else _TWICE
    if was in (UNSEEN, SEEN):
        alarm = 1  # once told, it takes evidence for the contrary
    if (-ear.seen if includes else ear.seen) >= alarm:
        codes = [UNSEEN if includes else SEEN] * 3
    else:
        negative = []
        for p in range(3):  # one that is told stays until it has been positive for as long
            least = 1 if ear.codes[p] else NEGATIVE_S
            if ear.negative[p] >= least and ear.reversed[p] >= 0:
                negative.append(p)
        for p in range(3):
            if ear.reversed[p] >= (1 if ear.codes[p] == REVERSED else _ALARM):
                codes[p] = REVERSED
            elif p in negative:
                codes[p] = SWAPPED if len(negative) == 2 else REVERSED
        if max(codes) == 0 and includes:
            _find_swapped(learner, ear, codes)
    for p in range(3):
        if codes[p] != ear.codes[p]:
            ear.codes[p] = codes[p]
            learner.site.tell(event.METER_WIRING, 3 * ear.circuit.index + p, codes[p])


def _find_swapped(learner, ear, codes):
    """Wallboxes are not where the settings have them, and none that they have on either of the
    two phases is: the clamps may be exchanged."""
    against = [0] * 9  # 3 * phase in the settings + phase where the meter shows it
    confirmed = [False] * 3
    for point in ear.circuit.points:
        i = point.index
        order = order_of(learner.setting(i))
        if order is None or learner.home[i] != ear.circuit.index:
            continue
        for k in range(3):
            place, lead = learner.lead(i, k)
            if place != order[k]:
                at = 9 * i + 3 * k
                by = learner.score[at + place] - learner.score[at + order[k]]
                against[3 * order[k] + place] += by
            elif lead >= _CONFIRMED:
                confirmed[place] = True
    for a in range(3):
        for b in range(3):
            alarm = _EXCHANGED // 2 if ear.codes[a] == ear.codes[b] == SWAPPED else _EXCHANGED
            if against[3 * a + b] >= alarm and not confirmed[a] and not confirmed[b]:
                codes[a] = codes[b] = SWAPPED
