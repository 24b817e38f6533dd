"""The keys of the controller's own place: network, login, whose it is. See firmware.schema for the
form."""

from firmware.schema import RARE

WIFI = (
    ("ssid", "text", ..., 1, 32),
    ("password", "network_checks.secret", None, 8, 63),
)
NETWORK = (
    ("mode", "choice", "dhcp", ("dhcp", "static"), 0, RARE),
    ("hostname", "network_checks.label", None, 1, 32, RARE),
    ("address", "network_checks.ipv4", None, 0, 0, RARE),
    ("netmask", "network_checks.netmask", None, 0, 0, RARE),
    ("gateway", "network_checks.ipv4", None, 0, 0, RARE),
    ("dns", "network_checks.ipv4", None, 0, 0, RARE),
    ("ntp", "host", None, 1, 64, RARE),
    ("wifi", "table", None, "place.WIFI", 0, RARE),
)
ORGANIZATION = (
    ("name", "text", "", 0, 64, RARE),
    ("contact", "text", "", 0, 64, RARE),
    ("phone", "text", "", 0, 32, RARE),
    ("email", "text", "", 0, 64, RARE),
    ("address", "text", "", 0, 96, RARE),
)
DISCOVERY = (("enabled", "boolean", True, 0, 0, RARE),)
HISTORY = (("enabled", "boolean", False, 0, 0, RARE),)
LOGIN = (("open_reading", "boolean", False, 0, 0, RARE),)
