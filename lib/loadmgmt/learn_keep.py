"""What the learner knows over new settings and restarts. Loaded for the call."""

from loadmgmt.learn import REFUTED
from loadmgmt.learn_wiring import ROTATIONS


def known(learner) -> dict:
    """The learnt rotations, by wallbox: those whose first phase is known."""
    return {
        i: ROTATIONS[number]
        for i, number in enumerate(learner.rotation)
        if number and learner.bits[i] & 1
    }


def recall(learner, i: int, rotation: str) -> None:
    """Put one back. What is in the settings by now needs no help; what is not is known better."""
    number = ROTATIONS.index(rotation)
    if learner.given[i] == number:
        return
    learner.rotation[i] = number
    learner.bits[i] = 1
    if learner.given[i]:
        learner.bits[i] |= REFUTED
        learner.put(i, None)
    if learner.uses:
        learner.apply(i)


def take_over(learner, was, successors: list) -> None:
    """Take what another learner found out of the same wallboxes below the same meter."""
    for i, point in enumerate(successors):
        if point is None or was.home[i] != learner.home[point.index]:
            continue
        j = point.index
        for k in range(9):
            learner.score[9 * j + k] = was.score[9 * i + k]
        learner.kinds[j] = was.kinds[i]
        if learner.given[j] and learner.given[j] != was.given[i]:
            continue  # the settings say something new: the next window judges that
        learner.can[3 * j : 3 * j + 3] = was.can[3 * i : 3 * i + 3]
        learner.rotation[j] = was.rotation[i]
        bits = was.bits[i]
        if not learner.given[j]:  # perhaps it was taken out of the settings
            bits = bits & 7 if was.rotation[i] else 0
        learner.bits[j] = bits
        if learner.bits[j] & REFUTED:
            learner.put(j, None)
        if learner.uses and learner.rotation[j]:
            learner.apply(j)
