"""The keys of the line to the meters, and of the port of page and API. See firmware.schema for the
form."""

RS485 = (
    ("port", "text", "", 0, 64),
    ("baud", "choice", 9600, (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200), 0),
    ("parity", "choice", "N", ("N", "E", "O"), 0),
    ("stop_bits", "choice", 1, (1, 2), 0),
    ("tx", "integer", 17, 0, 48),
    ("rx", "integer", 16, 0, 48),
    ("de", "integer", 4, -1, 48),
)
HTTP = (("port", "integer", 80, 1, 65535),)
