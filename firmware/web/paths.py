"""GET /api: which paths can be read and which can be written."""

from firmware.web.api import READ, WRITE


def read(_context, _query) -> dict:
    """The tree of names."""
    return {"read": sorted(READ), "write": sorted(WRITE)}
