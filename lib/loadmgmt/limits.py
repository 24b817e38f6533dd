"""What the cars on a circuit may use at most: the supply of design section 5, per phase.

    min(hard limit, operator limit - offset of a live input, schedule now, available_current)

The brain knows the result only, `Circuit.limit_ma` and `why`; it is worked out when one of the
sources changes, never in the pass. Needed for that only.
"""

from loadmgmt import reason
from loadmgmt.circuit import NONE_MA
from loadmgmt.point import NOWHERE


def effective(hard_ma, operator_ma, offset_ma, scheduled_ma, available_ma) -> tuple:
    """Return (limit, why) for circuit.limit_ma and circuit.why.

    Each is a list of three mA or None, available_ma one number or None; offset_ma is None while
    the input is not live, and is taken off the hard limit where there is no operator limit.
    limit: None without any source, else three mA, NONE_MA where a phase has none. why: which
    source binds each phase (of equal ones the first), as codes of loadmgmt.reason; None where it
    is the hard limit on all of them.
    """
    limit = [NONE_MA] * 3 if hard_ma is None else list(hard_ma)
    why = [reason.LIMIT] * 3
    for k in range(3):
        if operator_ma is not None:
            _take(limit, why, k, operator_ma[k], reason.OPERATOR)
        if offset_ma is not None and limit[k] < NONE_MA:
            _take(limit, why, k, max(0, limit[k] - offset_ma[k]), reason.INPUT)
        if scheduled_ma is not None:
            _take(limit, why, k, scheduled_ma[k], reason.SCHEDULE)
        if available_ma is not None:
            _take(limit, why, k, available_ma, reason.EXTERNAL)
    if min(limit) >= NONE_MA:
        return None, None
    return limit, tuple(why) if max(why) != reason.LIMIT or min(why) != reason.LIMIT else None


def set_available(site, current_ma) -> None:
    """Let available_current, mA per phase or None, limit every root circuit of a site on which
    only the hard limits (the circuits' limit_ma so far) hold beside it. For planners and tests."""
    for circuit in site.circuits:
        if circuit.parent is None:
            if circuit.sources is None:
                circuit.sources = (circuit.limit_ma,)
            put(circuit, *effective(circuit.sources[0], None, None, None, current_ma))


def _take(limit, why, k, value, code):
    if value < limit[k]:
        limit[k] = value
        why[k] = code


def put(circuit, limit_ma, why) -> bool:
    """Let a circuit have this limit from the next pass on. True: it is another one."""
    if limit_ma == circuit.limit_ma and why == circuit.why:
        return False
    if (limit_ma is None) != (circuit.limit_ma is None):
        for point in circuit.points:
            point.seat = NOWHERE  # in which limits it counts has to be found out anew
    circuit.limit_ma = limit_ma
    circuit.why = why
    return True
