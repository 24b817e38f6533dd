"""GET /charge_manager/state in the shape of a WARP charge manager (firmware 2.11, "state").

Numbers as there: state 0 off, 1 active; s display state; e error; unions as [tag, value]; lists of
four are PV, L1, L2, L3. What Fusekeeper does not have (PV, users, decisions of WARP's allocator)
is given as "none".
"""

from loadmgmt import reason
from loadmgmt.circuit import NONE_MA
from on_demand import call

from firmware.web.state import STATES, state_of

_UNREACHABLE = 128
_PHASE_LIMITS = (
    reason.LIMIT,
    reason.EXTERNAL,
    reason.OPERATOR,
    reason.INPUT,
    reason.SCHEDULE,
)


def _chargers(context):
    for i, point in enumerate(context.site.points):
        state = state_of(point)
        error = context.charger_error(i) or 0
        if state == "lost" or state == "name_error":
            error = _UNREACHABLE
        current = max(point.setpoint_ma, 0)
        phases = point.phases_now or point.phases
        binds = [0, None]
        if point.reason == reason.OWN_MAXIMUM:
            binds = [8, None]  # limit of the wallbox
        elif point.reason in _PHASE_LIMITS:
            binds = [3, current]  # limit of a phase
        yield {
            # WARP's numbers are those of STATES
            "s": STATES.index(state) if state in STATES else 5 if error else 0,
            "e": error,
            "ac": current,
            "ap": phases if current else 0,
            "sc": point.supported_ma if point.heard else 0,
            "sp": phases,
            "lu": point.reading_ms,
            "n": point.name,
            "uid": 0,
            "d0": [0, None] if current else [2, None],
            "d1": [0, None],
            "d3": [2, None] if current and phases == 3 else [0, None],
            "dc": binds,
            "u": 0,
        }


def read(context, _query) -> dict:
    """The tree; the headroom for cars of the root circuits, together, stands for the site's."""
    site = context.site
    budget = [0, 0, 0, 0]
    given = [0, 0, 0, 0]
    for circuit, found in zip(site.circuits, call("loadmgmt", "summary", "sums", site)):
        if circuit.parent is None:
            for p in range(3):
                budget[p + 1] = min(budget[p + 1] + found[4][p], NONE_MA)
                given[p + 1] += found[2][p]
    return {
        "state": 1 if site.enabled else 0,
        "l_raw": budget,
        "l_min": budget,
        "l_spread": budget,
        "alloc": given,
        "l_max_pv": 0,
        "auth_changed": False,
        "chargers": _chargers(context),
    }
