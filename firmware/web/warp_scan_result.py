"""charge_manager/scan_result: the wallboxes that a scan has found, as WARP lists them.

error 1: it speaks another protocol, 2: its own charge management is off. A text until there is a
result. More is in /api/discovery.
"""

from on_demand import call

_NONE = "scan in progress or not started"
_ERRORS = {"protocol": 1, "disabled": 2}


def _found(rows):
    for row in rows:
        yield {
            "hostname": row["host"] or "",
            "ip": row["address"] or "",
            "display_name": row["name"],
            "error": _ERRORS.get(row["reason"], 0),
        }


def read(context, query):
    """The list, or the text."""
    if call("firmware.web", "discovery_api", "state") is not False:
        return _NONE
    return _found(call("firmware.web", "discovery_api", "read", context, query)["found"])
