"""A single-phase meter at a circuit: what is safe on the phases that it does not see.

Their house load is not known, and 0 A on them is no measurement. As long as the meter stands there
they are ruled as where no meter is believed: the cars have target - fallback_load, at most
offline_current (design section 5), as a static limit. With the default fallback that is nothing,
so that a site whose grid connection has one phase says so by the rotation of its wallboxes
("L123": a single-phase one is on L1). Loaded while settings are put in force only.
"""

from compat import const

from loadmgmt.circuit import NONE_MA
from loadmgmt.point import NOWHERE
from loadmgmt.weigh import fallback_ma

_NEVER = const(-1000000000)


def limit_unmeasured(circuit, phase: int) -> None:
    """Let a circuit whose meter sees `phase` (0..2) alone be measured there only.

    Its hard limit becomes lower on the others: limit_ma, or what limit_ma is made of.
    """
    limit = circuit.limit_ma if circuit.sources is None else circuit.sources[0]
    if limit is None or isinstance(limit, int):
        limit = [NONE_MA if limit is None else limit] * 3
    limit = list(limit)
    for k in range(3):
        if k != phase:
            limit[k] = min(limit[k], fallback_ma(circuit, k))
            circuit.target_ma[k] = NONE_MA
            circuit.trust.against[k] = _NEVER
    circuit.limit_ma = limit
    if circuit.sources is not None:
        circuit.sources = (limit,) + circuit.sources[1:]
    for point in circuit.points:
        point.seat = NOWHERE  # it may count in a limit more
