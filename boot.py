"""Runs before main.py, after mpremote's soft reset too: so no watchdog is armed here.

All pins are inputs after a reset, which is safe: the RS485 transceiver listens.
"""

import sys

if sys.platform == "esp32":
    import machine

    machine.freq(240000000)  # the stock image starts at 160 MHz
