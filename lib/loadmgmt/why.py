"""Notes the reason of a setpoint (R10): which limit binds a wallbox, and how that came about."""

from loadmgmt import reason
from loadmgmt.weigh import FALLBACK, MEASURED


def note(site, p, code: int, place: int, value_ma: int) -> None:
    """place: circuit * 3 + phase, or -1; value_ma: see loadmgmt.reason."""
    p.reason = code
    p.reason_at = place
    site.reason_ma[p.index] = value_ma


def bind(site, p, limit: int, code: int) -> None:
    """Limit `limit` (see Site.over) binds p: LIMIT and NO_ROOM become what is behind them."""
    n = 3 * len(site.circuits)
    place = limit % n
    mode = site.dynamic[place // 3]
    value = p.min_ma if code == reason.NO_ROOM else max(p.setpoint_ma, 0)
    if limit < n:
        why = site.circuits[place // 3].why
        if code == reason.LIMIT and why:
            code = why[place % 3]
    elif mode == FALLBACK:
        code = reason.FALLBACK
    elif mode != MEASURED:
        code = reason.STARTING
    note(site, p, code, place, value)
