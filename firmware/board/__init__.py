"""The board this runs on: `board.name` is `name` of firmware.board.esp32 or firmware.board.host.

Both have: arguments (port, bind), watchdog(), maintenance(), reset_cause(), restart(),
unique_id(), mem_info(), safe_outputs(), open_rs485(), open_contact(), utc_s(), mdns_target(),
dns_servers(). What of it is needed seldom is defined in a module of its own, NAME_seldom, and
found all the same.
"""

import sys

if sys.platform == "esp32":
    from firmware.board import esp32 as _board
else:
    from firmware.board import host as _board


def __getattr__(name: str):
    return getattr(_board, name)
