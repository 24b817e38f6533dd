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
    """Put one back. Of a cyclic one the first phase is taken for sure, since perhaps no more was
    known; any other one was known as a whole. What is in the settings by now needs no help; where
    they say otherwise, that was contradicted before."""
    number = ROTATIONS.index(rotation)
    if learner.given[i] == number or learner.home[i] == 255:  # nobody would watch it
        return
    order = order_of(rotation)
    bits = 1 if (order[1] - order[0]) % 3 == 1 else 7
    for k in range(3):
        for p in range(3):
            is_it = bits >> k & 1 and p == order[k]
            learner.score[9 * i + 3 * k + p] = SURE + 16 if is_it else 0
        learner.clear[3 * i + k] = 1 + order[k]
    learner.held[i] = number
    learner.bits[i] = bits | REFUTED if learner.given[i] else bits
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
