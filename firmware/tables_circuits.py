"""The keys of a circuit and of a row of its schedule. See firmware.schema for the form."""

from firmware.schema import RARE

_MAX_MA = 1000000

ROW = (
    ("at", "time_of_day", ..., 0, 0),
    ("limit_ma", "phases", ..., 0, _MAX_MA),
)
CIRCUIT = (
    ("name", "text", ..., 1, 32),
    ("parent", "text", None, 1, 32),
    ("limit_ma", "phases", None, 0, _MAX_MA),
    ("operator_limit_ma", "phases", None, 0, _MAX_MA, RARE),
    ("input", "text", None, 1, 32, RARE),
    ("input_offset_ma", "phases", None, 0, _MAX_MA, RARE),
    ("schedule", "rows", (), "circuits.ROW", 24, RARE),
    ("meter", "text", None, 1, 32),
    ("main_ma", "phases", None, 0, _MAX_MA),
    ("includes_chargers", "boolean", True, 0, 0),
    ("generation", "boolean", False, 0, 0),
    ("largest_consumer_ma", "integer", 16000, 0, _MAX_MA),
    ("safety_margin_pct", "integer", 0, 0, 50),
    ("headroom_ma", "phases", 0, 0, _MAX_MA),
    ("fallback_load_ma", "phases", 9999000, 0, 9999000),
    ("offline_ma", "phases", None, 0, _MAX_MA),
    ("imbalance_ma", "integer", None, 0, _MAX_MA, RARE),
    ("imbalance_mode", "choice", "measured", ("measured", "preventive"), 0, RARE),
    ("breaker", "choice", "strict", ("strict", "B", "C", "gG"), 0, RARE),
    ("active", "boolean", True, 0, 0, RARE),
)
