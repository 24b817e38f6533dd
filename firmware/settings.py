"""The settings: one JSON document, checked, and stored so that rule R8 holds.

Currents are mA. What can be set and what is wrong with a document: firmware.document. That module
and its helpers are loaded for each call and freed again: they would take a tenth of the chip's
heap, and settings are written rarely; this module itself is freed by those who use it. Errors are
text: path, what is wrong, what would be right.
"""

import gc

from compat import UPY
from on_demand import call, unload

import firmware

AFTER_RESTART = ("network", "http")
_PARTS = ("document", "checks", "schema", "wrong", "warp_config")


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


def late(document) -> list:
    """Return what of a document acts from the next start on only; all else does at once."""
    return [document.get(name) for name in AFTER_RESTART]


def late_names(before: list, document) -> list:
    """Return the names of that in which a document is not as `before`, which late() has given."""
    after = late(document)
    return [name for i, name in enumerate(AFTER_RESTART) if after[i] != before[i]]


def current() -> dict:
    """Return the document in force; its wallboxes are read from the file one by one, each time
    they are asked for."""
    return _call("current")


def prepare(document) -> tuple:
    """Check a document and write it beside the one in force: (document, None) or (None, error).

    Its wallboxes may be anything that gives their rows, a generator for example. commit() or
    discard() has to follow. Hardly anything of what it makes stays: to sweep the memory each few
    KB, as the firmware does for the sake of what stays, would be most of the time, in which
    control waits.
    """
    if not UPY:
        return _call("prepare", document)
    usual = gc.threshold()
    gc.threshold(-1)
    try:
        return _call("prepare", document)
    finally:
        gc.threshold(usual)


def is_same() -> bool:
    """True when what was prepared is what is in force."""
    return call("firmware", "store", "is_same")


def commit(is_untried=False) -> str | None:
    """Make what was prepared the settings; return None or what is wrong (then they are not).

    is_untried: nothing has been built of them; when the next start cannot do it, it takes the ones
    before them.
    """
    error = call("firmware", "store", "commit", firmware.wrong_file, is_untried)
    if error is None:
        firmware.wrong_file = False
    return error


def discard() -> None:
    """Forget what was prepared."""
    call("firmware", "store", "discard")


def save(document) -> str | None:
    """Check and store a document; return None or what is wrong (then nothing has changed)."""
    _, error = prepare(document)
    return error or commit()


def apply_warp_config(document, body) -> tuple:
    """Return (new document, None), still to be prepared, or (None, error); `body` in the shape of
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
