"""The settings document: one table of all keys, and what its entries demand of each other.

validate() gives a document that has all its keys, but for the rare ones; what was left out has the
default of the table. Currents are mA; a per-phase value is a number or a list of
three, null means none. Used through firmware.settings only, which loads all this when it is
needed. What only a part of it needs is loaded for that part: together it would be too much.
"""

from on_demand import call

from firmware.checks import (
    current,
    host,
    ipv4,
    label,
    model,
    netmask,
    secret,
    time_of_day,
    word,
    zero_or,
    zone,
)
from firmware.schema import (
    RARE,
    Invalid,
    boolean,
    choice,
    integer,
    phases,
    rows,
    table,
    text,
)

_MAX_MA = 1000000
_MAX_CHARGER_MA = 80000
ROTATIONS = ("L123", "L132", "L231", "L213", "L321", "L312")  # WARP's rot 1..6
_BAUDS = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)

_RS485 = (
    ("port", text, "", 0, 64),
    ("baud", choice, 9600, _BAUDS, 0),
    ("parity", choice, "N", ("N", "E", "O"), 0),
    ("stop_bits", choice, 1, (1, 2), 0),
    ("tx", integer, 17, 0, 48),
    ("rx", integer, 16, 0, 48),
    ("de", integer, 4, -1, 48),
)
_METER = (
    ("name", text, ..., 1, 32),
    ("model", model, "eastron_sdm630", 1, 40),
    ("address", integer, 1, 1, 247),
    ("period_ms", integer, 1000, 200, 60000),
    ("update_ms", integer, None, 200, 60000, RARE),
    ("phase", integer, 1, 1, 3, RARE),
    ("max_age_s", integer, 30, 1, 3600, RARE),
    ("serial", text, None, 1, 32, RARE),
)
_ROW = (
    ("at", time_of_day, ..., 0, 0),
    ("limit_ma", phases, ..., 0, _MAX_MA),
)
_INPUT = (
    ("name", word, ..., 1, 32),
    ("source", choice, ..., ("pin", "meter", "api"), 0),
    ("pin", integer, None, 0, 48, RARE),
    ("meter", text, None, 1, 32, RARE),
    ("live_when", choice, "closed", ("closed", "open"), 0, RARE),
)
_CIRCUIT = (
    ("name", text, ..., 1, 32),
    ("parent", text, None, 1, 32),
    ("limit_ma", phases, None, 0, _MAX_MA),
    ("operator_limit_ma", phases, None, 0, _MAX_MA, RARE),
    ("input", text, None, 1, 32, RARE),
    ("input_offset_ma", phases, None, 0, _MAX_MA, RARE),
    ("schedule", rows, [], _ROW, 24, RARE),
    ("meter", text, None, 1, 32),
    ("main_ma", phases, None, 0, _MAX_MA),
    ("includes_chargers", boolean, True, 0, 0),
    ("generation", boolean, False, 0, 0),
    ("largest_consumer_ma", integer, 16000, 0, _MAX_MA),
    ("safety_margin_pct", integer, 0, 0, 50),
    ("headroom_ma", phases, 0, 0, _MAX_MA),
    ("fallback_load_ma", phases, 9999000, 0, 9999000),
    ("offline_ma", phases, None, 0, _MAX_MA),
    ("imbalance_ma", integer, None, 0, _MAX_MA, RARE),
    ("imbalance_mode", choice, "measured", ("measured", "preventive"), 0, RARE),
    ("breaker", choice, "strict", ("strict", "B", "C", "gG"), 0, RARE),
    ("active", boolean, True, 0, 0, RARE),
)
_CHARGER = (
    ("name", text, "", 0, 32),
    ("driver", choice, "warp", ("warp",), 0),
    ("host", host, ..., 1, 64),
    ("circuit", text, None, 1, 32),
    ("phases", choice, 3, (1, 3), 0),
    ("rotation", choice, None, ROTATIONS, 0),
    ("min_ma", integer, 6000, 6000, _MAX_CHARGER_MA),
    ("max_ma", integer, 32000, 6000, _MAX_CHARGER_MA),
    ("installation_limit_ma", integer, None, 6000, _MAX_CHARGER_MA, RARE),
    ("priority", integer, 0, 0, 9, RARE),
    ("weight", integer, 1, 1, 10, RARE),
    ("dead_man_s", integer, None, 0, 3600, RARE),
    ("failsafe_ma", current, None, 6000, _MAX_CHARGER_MA, RARE),
    ("boot_ma", current, None, 6000, _MAX_CHARGER_MA, RARE),
    ("active", boolean, True, 0, 0, RARE),
)
MANAGER = (
    ("enable_charge_manager", boolean, True, 0, 0),
    ("enable_watchdog", boolean, False, 0, 0),
    ("default_available_current", integer, None, 0, 2048000),
    ("maximum_available_current", integer, None, 0, 2048000),
    ("minimum_current_auto", boolean, True, 0, 0),
    ("minimum_current", integer, 6000, 6000, 32000),
    ("minimum_current_1p", integer, 6000, 6000, 32000),
    ("minimum_current_vehicle_type", choice, 0, (0, 1), 0),
    ("verbose", boolean, False, 0, 0),
    ("requested_current_threshold", integer, 60, 0, 65535),
    ("requested_current_margin", integer, 3000, 0, 65535),
)
_SHARING = (
    ("slot_minutes", zero_or, 15, 15, 240),
    ("welcome_slot", boolean, False, 0, 0, RARE),
    ("offer_to_full", boolean, False, 0, 0, RARE),
    ("minimum_on_s", integer, 0, 0, 3600, RARE),
    ("minimum_off_s", integer, 0, 0, 3600, RARE),
    ("start_margin_ma", integer, 0, 0, 32000, RARE),
    ("free_phases_s", zero_or, 30, 10, 3600, RARE),
    ("raise_every_s", integer, 0, 0, 300, RARE),
)
_LEARNING = (
    ("rotation", choice, "off", ("off", "show", "use"), 0, RARE),
    ("probe_ma", zero_or, 0, 2000, 4000, RARE),
)
_EXTERNAL = (
    ("enabled", boolean, True, 0, 0, RARE),
    ("watchdog_s", integer, 30, 5, 3600, RARE),
)
_ORGANIZATION = (
    ("name", text, "", 0, 64, RARE),
    ("contact", text, "", 0, 64, RARE),
    ("phone", text, "", 0, 32, RARE),
    ("email", text, "", 0, 64, RARE),
    ("address", text, "", 0, 96, RARE),
)
_WIFI = (
    ("ssid", text, ..., 1, 32),
    ("password", secret, None, 8, 63),
)
_NETWORK = (
    ("mode", choice, "dhcp", ("dhcp", "static"), 0, RARE),
    ("hostname", label, None, 1, 32, RARE),
    ("address", ipv4, None, 0, 0, RARE),
    ("netmask", netmask, None, 0, 0, RARE),
    ("gateway", ipv4, None, 0, 0, RARE),
    ("dns", ipv4, None, 0, 0, RARE),
    ("ntp", host, None, 1, 64, RARE),
    ("wifi", table, None, _WIFI, None, RARE),
)
_SETTINGS = (
    ("version", choice, 2, (2,), 0),
    ("name", text, "Fusekeeper", 1, 32),
    ("rs485", table, {}, _RS485, None),
    ("meters", rows, [], _METER, 8),
    ("circuits", rows, [], _CIRCUIT, 16),
    ("chargers", rows, [], _CHARGER, 64),
    ("charge_manager", table, {}, MANAGER, None),
    ("sharing", table, {}, _SHARING, None),
    ("learning", table, {}, _LEARNING, None, RARE),
    ("wake_up", table, {}, (("attempts", integer, 0, 0, 10, RARE),), None, RARE),
    ("inputs", rows, [], _INPUT, 8),
    ("timezone", zone, None, 1, 64),
    ("external", table, {}, _EXTERNAL, None, RARE),
    ("http", table, {}, (("port", integer, 80, 1, 65535),), None),
    ("network", table, {}, _NETWORK, None, RARE),
    ("organization", table, {}, _ORGANIZATION, None, RARE),
    ("discovery", table, {}, (("enabled", boolean, True, 0, 0, RARE),), None, RARE),
    ("history", table, {}, (("enabled", boolean, False, 0, 0, RARE),), None, RARE),
    ("login", table, {}, (("open_reading", boolean, False, 0, 0, RARE),), None, RARE),
)


def validate(document) -> tuple:
    """Return (normalized document, None) or (None, what is wrong with the first wrong value)."""
    try:
        document = call("firmware", "migrate", "migrate", document)
        document = table("", document, _SETTINGS)
        call("firmware", "references", "check", document)
        call("firmware", "charger_references", "check", document)
    except Invalid as error:
        return None, str(error)
    return document, None


def defaults() -> dict:
    """Return the settings of a new device: no meter, no circuit, no wallbox."""
    return table("", {}, _SETTINGS)


def load() -> tuple:
    """Return (document, error or None): settings.json, else the last good one, else defaults."""
    document, error = call("firmware", "store", "load", validate)
    return document or defaults(), error


def save(document, keep_wrong: bool) -> str | None:
    """Check and store a document; return None or what is wrong (then nothing has changed)."""
    document, error = validate(document)
    keys = [field[0] for field in _SETTINGS]
    return error or call("firmware", "store", "save", document, keys, keep_wrong)


def apply_warp_config(document, body) -> tuple:
    """See firmware.warp_apply."""
    return call("firmware", "warp_apply", "apply", document, body)
