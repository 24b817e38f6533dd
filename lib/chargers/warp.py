"""The manager's side of WARP charge management, for any number of wallboxes over one socket.

Every wallbox gets one command a second, evenly spread; a lower setpoint goes out at once with
push(). Every good state is handed to its charge point. What a wallbox may draw, whether it is lost
and when it is sent nothing is decided elsewhere; no clock and no socket in here.

Rules of the protocol: sequence numbers and time-outs as in Tinkerforge's esp32-firmware. One
departure: chargers that obey only older commands (Tinkerforge's own emulator obeys version 2 only)
are tried with lower versions until they do.
"""

from compat import address_key, const, ticks_add, ticks_diff
from loadmgmt.point import BLOCKED, CHARGING, FAULT, FULL, NO_CAR, READY, WAITING
from warp.packet import IGNORE_ALLOCATION, NEWEST_COMMAND, State, pack_command, unpack_state

_PERIOD_MS = const(1000)
_REPEAT_MS = const(450)  # a charger answers 300 ms after a command
_PAUSE_MS = const(20)  # between groups of datagrams: the chip knows 10 neighbours at a time
_DISOBEY_MS = const(6000)  # a wallbox may hold its pilot for 5 s
_DEAD_MAN_MS = const(30000)  # then a charger goes to 0 A by itself
_MAX_MA = const(32000)  # a charger ignores more
_IGNORE_MA = const(65535)
_ROUNDING_MA = const(500)

OK = 0
NOT_MANAGED = 3
FROZEN = 129  # its controller stands still, only its network part answers
OWN_ERROR = 192  # plus the wallbox's own number: 2 switch, 3 DC fault, 4 contactor, 5 inner line


class Wallbox:
    """What the protocol has to remember about one wallbox.

    12 attributes: a 13th would cost each wallbox 80 bytes.
    """

    counts_charging = False  # it uses car_stopped for the charging time: an emulator

    def __init__(self, point, address):
        self.point = point
        self.address = address
        self.version = NEWEST_COMMAND
        self.error = OK
        self.bad_packets = 0
        self.sequence = 65535  # of its last state
        self.uptime_ms = 0
        self.car_stopped = 0
        self.sent_ma = -1  # last current sent to it, -1 none yet
        self.pushed_ms = 0
        self.pushes = 0  # how often a reduction was sent that is not echoed yet: 0, 1 or 2
        self.disobeys_ms = None  # since when it applies another current than it was sent

    def limit_ma(self) -> int:
        """Return the current it was last sent, before that the one it reported."""
        return self.sent_ma if self.sent_ma >= 0 else self.point.applied_ma


class WarpChargers:
    """All WARP wallboxes. Created with (charge point, address or None) and a function that sends.

    send(buffer, address) must not wait; an OSError of it counts as a lost datagram.
    """

    def __init__(self, points_with_addresses, send):
        self._send = send
        self._buffer = bytearray(20)
        view = memoryview(self._buffer)
        self._views = {12: view[:12], 16: view[:16], 20: view}
        self._state = State()
        self._sequence = 0
        self.boxes = []  # in the order given
        self._polled = []
        self._by_key = {}
        for point, address in points_with_addresses:
            box = Wallbox(point, address)
            point.dead_man_ms = _DEAD_MAN_MS
            self.boxes.append(box)
            if address is not None and not point.name_error:
                self._polled.append(box)
                self._by_key[address_key(address)] = box
        self._slot = -1  # index of the next wallbox, -1: not started
        self._second_ms = 0  # when the present round began
        self._polled_ms = 0
        self._repeated_ms = 0
        self._unechoed = 0
        self.urgent = False  # a car came or went: run a pass now; the reader clears it
        self.unknown_senders = 0
        self.send_errors = 0

    def poll(self, now_ms: int) -> int:
        """Send what is due, at most one command of the round; return ms until the next call.

        After a delay it catches up at twice the pace, after a pause of more than a second it goes
        on from there: never a burst. Repeats of push() go out here too.
        """
        wait = self._poll_round(now_ms)
        if self._unechoed:
            wait = min(wait, self._repeat(now_ms))
        return wait

    def _poll_round(self, now_ms: int) -> int:
        count = len(self._polled)
        if not count:
            return _PERIOD_MS
        if self._slot < 0:
            self._slot = 0
            self._second_ms = now_ms
            self._polled_ms = ticks_add(now_ms, -_PERIOD_MS)
        late = ticks_diff(now_ms, self._due())
        if not -_PERIOD_MS <= late <= _PERIOD_MS:
            # after a pause, or a leap of the clock: the next wallbox is due now
            self._second_ms = ticks_add(now_ms, -(self._slot * _PERIOD_MS // count))
            self._polled_ms = ticks_add(now_ms, -_PERIOD_MS)
        elif late < 0:
            return -late
        spacing = _PERIOD_MS // (2 * count)
        wait = spacing - ticks_diff(now_ms, self._polled_ms)
        if wait > 0:
            return wait
        self._polled_ms = now_ms
        box = self._polled[self._slot]
        self._slot += 1
        if self._slot == count:
            self._slot = 0
            self._second_ms = ticks_add(self._second_ms, _PERIOD_MS)
        if not box.point.is_silent():
            self._command(box, now_ms)
        return max(ticks_diff(self._due(), now_ms), spacing)

    def _due(self) -> int:
        return ticks_add(self._second_ms, self._slot * _PERIOD_MS // len(self._polled))

    def push(self, now_ms: int, limit: int = 8) -> int:
        """Send at once to wallboxes whose setpoint fell, at most limit; return how many are left.

        Call again 20 ms later while some are left. Not echoed after 450 ms: poll() sends it again.
        """
        left = 0
        for box in self._polled:
            point = box.point
            if not 0 <= point.setpoint_ma < box.limit_ma() or point.is_silent():
                continue
            if limit <= 0:
                left += 1
                continue
            limit -= 1
            self._command(box, now_ms)
        return left

    def _repeat(self, now_ms: int) -> int:
        """Send reductions that were not echoed once more; return ms until the next look."""
        wait = _PAUSE_MS - ticks_diff(now_ms, self._repeated_ms)
        if 0 < wait <= _PAUSE_MS:
            return wait
        wait = _PERIOD_MS
        limit = 8
        for box in self._polled:
            if not box.pushes:
                continue
            due = _REPEAT_MS - ticks_diff(now_ms, box.pushed_ms)
            if due > 0:
                wait = min(wait, due)
            elif box.pushes > 1 or box.point.is_silent():
                self._mark_pushed(box, now_ms, 0)
            elif limit <= 0:
                wait = min(wait, _PAUSE_MS)
            else:
                limit -= 1
                self._repeated_ms = now_ms
                self._command(box, now_ms)
                self._mark_pushed(box, now_ms, 2)
        return wait

    def _mark_pushed(self, box, now_ms: int, pushes: int) -> None:
        self._unechoed += bool(pushes) - bool(box.pushes)
        box.pushes = pushes
        box.pushed_ms = now_ms

    def _command(self, box, now_ms: int) -> None:
        """Send the present setpoint, or "go on as you are" while there is none."""
        point = box.point
        self._sequence = self._sequence + 1 & 0xFFFF
        setpoint = point.setpoint_ma
        if setpoint < 0:
            # only versions from 3 on know the flag: whoever does not understand drops the packet
            size = pack_command(
                self._buffer, self._sequence, NEWEST_COMMAND, _IGNORE_MA, IGNORE_ALLOCATION, 0
            )
        else:
            setpoint = min(setpoint, _MAX_MA)
            phases = point.phases if setpoint else 0
            size = pack_command(self._buffer, self._sequence, box.version, setpoint, 0, phases)
            if setpoint < box.limit_ma():
                self._mark_pushed(box, now_ms, 1)
            box.sent_ma = setpoint
        try:
            self._send(self._views[size], box.address)
        except OSError:
            self.send_errors += 1
            return
        point.sent_ms = now_ms

    def received(self, data, n: int, address, now_ms: int) -> None:
        """Take a datagram of n bytes as it came; whatever is wrong with it is only counted."""
        box = self._by_key.get(address_key(address))
        if box is None:
            self.unknown_senders += 1
            return
        state = self._state
        if unpack_state(data, n, state) or 0 <= box.sequence - state.sequence < 5:
            box.bad_packets += 1
            return
        box.sequence = state.sequence
        if state.uptime_ms == box.uptime_ms:
            box.error = FROZEN  # no sign of life
            return
        box.uptime_ms = state.uptime_ms
        if state.event:
            self.urgent = True
        settled = state.allowed_ma == box.point.applied_ma and not box.point.is_silent()
        if box.pushes and state.allowed_ma <= box.sent_ma:
            self._mark_pushed(box, now_ms, 0)
        self._report(box, state, now_ms)
        if state.is_managed:
            self._find_version(box, state, settled, now_ms)

    def _report(self, box, state, now_ms: int) -> None:
        car = self._car(box, state)
        applied_ma = state.allowed_ma
        drawn = state.current_ma
        box.error = OK
        if not state.is_managed:
            box.error = NOT_MANAGED
            car = FAULT
            if drawn[0] < 0:
                applied_ma = max(applied_ma, state.supported_ma)  # nothing of ours holds it back
        elif car == FAULT:
            box.error = OWN_ERROR + (state.error_state & 0x3F)
        box.point.report(
            now_ms, applied_ma, drawn[0], drawn[1], drawn[2], car, state.supported_ma, state.phases
        )

    @staticmethod
    def _car(box, state) -> int:
        """Translate the state of car and wallbox."""
        stopped = state.car_stopped
        charger_state = state.charger_state
        if charger_state == 3:
            # up to state v2, and in emulators later on, the field is the growing charging time
            if stopped and box.car_stopped and stopped != box.car_stopped:
                box.counts_charging = True
            box.car_stopped = stopped
            return CHARGING
        box.car_stopped = 0
        if charger_state == 0:
            return NO_CAR
        if charger_state > 3:
            return FAULT
        if not state.supported_ma:
            return BLOCKED
        if stopped and state.version > 2 and not box.counts_charging:
            return FULL
        return WAITING if charger_state == 1 else READY

    @staticmethod
    def _find_version(box, state, settled: bool, now_ms: int) -> None:
        """Try the next lower command version on a wallbox that does not take over what it is sent.

        It obeys when it applies the setpoint, the lower one of setpoint and its other limits, or
        either of them rounded down. One whose applied current just moved, or that was sent
        nothing, is not settled: its time starts anew.
        """
        sent = box.sent_ma
        below = sent - state.allowed_ma
        below_other = min(sent, state.supported_ma) - state.allowed_ma
        if sent < 0 or 0 <= below < _ROUNDING_MA or 0 <= below_other < _ROUNDING_MA:
            box.disobeys_ms = None
        elif not settled or box.disobeys_ms is None:
            box.disobeys_ms = now_ms
        elif ticks_diff(now_ms, box.disobeys_ms) >= _DISOBEY_MS:
            box.disobeys_ms = None
            box.version = box.version - 1 if box.version > 1 else NEWEST_COMMAND
