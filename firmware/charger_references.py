"""What the wallboxes and charge_manager demand of the settings, after firmware.references.

Raises wrong.Invalid. Each part is loaded for its own time.
"""

from on_demand import call

from firmware.wrong import fail


def check(document):
    """Raise Invalid for the first entry that does not fit."""
    sums, count = call("firmware", "wallbox_references", "check", document)
    call("firmware", "manager_references", "check", document, sums, count)
    learning = document.get("learning", {})
    if "probe_ma" in learning and "rotation" not in learning:
        fail("learning.probe_ma", "rotation is off", "rotation show or use, or 0")
