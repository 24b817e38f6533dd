import sys

if sys.platform == "esp32":
    from firmware.board import esp32 as _board
else:
    from firmware.board import host as _board

arguments = _board.arguments
watchdog = _board.watchdog
open_rs485 = _board.open_rs485
unique_id = _board.unique_id
reset_cause = _board.reset_cause
restart = _board.restart
mem_info = _board.mem_info
safe_outputs = _board.safe_outputs
maintenance = _board.maintenance
open_contact = _board.open_contact
utc_s = _board.utc_s
