"""The members of the settings document. See firmware.schema for the form."""

from firmware.schema import RARE

SETTINGS = (
    ("version", "choice", 2, (2,), 0),
    ("name", "text", "Fusekeeper", 1, 32),
    ("rs485", "table", (), "line.RS485", 0),
    ("meters", "rows", (), "meters.METER", 8),
    ("circuits", "rows", (), "circuits.CIRCUIT", 16),
    ("chargers", "rows", (), "chargers.CHARGER", 64),
    ("charge_manager", "table", (), "manager.MANAGER", 0),
    ("sharing", "table", (), "sharing.SHARING", 0),
    ("learning", "table", (), "sharing.LEARNING", 0, RARE),
    ("wake_up", "table", (), "sharing.WAKE_UP", 0, RARE),
    ("inputs", "rows", (), "meters.INPUT", 8),
    ("timezone", "seldom_checks.zone", None, 1, 64),
    ("external", "table", (), "sharing.EXTERNAL", 0, RARE),
    ("http", "table", (), "line.HTTP", 0),
    ("network", "table", (), "place.NETWORK", 0, RARE),
    ("organization", "table", (), "place.ORGANIZATION", 0, RARE),
    ("discovery", "table", (), "place.DISCOVERY", 0, RARE),
    ("history", "table", (), "place.HISTORY", 0, RARE),
    ("login", "table", (), "place.LOGIN", 0, RARE),
)
