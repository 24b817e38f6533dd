"""The state of a wallbox in one word."""

STATES = ("no_car", "blocked", "waiting", "ready", "charging", "fault", "full")


def state_of(point) -> str:
    """One of STATES, unheard, lost or name_error."""
    if point.name_error:
        return "name_error"
    if point.lost:
        return "lost"
    return STATES[point.car] if point.heard else "unheard"
