"""Takes what was written to charge_manager/config in WARP's shape (contract C3).

Loaded for that, by firmware.document.
"""

from firmware.schema import fields_of, table
from firmware.warp_config import config
from firmware.wrong import Invalid

_WARP_CHARGER = (
    ("host", "host", ..., 1, 64),
    ("name", "text", ..., 0, 32),
    ("rot", "integer", None, 0, 6),
    ("uid", "integer", 0, 0, 0xFFFFFFFF),
)
# written back as they are shown, they go on following the fuses
_DERIVED = ("maximum_available_current", "default_available_current")
_ROTATIONS = ("L123", "L132", "L231", "L213", "L321", "L312")


def apply(document, body) -> tuple:
    """Return (new document, None), still to be checked, or (None, error). A null leaves the member
    as it is.

    Replaces the WARP wallboxes only; one whose host is known keeps its other settings.
    """
    manager = fields_of("manager.MANAGER")
    fields = [(key, check, ..., low, high) for key, check, _, low, high in manager]
    fields.append(("chargers", "rows", ..., _WARP_CHARGER, 64))
    # a newer WARP writes it too; there is no central management here
    fields.append(("enable_central_management", "choice", False, (False,), 0))
    try:
        if isinstance(body, dict):
            shown = config(document)
            shown["enable_central_management"] = False
            given = {key: shown.get(key) if body[key] is None else body[key] for key in body}
            checked = table("", given, fields)
        else:
            checked = table("", body, fields)
    except Invalid as error:
        return None, str(error)
    manager = dict(document["charge_manager"])
    is_other = [1 for key in _DERIVED if checked[key] != shown[key]]
    for key in manager:
        if body[key] is not None and (is_other or key not in _DERIVED):
            manager[key] = checked[key]
    new = dict(document)
    new["charge_manager"] = manager
    new["chargers"] = _merged(document["chargers"], checked["chargers"])
    return new, None


def _merged(old, given):
    """Generate the wallboxes; of the old ones only their hosts are in memory together."""
    hosts = [charger["host"].lower() if charger["driver"] == "warp" else None for charger in old]
    for entry in given:
        host = entry["host"].lower()
        charger = dict(old[hosts.index(host)]) if host in hosts else {}
        charger["host"] = entry["host"]
        charger["name"] = entry["name"]
        if entry["rot"] is not None:
            charger["rotation"] = _ROTATIONS[entry["rot"] - 1] if entry["rot"] else None
        yield charger
    for i, host in enumerate(hosts):
        if host is None:
            yield old[i]
