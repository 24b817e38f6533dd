"""Notes each distribution in the event log: the sum, and who gets how much. Loaded only
where the settings say so.

The log holds 64 events: on a lively site with many wallboxes what was before is soon gone.
"""

from firmware.eventcodes import ALLOCATED, DISTRIBUTED


def noting(points: list, push, event):
    """`push` as the control loop calls it after each pass that changed setpoints, and a note."""
    before = [0] * len(points)

    def push_and_note(now_ms):
        left = push(now_ms)  # a reduction waits for nothing
        total = count = 0
        is_other = False
        for p in points:
            if p.setpoint_ma > 0:
                count += 1
                total += p.setpoint_ma
            if before[p.index] != max(0, p.setpoint_ma):
                is_other = True
        if is_other:
            event(DISTRIBUTED, count, total)
            for p in points:
                current_ma = max(0, p.setpoint_ma)
                if before[p.index] != current_ma:
                    before[p.index] = current_ma
                    event(ALLOCATED, p.index, current_ma)
        return left

    return push_and_note
