"""What the firmware needs from the board, the same names on the chip and on the PC.

`arguments.port`, `arguments.bind`: where HTTP and UDP listen, as the PC's command line says
(None: settings). `watchdog(timeout_ms)` -> object with feed(); `open_rs485(settings)` -> byte
stream or None; `unique_id()`, `reset_cause()`, `restart()`, `mem_info()`, `safe_outputs()`,
`maintenance()`.
"""

import sys

if sys.platform == "esp32":
    from firmware.board.esp32 import *  # noqa: F403
else:
    from firmware.board.host import *  # noqa: F403
