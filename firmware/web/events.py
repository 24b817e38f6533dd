"""GET /api/events?since=N: the events after number N that the ring still holds."""

from firmware.web import Refusal

_NAMES = ("number", "uptime_s", "code", "subject", "value")


def _events(found):
    for event in found:
        yield dict(zip(_NAMES, event))


def read(context, query: str) -> dict:
    """The tree; `context.events.since(number)` gives tuples."""
    since = (query or "since=0").split("=")
    if len(since) != 2 or since[0] != "since" or not since[1].isdigit() or len(since[1]) > 9:
        raise Refusal(400, "since")
    return {"events": _events(context.events.since(int(since[1])))}
