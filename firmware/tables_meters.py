"""The keys of meters, inputs and the line to them. See firmware.schema for the form."""

from firmware.schema import RARE

RS485 = (
    ("port", "text", "", 0, 64),
    ("baud", "choice", 9600, (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200), 0),
    ("parity", "choice", "N", ("N", "E", "O"), 0),
    ("stop_bits", "choice", 1, (1, 2), 0),
    ("tx", "integer", 17, 0, 48),
    ("rx", "integer", 16, 0, 48),
    ("de", "integer", 4, -1, 48),
)
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
