"""The whole firmware on MicroPython against the simulated site; see running.py and judge.py."""
