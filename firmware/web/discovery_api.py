"""/api/discovery: POST {} looks for WARP wallboxes in the network, GET gives what was found.

One that cannot be added says why: protocol (it speaks another one), disabled (its own charge
management is off), proxy (it announces another device), known (it is in the settings), doubled
(another one has its name or address), no_address. Whether another manager has it, it does not say.
"""

import sys

from compat import address_host
from on_demand import unload

_PREFIX = "34127."


def _found():
    return sys.modules.get("firmware.found")


def state():
    """True: a search is under way, False: it is over, None: there was none lately."""
    found = _found()
    return found and found.scan is not None


def read(context, _query) -> dict:
    """The tree."""
    found = _found()
    rows = ()
    if found:
        rows = found.rows if found.scan is None else list(found.scan.lines())
    return {"scanning": bool(state()), "found": shown(context, rows)}


def write(context, request) -> str | None:
    """Begin a search; a second one joins the first."""
    if request.body != {}:
        return "wrong body; right: {}"
    if not context.document().get("discovery", {}).get("enabled", True):
        return "discovery is switched off; right: discovery.enabled true in the settings"
    if state():
        return None
    try:
        from firmware import discovery

        return discovery.start(context.events.add)
    finally:
        discovery = None
        if not state():
            unload("firmware", ("discovery",))
            unload("dns", ("packet",))


def shown(context, rows):
    """Generate what there is to say of each."""
    for row in rows:
        host, address, name, version, _ = row.split("\t")
        reason = _reason(context, rows, row)
        yield {
            "host": host or None,
            "address": address or None,
            "name": name,
            "version": version,
            "addable": reason is None,
            "reason": reason,
        }


def _reason(context, rows, row):
    """Why it cannot be added; None: it can."""
    host, address, _, version, flags = row.split("\t")
    number = version[len(_PREFIX) :]
    if not version.startswith(_PREFIX) or not number.isdigit() or int(number) < 1:
        return "protocol"
    if flags != "0":
        return "disabled" if int(flags) & 1 else "proxy"
    for i, point in enumerate(context.site.points):
        known = context.warp.addresses[i]
        if (host and point.host and point.host.lower() == host) or (
            address and known is not None and address_host(known) == address
        ):
            return "known"
    for other in rows:
        if other is not row and (
            (host and other.startswith(host + "\t")) or (address and "\t%s\t" % address in other)
        ):
            return "doubled"
    return None if host and address else "no_address"
