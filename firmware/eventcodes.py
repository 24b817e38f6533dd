"""What an event says: code, then what `subject` and `value` mean. The page has the words.

Codes are stored on the board: never give an old number a new meaning. 10 to 39 but for 32 are the
brain's: loadmgmt.event.
"""

STARTED = 1  # value: 0 power on, 1 restart asked for, 2 watchdog, 3 crash or reset button
SETTINGS_ERROR = 2  # the text is in /api/status
CONFIG_CHANGED = 3
LEFT_OUT = 4  # subject: 1 history and learner, 2 all that can be switched on; value: settings
AVAILABLE_CURRENT = 32  # subject: 0 written, 1 the writer went silent; value: mA, -1 no limit
TASK_RESTARTED = 40  # subject: number of the task; value: pause before it, ms
TASK_FAILED = 41  # subject: number of the task, -1 unknown; its traceback is on the console
WATCHDOG = 42  # subject: number of the task that hangs; value: its silence, ms
DISTRIBUTED = 50  # verbose: setpoints changed; subject: how many may charge; value: mA in all
INPUT = 51  # subject: number of the input; value: 1 it lowers limits from now on, 0 no longer
ALLOCATED = 75  # verbose: follows DISTRIBUTED; subject: wallbox; value: mA that it may draw now
PAUSED = 70  # subject: wallbox; value: 1 by a person, 0 no longer
BOOSTED = 71  # subject: wallbox; value: for so many minutes, 0 until it leaves, -1 no longer
RENAMED = 72  # subject: 0 a wallbox, 1 a circuit, 2 a meter; value: its number
ACTIVATED = 73  # subject: 0 a wallbox, 1 a circuit; value: its number, - 1000 where it is not
RESTARTING = 74  # a person wants it
SCANNED = 80  # the network was searched; subject: how many wallboxes announce themselves
NAME_FOUND = 81  # subject: wallbox, its name was resolved
NAME_DOUBLED = 82  # subject: wallbox; value: the wallbox that has its address already
NAME_UNKNOWN = 83  # subject: wallbox; nobody knows its name, it is not controlled
FACTORY_RESET = 85  # all that was set is gone; the log begins anew
RESTORED = 86  # from a backup; subject: 0 the settings, 1 users and what was learnt, too
LOGIN_FAILED = 60  # subject: how many in a row; value: the IPv4 address they come from
LOGIN = 61  # with a password; subject: 1 viewer, 2 administrator; value: the IPv4 address
PASSWORD = 62  # set; subject: 0 the first one, 1 by its user
USERS = 63  # subject: 1 user made or changed, 2 taken away, 3 token made, 4 taken away
USERS_DAMAGED = 64  # nobody can log in: docs/security.md
