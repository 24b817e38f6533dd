"""What the evidence says of a meter's clamps and place: METER_WIRING, per circuit and phase."""

from compat import const

from loadmgmt import event
from loadmgmt.point import order_of
from loadmgmt.trust import LOW

ROTATIONS = ("", "L123", "L132", "L231", "L213", "L321", "L312")  # as numbered by WARP

# An own phase is sure where the meter has shown it in two movements that fit to the ampere, or in
# more that fit less well, and nothing has spoken for another place. In hundredths of a movement:
VALUE = 150  # more than being on none
LEAD = 270  # more than each other place; each has been refuted about as often

REVERSED = 1  # the clamp of this phase
SWAPPED = 2  # the clamps of these phases
UNSEEN = 3  # the meter does not see the wallboxes, although it is set up so
SEEN = 4  # it sees them, although it is set up not to

_ALARM = const(300)  # three movements
_REVERSED = const(250)  # that fit well
_BOTH = const(200)
NEGATIVE_S = const(20)  # without generation


def judge_wiring(learner, ear) -> None:
    """Tell what has changed; 0: it is well again."""
    includes = ear.circuit.includes
    was = ear.codes[0]
    codes = [0, 0, 0]
    alarm = 1 if was in (UNSEEN, SEEN) else _ALARM  # once told, it takes evidence for the contrary
    if includes and ear.circuit.trust.state >= LOW:
        alarm = min(alarm, _BOTH)  # R6 says the same
    if (-ear.seen if includes else ear.seen) >= alarm:
        codes = [UNSEEN if includes else SEEN] * 3
    else:
        negative = [p for p in range(3) if ear.negative[p] >= NEGATIVE_S and ear.reversed[p] >= 0]
        for p in range(3):
            if ear.reversed[p] >= (1 if ear.codes[p] == REVERSED else _REVERSED):
                codes[p] = REVERSED
            elif p in negative:
                codes[p] = SWAPPED if len(negative) == 2 else REVERSED
        if max(codes) == 0 and includes:
            _find_swapped(learner, ear.circuit, codes)
    for p in range(3):
        if codes[p] != ear.codes[p]:
            ear.codes[p] = codes[p]
            learner.site.tell(event.METER_WIRING, 3 * ear.circuit.index + p, codes[p])


def _find_swapped(learner, circuit, codes):
    """Wallboxes of several settings say the same: it is the clamps that are not where they
    should be."""
    for p in range(3):
        against = {}
        others = 0
        for point in circuit.points:
            i = point.index
            if learner.home[i] != circuit.index or not learner.given[i]:
                continue
            found = _place_given(learner, i, p)
            if found == p:
                against = None
                break
            if found == -1:
                others += 1
            elif found is not None:
                against[found] = against.get(found, 0) + 1
        if against and len(against) == 1:
            for found, votes in against.items():
                if votes > 1 or not others:
                    codes[p] = codes[found] = SWAPPED


def _place_given(learner, i, phase):
    """Where the meter shows what the settings have on this phase; -1: it has moved and that is not
    sure yet, None: nothing is known."""
    k = order_of(ROTATIONS[learner.given[i]]).index(phase)
    best, value, lead = learner.best(i, k)
    if value >= VALUE and lead >= LEAD:
        return best
    return -1 if lead or value else None
