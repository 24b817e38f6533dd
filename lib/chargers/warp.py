"""The manager's side of WARP charge management, for any number of wallboxes over one socket.

Every wallbox gets one command a second, evenly spread; a lower setpoint goes out at once with
push(). Every good state is handed to its charge point. What a wallbox may draw, whether it is lost
and when it is sent nothing is decided elsewhere; no clock and no socket in here.

Rules of the protocol: sequence numbers and time-outs as in Tinkerforge's esp32-firmware. One
departure: chargers that obey only older commands (Tinkerforge's own emulator obeys version 2 only)
are tried with lower versions until they do.
"""

from array import array

from compat import const, ticks_add, ticks_diff
from loadmgmt.point import BLOCKED, CHARGING, FAULT, FULL, NO_CAR, READY, WAITING, ChargePoint
from warp.packet import (
    CP_DISCONNECT,
    IGNORE_ALLOCATION,
    NEWEST_COMMAND,
    State,
    pack_command,
    unpack_state,
)

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


class WarpPoint(ChargePoint):
    """A WARP wallbox as the brain sees it: what is the same for all costs no memory for each."""

    dead_man_ms = _DEAD_MAN_MS
    breaks_pilot = True  # wake.py: while is_open is set, it is sent CP_DISCONNECT


class WarpChargers:
    """All WARP wallboxes: charge points, and the address of each, None where it has none.

    send(buffer, address) must not wait; an OSError of it counts as a lost datagram. What the
    protocol has to remember of wallbox i stands in arrays: a record of each would cost 250 bytes.
    """

    def __init__(self, points: list, addresses: list, send):
        n = len(points)
        self._send = send
        self._buffer = bytearray(20)
        view = memoryview(self._buffer)
        self._views = {12: view[:12], 16: view[:16], 20: view}
        self._state = State()
        self._sequence = 0
        # what others may look at
        self.points = points
        self.addresses = addresses
        self.error = bytearray(n)
        self.version = bytearray([NEWEST_COMMAND] * n)  # of the commands that it obeys
        self.bad_packets = array("I", bytes(4 * n))
        # what it said last
        self.sequence = array("H", b"\xff" * (2 * n))
        self._uptime_ms = array("I", bytes(4 * n))
        self._car_stopped = array("I", bytes(4 * n))
        self._counts_charging = bytearray(n)  # 1: that is the charging time there, an emulator
        # what it was sent
        self._sent_ma = array("i", b"\xff" * (4 * n))  # last current, -1 none yet
        self._pushes = bytearray(n)  # how often a reduction that is not echoed yet: 0, 1 or 2
        self._pushed_ms = [0] * n
        self._disobeys_ms = [None] * n  # since when it applies another current than it was sent
        self._by_address = {}
        polled = bytearray()
        for i in range(n):
            if points[i].dead_man_ms != _DEAD_MAN_MS:
                points[i].dead_man_ms = _DEAD_MAN_MS
            if addresses[i] is not None and not points[i].name_error:
                polled.append(i)
                self._by_address[addresses[i]] = i
        self._polled = bytes(polled)  # the wallboxes that are asked
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
        i = self._polled[self._slot]
        self._slot += 1
        if self._slot == count:
            self._slot = 0
            self._second_ms = ticks_add(self._second_ms, _PERIOD_MS)
        if not self.points[i].is_silent():
            self._command(i, now_ms)
        return max(ticks_diff(self._due(), now_ms), spacing)

    def _due(self) -> int:
        return ticks_add(self._second_ms, self._slot * _PERIOD_MS // len(self._polled))

    def push(self, now_ms: int, limit: int = 8) -> int:
        """Send changed setpoints at once, lowered ones first, at most limit; how many are left.

        Call again 20 ms later while some are left. A lower one that is not echoed after 450 ms is
        sent again by poll(). A raise goes out, too: kept for its turn in the round it could follow
        a meter sample that speaks against it.
        """
        left = 0
        for raised in (False, True):
            for i in self._polled:
                point = self.points[i]
                setpoint = min(point.setpoint_ma, _MAX_MA)
                change = setpoint - self._limit_ma(i)
                if setpoint < 0 or not change or (change > 0) != raised or point.is_silent():
                    continue
                if limit <= 0:
                    left += 1
                    continue
                limit -= 1
                self._command(i, now_ms)
        return left

    def _limit_ma(self, i: int) -> int:
        """The current it was last sent, before that the one it reported."""
        sent_ma = self._sent_ma[i]
        return sent_ma if sent_ma >= 0 else self.points[i].applied_ma

    def _repeat(self, now_ms: int) -> int:
        """Send reductions that were not echoed once more; return ms until the next look."""
        wait = _PAUSE_MS - ticks_diff(now_ms, self._repeated_ms)
        if 0 < wait <= _PAUSE_MS:
            return wait
        wait = _PERIOD_MS
        limit = 8
        for i in self._polled:
            if not self._pushes[i]:
                continue
            due = _REPEAT_MS - ticks_diff(now_ms, self._pushed_ms[i])
            if due > 0:
                wait = min(wait, due)
            elif self._pushes[i] > 1 or self.points[i].is_silent():
                self._mark_pushed(i, now_ms, 0)
            elif limit <= 0:
                wait = min(wait, _PAUSE_MS)
            else:
                limit -= 1
                self._repeated_ms = now_ms
                self._command(i, now_ms)
                self._mark_pushed(i, now_ms, 2)
        return wait

    def _mark_pushed(self, i: int, now_ms: int, pushes: int) -> None:
        self._unechoed += bool(pushes) - bool(self._pushes[i])
        self._pushes[i] = pushes
        self._pushed_ms[i] = now_ms

    def _command(self, i: int, now_ms: int) -> None:
        """Send the present setpoint, or "go on as you are" while there is none."""
        point = self.points[i]
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
            version = self.version[i]
            # without its control pilot a wallbox has to open the contactor (IEC 61851-1)
            flags = CP_DISCONNECT if point.is_open else 0
            size = pack_command(self._buffer, self._sequence, version, setpoint, flags, phases)
            if setpoint < self._limit_ma(i):
                self._mark_pushed(i, now_ms, 1)
            self._sent_ma[i] = setpoint
        try:
            self._send(self._views[size], self.addresses[i])
        except OSError:
            self.send_errors += 1
            return
        point.sent_ms = now_ms

    def received(self, data, n: int, address, now_ms: int) -> None:
        """Take a datagram of n bytes as it came; whatever is wrong with it is only counted."""
        i = self._by_address.get(address)
        if i is None:
            self.unknown_senders += 1
            return
        state = self._state
        if unpack_state(data, n, state) or 0 <= self.sequence[i] - state.sequence < 5:
            self.bad_packets[i] += 1
            return
        self.sequence[i] = state.sequence
        if state.uptime_ms == self._uptime_ms[i]:
            self.error[i] = FROZEN  # no sign of life
            return
        self._uptime_ms[i] = state.uptime_ms
        if state.event:
            self.urgent = True
        point = self.points[i]
        settled = state.allowed_ma == point.applied_ma and not point.is_silent()
        if self._pushes[i] and state.allowed_ma <= self._sent_ma[i]:
            self._mark_pushed(i, now_ms, 0)
        self._report(i, state, now_ms)
        if state.is_managed:
            self._find_version(i, state, settled, now_ms)

    def _report(self, i: int, state, now_ms: int) -> None:
        car = self._car(i, state)
        applied_ma = state.allowed_ma
        drawn = state.current_ma
        error = OK
        if not state.is_managed:
            error = NOT_MANAGED
            car = FAULT
            if drawn[0] < 0:
                applied_ma = max(applied_ma, state.supported_ma)  # nothing of ours holds it back
        elif car == FAULT:
            error = OWN_ERROR + (state.error_state & 0x3F)
        self.error[i] = error
        self.points[i].report(
            now_ms, applied_ma, drawn[0], drawn[1], drawn[2], car, state.supported_ma, state.phases
        )

    def _car(self, i: int, state) -> int:
        """Translate the state of car and wallbox."""
        stopped = state.car_stopped
        charger_state = state.charger_state
        if charger_state == 3:
            # up to state v2, and in emulators later on, the field is the growing charging time
            before = self._car_stopped[i]
            if stopped and before and stopped != before:
                self._counts_charging[i] = 1
            self._car_stopped[i] = stopped
            return CHARGING
        self._car_stopped[i] = 0
        if charger_state == 0:
            return NO_CAR
        if charger_state > 3:
            return FAULT
        if not state.supported_ma:
            return BLOCKED
        if stopped and state.version > 2 and not self._counts_charging[i]:
            return FULL
        return WAITING if charger_state == 1 else READY

    def _find_version(self, i: int, state, settled: bool, now_ms: int) -> None:
        """Try the next lower command version on a wallbox that does not take over what it is sent.

        It obeys when it applies the setpoint, the lower one of setpoint and its other limits, or
        either of them rounded down. One whose applied current just moved, or that was sent
        nothing, is not settled: its time starts anew.
        """
        sent = self._sent_ma[i]
        below = sent - state.allowed_ma
        below_other = min(sent, state.supported_ma) - state.allowed_ma
        if sent < 0 or 0 <= below < _ROUNDING_MA or 0 <= below_other < _ROUNDING_MA:
            self._disobeys_ms[i] = None
        elif not settled or self._disobeys_ms[i] is None:
            self._disobeys_ms[i] = now_ms
        elif ticks_diff(now_ms, self._disobeys_ms[i]) >= _DISOBEY_MS:
            self._disobeys_ms[i] = None
            version = self.version[i]
            self.version[i] = version - 1 if version > 1 else NEWEST_COMMAND
