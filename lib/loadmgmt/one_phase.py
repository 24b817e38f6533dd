"""A single-phase meter at a circuit: what is safe on the phases that it does not see.

Their house load is not known, and 0 A on them is no measurement. As long as the meter stands there
they are ruled as where no meter is believed: the cars have target - fallback_load, at most
offline_current (design section 5), as a static limit. With the default fallback that is nothing,
so that a site whose grid connection has one phase says so by the rotation of its wallboxes
("L123": a single-phase one is on L1). Loaded while settings are put in force only.
"""

from compat import const

from loadmgmt.circuit import NONE_MA
from loadmgmt.weigh import fallback_ma

_NEVER = const(-1000000000)


def limit_unmeasured(circuit, phase: int) -> None:
    """Let a circuit whose meter sees `phase` (0..2) alone be measured there only.

    Call it after Circuit.meter() and before the Site is built: limit_ma is its hard limit then.
    """
    limit = [NONE_MA] * 3 if circuit.limit_ma is None else list(circuit.limit_ma)
    for k in range(3):
        if k != phase:
            limit[k] = min(limit[k], fallback_ma(circuit, k))
            circuit.target_ma[k] = NONE_MA
            circuit.trust.against[k] = _NEVER
    circuit.limit_ma = limit
