"""Starts the firmware. Ctrl-C gives the board back to the person at the console."""

import asyncio

from firmware import app, board

try:
    asyncio.run(app.main())  # arms the watchdog
except KeyboardInterrupt:
    # without this the watchdog would reset the board in the middle of a copy
    board.safe_outputs()
    board.maintenance()
except Exception:
    # nothing feeds it: the board starts anew; on a PC the guardian does that at once
    board.watchdog(8000)
    raise
