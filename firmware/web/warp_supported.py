"""charge_manager/supported_charge_modes: fast and off, see warp_modes.py."""


def read(_context, _query) -> list:
    """The tree."""
    return [0, 1]
