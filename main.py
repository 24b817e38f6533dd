"""Starts the firmware. Ctrl-C gives the board back to the person at the console."""

import asyncio

from firmware import app, board

try:
    asyncio.run(app.main())  # arms the watchdog
except KeyboardInterrupt:
    # without this the watchdog would reset the board in the middle of a copy
    board.safe_outputs()
    board.maintenance()
