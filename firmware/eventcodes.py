"""What an event says: code, then what `subject` and `value` mean. The page has the words.

Codes are stored on the board: never give an old number a new meaning. 10 to 39 but for 32 are the
brain's: loadmgmt.event.
"""

STARTED = 1  # value: 0 power on, 1 restart asked for, 2 watchdog, 3 crash or reset button
SETTINGS_ERROR = 2  # the text is in /api/status
CONFIG_CHANGED = 3
LEFT_OUT = 4  # subject: 1 the learner, 2 all that can be switched on; value: of which settings
AVAILABLE_CURRENT = 32  # subject: 0 written, 1 the writer went silent; value: mA, -1 no limit
TASK_RESTARTED = 40  # subject: number of the task; value: pause before it, ms
TASK_FAILED = 41  # subject: number of the task, -1 unknown; its traceback is on the console
WATCHDOG = 42  # subject: number of the task that hangs; value: its silence, ms
DISTRIBUTED = 50  # verbose: setpoints changed; subject: how many may charge; value: mA in all
INPUT = 51  # subject: number of the input; value: 1 it lowers limits from now on, 0 no longer
