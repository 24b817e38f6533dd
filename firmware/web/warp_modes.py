"""charge_manager/charge_modes: for each wallbox 0 fast, or 1 off: paused by a person, or inactive.

4, WARP's default mode, is fast here. WARP's other modes want excess power or prices.
"""

from loadmgmt.point import BY_PERSON, INACTIVE

from firmware import eventcodes
from firmware.web import Refusal

FAST = 0
OFF = 1
_DEFAULT = 4


def read(context, _query) -> list:
    """The tree."""
    either = BY_PERSON | INACTIVE
    return [OFF if point.paused & either else FAST for point in context.site.points]


def write(context, request) -> str | None:
    """Take a list with one for each wallbox, or one at its sub-path; null leaves it."""
    count = len(context.site.points)
    given = request.body
    steps = request.steps
    if steps:
        if len(steps) > 1 or not steps[0].isdigit() or int(steps[0]) >= count:
            raise Refusal(404, "path")
        given = [None] * count
        given[int(steps[0])] = request.body
    if not isinstance(given, list) or len(given) != count:
        return "wrong modes; right: a list of %d, one for each wallbox" % count
    for i, mode in enumerate(given):
        if mode is not None and (type(mode) is not int or mode not in (FAST, OFF, _DEFAULT)):
            return "wrong mode of wallbox %d; right: 0 (fast) or 1 (off)" % i
    return put(context, given)


def put(context, modes: list) -> str | None:
    """Pause and resume; None leaves a wallbox as it is."""
    points = context.site.points
    for i, mode in enumerate(modes):
        if mode in (FAST, _DEFAULT) and points[i].paused & INACTIVE:
            return "wallbox %d is not active; right: 1, or /api/actions/activate" % i
    is_changed = False
    for i, mode in enumerate(modes):
        point = points[i]
        is_off = bool(point.paused & (BY_PERSON | INACTIVE))
        if mode is None or is_off == (mode == OFF):
            continue
        point.paused ^= BY_PERSON
        context.events.add(eventcodes.PAUSED, i, mode == OFF)
        is_changed = True
    if is_changed:
        context.control.run_pass()  # one for all of them
    return None
