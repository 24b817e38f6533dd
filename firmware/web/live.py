"""GET /api/live: takes the connection over for live updates, see live_stream.py."""

from on_demand import take

from firmware.web import Refusal

_FULL = "all places for live updates are taken; right: ask /api/status, or try again later"


def join(context, connection) -> None:
    """Give the connection a place among the live clients; Refusal when there is none."""
    if context.live is None:
        context.live = take("firmware.web", "live_stream", "Stream")(context)
    if not context.live.add(connection.server, connection.sock, connection.user):
        raise Refusal(503, _FULL)
