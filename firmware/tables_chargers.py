"""The keys of a wallbox. See firmware.schema for the form."""

from firmware.schema import RARE

_MAX_MA = 80000

CHARGER = (
    ("name", "text", "", 0, 32),
    ("driver", "choice", "warp", ("warp",), 0),
    ("host", "host", ..., 1, 64),
    ("circuit", "text", None, 1, 32),
    ("phases", "choice", 3, (1, 3), 0),
    ("rotation", "choice", None, ("L123", "L132", "L231", "L213", "L321", "L312"), 0),
    ("min_ma", "integer", 6000, 6000, _MAX_MA),
    ("max_ma", "integer", 32000, 6000, _MAX_MA),
    ("installation_limit_ma", "integer", None, 6000, _MAX_MA, RARE),
    ("priority", "integer", 0, 0, 9, RARE),
    ("weight", "integer", 1, 1, 10, RARE),
    ("dead_man_s", "integer", None, 0, 3600, RARE),
    ("failsafe_ma", "current", None, 6000, _MAX_MA, RARE),
    ("boot_ma", "current", None, 6000, _MAX_MA, RARE),
    ("active", "boolean", True, 0, 0, RARE),
)
