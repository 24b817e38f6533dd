"""POST /api/actions/NAME: what a person may do at once, see firmware.actions."""

from on_demand import call

from firmware.web import Refusal

_NAMES = ("pause", "resume", "boost", "rename", "activate", "deactivate", "restart")


def write(context, request) -> str | None:
    """Do it; nothing, or what is wrong with the body."""
    steps = request.steps
    if len(steps) != 1 or steps[0] not in _NAMES:
        raise Refusal(404, "path")
    if not isinstance(request.body, dict):
        return "wrong body; right: a JSON object"
    return call("firmware", "actions", steps[0], context, request.body)
