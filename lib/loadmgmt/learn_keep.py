"""What the learner knows over new settings and restarts. Loaded for the call."""

from loadmgmt.learn import REFUTED, ROTATIONS, SURE
from loadmgmt.point import order_of


def known(learner) -> dict:
    """The learnt rotations, by wallbox: those whose first phase is known."""
    return {
        i: ROTATIONS[number]
        for i, number in enumerate(learner.held)
        if number and learner.bits[i] & 1
    }


def recall(learner, i: int, rotation: str) -> None:
    """Put one back, of which the first phase is taken for sure. What is in the settings by now
    needs no help; where they say otherwise, that was contradicted before."""
    number = ROTATIONS.index(rotation)
    if learner.given[i] == number or learner.home[i] == 255:  # nobody would watch it
        return
    place = order_of(rotation)[0]
    for p in range(9):
        learner.score[9 * i + p] = SURE + 16 if p == place else 0
    learner.clear[3 * i] = 1 + place
    learner.held[i] = number
    learner.bits[i] = 1 | REFUTED if learner.given[i] else 1
    learner.kind[i] = 1
    learner.apply(i)


def take_over(learner, was, successors: list) -> None:
    """Take what another learner found out of the same wallboxes below the same meter."""
    for i, point in enumerate(successors):
        if point is None:
            continue
        j = point.index
        if _meter_of(was, i) != _meter_of(learner, j):
            continue
        if learner.given[j] and learner.given[j] != was.given[i]:
            continue  # the settings say something new
        learner.score[9 * j : 9 * j + 9] = was.score[9 * i : 9 * i + 9]
        learner.clear[3 * j : 3 * j + 3] = was.clear[3 * i : 3 * i + 3]
        learner.kind[j] = was.kind[i]
        learner.held[j] = was.held[i]
        bits = was.bits[i]
        if not learner.given[j]:  # perhaps it was taken out of the settings
            bits = bits & 7 if was.held[i] else 0
        learner.bits[j] = bits
        learner.apply(j)


def _meter_of(learner, i):
    """The name of the circuit whose meter tells of wallbox i, None: none does."""
    c = learner.home[i]
    return None if c == 255 else learner.site.circuits[c].name
