"""Notes each distribution in the event log. Loaded only where the settings say so."""

from firmware.eventcodes import DISTRIBUTED


def noting(points: list, push, event):
    """`push` as the control loop calls it after each pass that changed setpoints, and a note."""
    before = []

    def push_and_note(now_ms):
        left = push(now_ms)  # a reduction waits for nothing
        setpoints = [max(0, p.setpoint_ma) for p in points]
        if setpoints != before:
            before[:] = setpoints
            event(DISTRIBUTED, sum([1 for ma in setpoints if ma]), sum(setpoints))
        return left

    return push_and_note
