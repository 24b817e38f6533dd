"""What the brain reports to the event log: codes with a subject (index) and a value.

The numbers are those of firmware/eventcodes.py, which are stored on boards: never reuse one.
"""

METER_LOST = 10  # subject: circuit; value: trust state
METER_BACK = 11  # subject: circuit
CHARGER_LOST = 20  # subject: wallbox; value: mA kept reserved
CHARGER_BACK = 21  # subject: wallbox; value: mA it reports as applied
DISOBEYS = 22  # subject: wallbox; value: mA it counts with
OBEYS = 23  # subject: wallbox
STOPPED = 24  # subject: wallbox; value: circuit * 3 + phase that left no legal setpoint
STARTED = 25  # subject: wallbox; value: setpoint mA
TURN_ENDED = 26  # subject: wallbox; its slot is over and others wait
OVERLOAD = 30  # subject: circuit * 3 + phase; value: mA above the target

# what Site.told remembers of a wallbox
TOLD_LOST = 1
TOLD_DISOBEYS = 2
TOLD_STOPPED = 4  # its charge has been stopped since the car came
TOLD_LEFT = 16  # it was left to wait for the sake of the others
TOLD_CUT = 8  # it was stopped for want of current: the long hold applies (R3)
