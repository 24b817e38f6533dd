"""Notes the reason of a setpoint (R10): which limit binds a wallbox, and how that came about."""

from loadmgmt import reason
from loadmgmt.weigh import FALLBACK, MEASURED


def note(site, p, code: int, place: int, value_ma: int) -> None:
    """place: circuit * 3 + phase, or -1; value_ma: see loadmgmt.reason."""
    p.reason = code
    p.reason_at = place
    site.reason_ma[p.index] = value_ma


def behind(site, limit: int, code: int) -> int:
    """The code for a limit (see Site.over) that binds: what is behind LIMIT or NO_ROOM."""
    n = 3 * len(site.circuits)
    place = limit % n
    mode = site.dynamic[place // 3]
    if limit >= 2 * n:
        return reason.IMBALANCE
    if limit >= n:
        return (
            code if mode == MEASURED else reason.FALLBACK if mode == FALLBACK else reason.STARTING
        )
    if code == reason.LIMIT:
        why = site.circuits[place // 3].why
        if why:
            return why[place % 3]
    return code


def bind(site, p, limit: int, code: int, value_ma: int) -> None:
    """Note that limit `limit` binds p."""
    note(site, p, behind(site, limit, code), limit % (3 * len(site.circuits)), value_ma)
