"""/api/discovery: POST {} looks for WARP wallboxes in the network, GET gives what was found.

One that cannot be added says why: protocol (it speaks another one), disabled (its own charge
management is off), proxy (it announces another device), known (it is in the settings), doubled
(another one has its name or address), no_address. Whether another manager has it, it does not say.
"""

import sys

from compat import address_host
from on_demand import unload

_PREFIX = "34127."


def _scan():
    discovery = sys.modules.get("firmware.discovery")
    return discovery and discovery.found()


def read(context, _query) -> dict:
    """The tree."""
    scan = _scan()
    return {
        "scanning": bool(scan and scan.scanning),
        "found": _found(context, scan.rows if scan else ()),
    }


def write(context, request) -> str | None:
    """Begin a scan; a second one joins the first."""
    if request.body != {}:
        return "wrong body; right: {}"
    if not _is_enabled(context):
        return "discovery is switched off; right: discovery.enabled true in the settings"
    scan = _scan()
    if scan and scan.scanning:
        return None
    try:
        from firmware import discovery

        return discovery.start(context)
    finally:
        discovery = None
        if _scan() is None:
            unload("firmware", ("discovery",))
            unload("dns", ("packet",))


def _is_enabled(context) -> bool:
    return context.document().get("discovery", {}).get("enabled", True)


def _found(context, rows):
    for row in rows:
        host, address, name, version = row[1:5]
        if version is None:
            continue  # it has not said that it is one
        reason = _reason(context, rows, row)
        yield {
            "host": host or None,
            "address": address,
            "name": name,
            "version": version,
            "addable": reason is None,
            "reason": reason,
        }


def _reason(context, rows, row):
    """Why it cannot be added; None: it can."""
    _, host, address, _, version, flags = row
    number = version[len(_PREFIX) :]
    if not version.startswith(_PREFIX) or not number.isdigit() or int(number) < 1:
        return "protocol"
    if flags:
        return "disabled" if flags & 1 else "proxy"
    for i, point in enumerate(context.site.points):
        known = context.warp.addresses[i]
        if (host and point.host and point.host.lower() == host) or (
            address and known is not None and address_host(known) == address
        ):
            return "known"
    for other in rows:
        if other is not row and ((host and other[1] == host) or (address and other[2] == address)):
            return "doubled"
    return None if host and address else "no_address"
