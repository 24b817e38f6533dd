"""The wallboxes in GET /api/status, see status.py."""

# ruff: noqa: C408

from compat import ticks_diff, ticks_ms
from loadmgmt import reason

from firmware.web.state import state_of


def _learnt(rotation, percent, is_sure):
    return dict(rotation=rotation, percent=percent, sure=is_sure)


def _code(point) -> str:
    """Why it has its setpoint; a pause is waking, a person's, or that of what is deactivated."""
    if point.reason == reason.PAUSED and point.paused & 5:
        return "held" if point.paused & 1 else "inactive"
    return reason.NAMES[point.reason]


def rows(context):
    """Generate the dicts of each wallbox: what stays, and what changes all the time."""
    circuits = context.site.circuits
    learner = context.site.learner
    for i, point in enumerate(context.site.points):
        place = point.reason_at
        heard = point.heard or point.lost
        yield (
            dict(
                name=point.name,
                host=point.host or context.charger_host(i),
                circuit=circuits[point.circuit].name,
                phases=point.phases_now or point.phases,
                rotation=point.rotation,
                min_ma=point.min_ma,
                max_ma=point.max_ma,
                active=not point.paused & 4,  # see loadmgmt.point
                paused=bool(point.paused & 1),
                boosted=point.priority > 9,
                error=context.charger_error(i),
                learnt=None if point.name_error or not learner else _learnt(*learner.shown(i)),
            ),
            dict(
                state=state_of(point),
                setpoint_ma=point.setpoint_ma,
                committed_ma=point.may_ma,
                applied_ma=point.applied_ma if heard else None,
                drawn_ma=list(point.drawn[:3]) if heard and point.measures else None,
                reason=dict(
                    code=_code(point),
                    circuit=None if place < 0 else circuits[place // 3].name,
                    phase=None if place < 0 else place % 3 + 1,
                    value=context.site.reason_ma[i],
                ),
                age_ms=ticks_diff(ticks_ms(), point.reading_ms) if heard else None,
            ),
        )
