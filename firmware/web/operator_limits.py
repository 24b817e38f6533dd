"""/api/operator_limits: what the operator of the grid or of the site allows, by circuit.

Stored with the settings, so it holds after a restart. What changes often is better written to
charge_manager/available_current, which spares the flash.
"""


def read(context, _query) -> dict:
    """The tree: circuit -> three mA or null."""
    return {c.name: c.sources[1] for c in context.site.circuits if c.name}


def write(context, request) -> str | None:
    """Take {circuit: mA, three mA or null, ...}; the circuits that it does not name stay."""
    given = request.body
    if not isinstance(given, dict):
        return 'wrong limits; right: {"circuit": mA for each phase or a list of three, or null}'
    known = context.document()
    if context.settings_error and not known["circuits"]:
        return "settings.json is not in force; right: mend that file first"
    rows = {row["name"]: row for row in known["circuits"]}
    changed = False
    for name in given:
        if name not in rows:
            return "unknown circuit %s; right: %s" % (name[:40], ", ".join(sorted(rows)) or "none")
        value = given[name]
        value = [value] * 3 if type(value) is int else value
        if value != rows[name].get("operator_limit_ma"):
            rows[name]["operator_limit_ma"] = value
            changed = True
    if not changed:
        return None  # the flash is spared
    request.body = None
    return context.apply_settings(known)
