"""What the brain reports to the event log: codes with a subject (index) and a value.

The numbers are those of firmware/eventcodes.py, which are stored on boards: never reuse one.
"""

METER_LOST = 10  # subject: circuit; value: trust state
METER_BACK = 11  # subject: circuit
METER_WIRING = 12  # subject: circuit * 3 + phase; value: what is wrong there, see learn.py
CHARGER_LOST = 20  # subject: wallbox; value: mA kept reserved
CHARGER_BACK = 21  # subject: wallbox; value: mA it reports as applied
DISOBEYS = 22  # subject: wallbox; value: mA it counts with
OBEYS = 23  # subject: wallbox
STOPPED = 24  # subject: wallbox; value: circuit * 3 + phase that left no legal setpoint
STARTED = 25  # subject: wallbox; value: setpoint mA
TURN_ENDED = 26  # subject: wallbox; its slot is over and others wait
PART_FAILED = 13  # subject: number of the part; something that was switched on is off
LEARNT = 27  # subject: wallbox; value: percent * 10 + the rotation as in WARP, 1..6
UNLEARNT = 28  # subject: wallbox; value: the rotation that was contradicted, 1..6
WOKEN = 29  # subject: wallbox; value: the number of the attempt to wake its car
CARRIED = 31  # subject: circuit * 3 + phase; value: mA that the fuse carries instead of a stop
OVERLOAD = 30  # subject: circuit * 3 + phase; value: mA above the target

# what Site.told remembers of a wallbox
TOLD_LOST = 1
TOLD_DISOBEYS = 2
TOLD_STOPPED = 4  # its charge has been stopped since the car came
TOLD_LEFT = 16  # it was left to wait for the sake of the others
TOLD_AGAIN = 32  # stopped for want of current twice within a slot: it waits for one (R9)
TOLD_CUT = 8  # it was stopped for want of current: the long hold applies (R3)
