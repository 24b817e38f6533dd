"""charge_manager/scan: looks for WARP wallboxes in the network; scan_result has what was found."""

from on_demand import call

_NOTHING = (None, "", False, 0, [], {})


def write(context, request) -> str | None:
    """Begin; what is sent with it has to be nothing, in one of WARP's ways to say so."""
    if request.body not in _NOTHING or request.body is True:
        return "wrong body; right: null"
    request.body = {}
    return call("firmware.web", "discovery_api", "write", context, request)
