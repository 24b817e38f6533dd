"""charge_manager/charge_modes: for each wallbox 0 fast, or 1 off: paused by a person.

4, WARP's default mode, is fast here. WARP's other modes want excess power or prices.
"""

from on_demand import call

from firmware.web import Refusal

FAST = 0
OFF = 1
_DEFAULT = 4


def read(context, _query) -> list:
    """The tree."""
    return [OFF if point.paused & 1 else FAST for point in context.site.points]


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
    for i, mode in enumerate(modes):
        if mode is not None:
            call("firmware", "actions", "hold", context, i, mode == OFF)
    return None
