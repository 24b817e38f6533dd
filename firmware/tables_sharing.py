"""The keys of how the current is shared, and of who rules it. See firmware.schema for the form."""

from firmware.schema import RARE

SHARING = (
    ("slot_minutes", "zero_or", 15, 15, 240),
    ("welcome_slot", "boolean", False, 0, 0, RARE),
    ("offer_to_full", "boolean", False, 0, 0, RARE),
    ("minimum_on_s", "integer", 0, 0, 3600, RARE),
    ("minimum_off_s", "integer", 0, 0, 3600, RARE),
    ("start_margin_ma", "integer", 0, 0, 32000, RARE),
    ("free_phases_s", "zero_or", 30, 10, 3600, RARE),
    ("raise_every_s", "integer", 0, 0, 300, RARE),
)
LEARNING = (
    ("rotation", "choice", "off", ("off", "show", "use"), 0, RARE),
    ("probe_ma", "zero_or", 0, 2000, 4000, RARE),
)
WAKE_UP = (("attempts", "integer", 0, 0, 10, RARE),)
EXTERNAL = (
    ("enabled", "boolean", True, 0, 0, RARE),
    ("watchdog_s", "integer", 30, 5, 3600, RARE),
)
