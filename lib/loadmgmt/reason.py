"""Why a wallbox has the setpoint it has (rule R10). Codes only: the page has the words.

A reason is a code, for some the place (circuit index * 3 + phase 0..2, else -1), and for some an
amount in mA: the share (LIMIT and its kin, ASKED, OWN_MAXIMUM), the minimum that does not fit
(NO_ROOM), what stays reserved or is counted (LOST, DISOBEYS).
"""

STARTING = 0  # the controller listens first; running charges go on
UNHEARD = 1  # this wallbox has not answered since the start
NO_CAR = 2
BLOCKED_BY_BOX = 3  # a key switch, a user limit or another input of the wallbox forbids it
FULL = 4  # the car ended charging by itself
FAULT = 5  # the wallbox reports a fault
OWN_MAXIMUM = 6  # it gets all that it, its car or its installation may take
LIMIT = 7  # a circuit's phase binds it
NO_ROOM = 8  # its minimum does not fit on a circuit's phase
EXTERNAL = 9  # available_current binds it
FALLBACK = 10  # the circuit's meter is not believed
SETTLING = 11  # waits until others have let go or the last change has settled
HOLD = 12  # the headroom has not held long enough yet
LOST = 13  # no answer: value = what stays reserved for it
DISOBEYS = 14  # draws more than its setpoint: counted with what it draws
SWITCHED_OFF = 15  # charge management is switched off
WAITS_TURN = 16  # others charge now, its turn will come
ASKED = 17  # it gets what its car asks for, learnt from its draw
OPENED = 18  # it drew more than its setpoint for long: its contactor is to be open
OPERATOR = 19  # the operator's limit of a circuit binds it
INPUT = 20  # a live input has lowered a circuit's limit
SCHEDULE = 21  # the day's profile of a circuit binds it
IMBALANCE = 22  # the phases may not differ by more: value as for LIMIT and NO_ROOM
PAUSED = 23  # it is to have nothing for now: by a person, or to wake its car
PAUSES = 24  # it was stopped and starts later (R9)

NAMES = (
    "starting",
    "unheard",
    "no_car",
    "blocked_by_box",
    "full",
    "fault",
    "own_maximum",
    "limit",
    "no_room",
    "external",
    "meter_fallback",
    "settling",
    "hold",
    "lost",
    "disobeys",
    "switched_off",
    "waits_turn",
    "asked",
    "contactor",
    "operator",
    "input",
    "schedule",
    "imbalance",
    "paused",
    "pauses",
)
