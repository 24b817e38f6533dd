"""What an event says: code, then what `subject` and `value` mean. The page has the words.

Codes are stored on the board: never give an old number a new meaning.
"""

STARTED = 1  # value: 0 power on, 1 restart asked for, 2 watchdog, 3 crash or reset button
SETTINGS_ERROR = 2  # the text is in /api/status
CONFIG_CHANGED = 3  # subject: which part, counted as in the settings document
BAD_REQUEST = 4  # value: HTTP status
METER_LOST = 10  # subject: meter; value: number of the reason
METER_BACK = 11  # subject: meter
CHARGER_LOST = 20  # subject: charger; value: reserved mA
CHARGER_BACK = 21  # subject: charger
DISOBEYS = 22  # subject: charger; value: drawn mA
OBEYS = 23  # subject: charger
CAR_STOPPED = 24  # subject: charger; value: number of the reason
CAR_STARTED = 25  # subject: charger; value: setpoint mA
VERSION_CHANGED = 26  # subject: charger; value: command version now used
OVERLOAD = 30  # subject: circuit; value: mA over the limit on the worst phase
OVERLOAD_ENDED = 31  # subject: circuit; value: how long it lasted, ms
AVAILABLE_CURRENT = 32  # value: mA, -1 no limit any more
TASK_RESTARTED = 40  # subject: number of the task; value: pause before it, ms
TASK_FAILED = 41  # subject: number of the task, -1 unknown; its traceback is on the console
WATCHDOG = 42  # subject: number of the task that hangs; value: its silence, ms
