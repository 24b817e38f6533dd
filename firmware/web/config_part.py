"""A part of charge_manager/config that is written to its sub-path, as a whole with nulls."""

from firmware.web import Refusal
from firmware.warp_config import MEMBERS


def whole(chargers, request) -> dict:
    """The whole config that the request asks for. chargers: the list as it is shown. Refusal."""
    steps = request.steps
    name = steps[0]
    config = dict.fromkeys(MEMBERS)
    config["chargers"] = None
    if name not in config or len(steps) > (3 if name == "chargers" else 1):
        raise Refusal(404, "path")
    if len(steps) == 1:
        config[name] = request.body
        return config
    if request.body is None:
        return config
    rows = list(chargers)
    if not steps[1].isdigit() or int(steps[1]) >= len(rows):
        raise Refusal(404, "path")
    i = int(steps[1])
    if len(steps) == 2:
        rows[i] = request.body
    elif steps[2] in ("host", "name"):
        rows[i][steps[2]] = request.body
    else:
        raise Refusal(404, "path")
    config[name] = rows
    return config
