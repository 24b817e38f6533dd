"""The keys of meters and inputs. See firmware.schema for the form."""

from firmware.schema import RARE

METER = (
    ("name", "text", ..., 1, 32),
    ("model", "seldom_checks.model", "eastron_sdm630", 1, 40),
    ("address", "integer", 1, 1, 247),
    ("period_ms", "integer", 1000, 200, 60000),
    ("update_ms", "integer", None, 200, 60000, RARE),
    ("phase", "integer", 1, 1, 3, RARE),
    ("max_age_s", "integer", None, 1, 3600, RARE),
    ("serial", "text", None, 1, 32, RARE),
)
INPUT = (
    ("name", "seldom_checks.word", ..., 1, 32),
    ("source", "choice", ..., ("pin", "meter", "api"), 0),
    ("pin", "integer", None, 0, 48, RARE),
    ("meter", "text", None, 1, 32, RARE),
    ("live_when", "choice", "closed", ("closed", "open"), 0, RARE),
)
