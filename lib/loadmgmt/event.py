"""What the brain reports to the event log: codes with a subject (index) and a value."""

METER_LOST = 1  # subject: circuit; value: trust state
METER_BACK = 2  # subject: circuit
CHARGER_LOST = 3  # subject: wallbox; value: mA kept reserved
CHARGER_BACK = 4  # subject: wallbox; value: mA it reports as applied
DISOBEYS = 5  # subject: wallbox; value: mA drawn or applied
OBEYS = 6  # subject: wallbox
OVERLOAD = 7  # subject: circuit * 3 + phase; value: mA above the target
STOPPED = 8  # subject: wallbox; value: circuit * 3 + phase that left no legal setpoint
STARTED = 9  # subject: wallbox; value: setpoint mA
