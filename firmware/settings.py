"""The settings: one JSON document, checked, and stored so that rule R8 holds.

Currents are mA. What can be set and what is wrong with a document: firmware.document. That module
and its helpers are loaded for each call and freed again: they would take a tenth of the chip's
heap, and settings are written rarely; this module itself is freed by those who use it. Errors are
text: path, what is wrong, what would be right.
"""

from on_demand import unload

import firmware

_PARTS = ("document", "checks", "schema", "warp_config")


def validate(document) -> tuple:
    """Return (normalized document, None) or (None, what is wrong with the first wrong value)."""
    return _call("validate", document)


def defaults() -> dict:
    """Return the settings of a new device: no meter, no circuit, no wallbox."""
    return _call("defaults")


def load() -> tuple:
    """Return (document, error or None): settings.json, else the last good one, else defaults."""
    document, error = _call("load")
    firmware.wrong_file = error is not None
    return document, error


def save(document) -> str | None:
    """Check and store a document; return None or what is wrong (then nothing has changed)."""
    error = _call("save", document, firmware.wrong_file)
    if error is None:
        firmware.wrong_file = False
    return error


def apply_warp_config(document, body) -> tuple:
    """Return (new document, None) or (None, error); `body` in the shape of
    charge_manager/config."""
    return _call("apply_warp_config", document, body)


def _call(name, *arguments):
    """Load the checks, use them once, free their memory."""
    try:  # the memory may be too little for loading, too
        from firmware import document

        return getattr(document, name)(*arguments)
    finally:
        document = None
        unload("firmware", _PARTS)
