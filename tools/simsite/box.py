"""A WARP wallbox, managed: what it does with commands, time, a car and faults. In virtual time,
without a socket.

It applies accepted commands (box_link.py), answers each after 300 ms and else sends a state 2.5 s
after the last, tells at once when a plug comes or goes, holds its PWM for a while after a change
if so configured, and falls to 0 A after 30 s without a command. Faults are switched by name.
"""

import random
from collections import deque

from . import warp_wire as wire
from .box_link import Link
from .box_state import FAULTS, BoxConfig, compose, grid_phases
from .car import MINIMUM_MA, Car

ANSWER_S = 0.3
IDLE_STATE_S = 2.5
DEAD_MAN_S = 30.0
CONTACTOR_S = 15.0
MAX_EVSE_MA = 32000


class WarpBox:
    """One wallbox. `receive`, `tick` and the switches take the time; `tick` returns the datagrams
    to send.
    """

    def __init__(
        self,
        index: int,
        config: BoxConfig | None = None,
        seed: int = 1,
        record=None,
        now: float = 0.0,
    ):
        self.index = index
        self.config = config or BoxConfig()
        self.name = self.config.name or f"Box {index + 1}"
        self.hostname = f"warp2-box{index + 1}"
        self.wiring = grid_phases(self.config)
        self.car: Car | None = None
        self.faults = dict.fromkeys(FAULTS, 0)
        self._rng = random.Random(f"box {seed} {index}")
        self._record = record or (lambda kind, t, **fields: None)
        self.energy_wh = 1000.0 * self._rng.randint(10, 9000)
        self._sequence = 0
        self._cold_start(now)
        self._ready_at = None

    # -- what flows ----------------------------------------------------------------------

    @property
    def offer_ma(self) -> int:
        """The limit the car sees now, 0 = none."""
        if self.faults["off"] or self.faults["error"] or self._ready_at is not None:
            return 0
        supported = self.supported_ma
        limit = supported if self.faults["unmanaged"] else min(self.applied_ma, supported)
        return limit if limit >= MINIMUM_MA and not self.cp_disconnected else 0

    @property
    def supported_ma(self) -> int:
        """The lowest of the other limits in the box."""
        return 0 if self.faults["blocked"] else min(self.config.max_ma, MAX_EVSE_MA)

    def drawn_ma(self) -> list[int]:
        """True draw in the box's own phase order."""
        return self.car.drawn_ma(self.config.phases) if self.car else [0, 0, 0]

    def grid_ma(self) -> list[int]:
        """True draw on grid L1, L2, L3."""
        grid = [0, 0, 0]
        for phase, ma in zip(self.wiring, self.drawn_ma()):
            grid[phase] += ma
        return grid

    # -- what people do ------------------------------------------------------------------

    def plug(self, car: Car, now: float) -> None:
        """Put a car on the cable."""
        if self.car:
            raise ValueError(f"{self.name} has a car already")
        self.car = car
        self._event_due = True
        self._record(
            "plug", now, box=self.index, phases=car.config.phases, max_ma=car.config.max_ma
        )

    def unplug(self, now: float) -> Car:
        """Take the car away; the manager's limit falls to 0 A until the next command."""
        if not self.car:
            raise ValueError(f"{self.name} has no car")
        car, self.car = self.car, None
        car.disconnect()
        car.pilot_broken = False
        self._wanted_ma = self._reported_ma = self.commanded_ma = 0
        self._apply(0, now)
        self._event_due = True
        self._record("unplug", now, box=self.index)
        return car

    def set_fault(self, name: str, value, now: float) -> None:
        """Switch a fault of FAULTS on or off, or "reboot" the box."""
        if name != "reboot" and name not in self.faults:
            raise ValueError(f"no such fault: {name}; one of reboot {' '.join(FAULTS)}")
        self._record("box_fault", now, box=self.index, fault=name, value=value)
        back = name == "off" and self.faults["off"] and not value
        if name != "reboot":
            self.faults[name] = value
        dark = name == "reboot" or (name == "off" and value)
        if dark:
            self._wanted_ma = self.commanded_ma = 0
            self._apply(0, now)
            self._record("power_off", now, box=self.index)
        if self.car and (dark or (name == "error" and value)):
            self.car.disconnect()
        if back or name == "reboot":
            self._cold_start(now)
            self._ready_at = now + self.config.boot_s

    # -- the wire ------------------------------------------------------------------------

    def receive(self, data: bytes, address, now: float) -> None:
        """A datagram reached the box's network interface."""
        down = self.faults["off"] or self._ready_at is not None
        if down or self.faults["vanish"] or self.faults["deaf"] or self._lost():
            self._record("dropped", now, box=self.index, size=len(data))
            return
        try:
            seen = wire.unpack_command(data)
        except wire.BadPacket as error:
            self._record("bad_command", now, box=self.index, size=len(data), error=str(error))
        else:
            if not seen.ignore and seen.current_ma <= MAX_EVSE_MA:
                self.commanded_ma = seen.current_ma
            self._record(
                *("command", now),
                box=self.index,
                current_ma=seen.current_ma,
                flags=seen.flags,
                ignore=seen.ignore,
                version=data[6],
                sequence=seen.sequence,
            )
        self.link.arrive(data, address)

    def tick(self, now: float) -> list[tuple[bytes, tuple]]:
        """Let the time come to `now`; returns what leaves the box as (datagram, address)."""
        if self.faults["off"]:
            return []
        if self._ready_at is not None:
            if now < self._ready_at:
                return []
            self._ready_at = None
            self._record("boot", now, box=self.index)
        out = []
        for command in self.link.poll(now):
            self._obey(command, now)
        self._dead_man(now)
        self._hold(now)
        self._watch_car(now)
        self._measure(now)
        self._send(now, out)
        return out

    def _lost(self) -> bool:
        return self._rng.random() < self.faults["loss"]

    def _cold_start(self, now: float) -> None:
        self.commanded_ma = 0
        self.applied_ma = 0
        self._wanted_ma = 0
        self._reported_ma = 0
        self._applied_at = now - 60
        self.cp_disconnected = False
        self._booted_at = now
        self.uptime_ms = 0
        phase = self._rng.uniform(0, self.config.read_every_s)
        self.link = Link(self.config, self._record, self.index, now + phase, now)
        self._answers = deque()
        self._sent_at = now
        self._event_due = False
        self._offer_gone_at = None
        self._iec = None
        self.iec_since = now
        self._measured_at = now - 60
        self.measured_a = (0.0, 0.0, 0.0)

    def _obey(self, command: wire.Command | None, now: float) -> None:
        if command is None:
            self._wanted_ma = self._reported_ma = 0
            return
        self._answers.append(now if self.config.emulator else now + ANSWER_S)
        if command.ignore or command.current_ma > MAX_EVSE_MA:
            return
        self.cp_disconnected = bool(command.flags & wire.FLAG_CP_DISCONNECT)
        self._reported_ma = command.current_ma
        lower = command.current_ma < self.applied_ma
        if not (lower and (self.faults["ignore_cuts"] or self.faults["lying"])):
            self._wanted_ma = command.current_ma
        self._hold(now)

    def _dead_man(self, now: float) -> None:
        if now - self.link.accepted_at > DEAD_MAN_S and self._wanted_ma:
            self._wanted_ma = self._reported_ma = self.commanded_ma = 0
            self._record("dead_man", now, box=self.index)
        if self.link.forgets(now):
            self._answers.clear()
            self._record("forgotten", now, box=self.index)

    def _hold(self, now: float) -> None:
        if self._wanted_ma != self.applied_ma and now - self._applied_at >= self.config.pwm_hold_s:
            self._apply(self._wanted_ma, now)

    def _apply(self, ma: int, now: float) -> None:
        if ma != self.applied_ma:
            self.applied_ma = ma
            self._applied_at = now
            self._record("applied", now, box=self.index, current_ma=ma)

    def _watch_car(self, now: float) -> None:
        """Note IEC changes, and open the contactor on a car that goes on drawing after the offer
        has gone, at once when the pilot has (IEC 61851-1).
        """
        if self.car:
            self.car.pilot_broken = self.cp_disconnected
        if self.offer_ma or not (self.car and self.car.charging):
            self._offer_gone_at = None
        elif self._offer_gone_at is None:
            self._offer_gone_at = now
        elif self.cp_disconnected or now - self._offer_gone_at > CONTACTOR_S:
            self.car.disconnect()
        if self.iec_state != self._iec:
            self._iec = self.iec_state
            self.iec_since = now

    @property
    def iec_state(self) -> int:
        """IEC 61851 state: 0 A no car, 1 B, 2 C charging, 4 error."""
        if self.faults["error"]:
            return 4
        if not self.car:
            return 0
        return 2 if self.car.charging else 1

    @property
    def charger_state(self) -> int:
        """0 no car, 1 waits for release, 2 waits for the car, 3 charging, 4 error."""
        iec = self.iec_state
        if iec == 1:
            return 2 if self.offer_ma else 1
        return {0: 0, 2: 3, 4: 4}[iec]

    def _measure(self, now: float) -> None:
        if now - self._measured_at >= self.config.meter_every_s:
            self._measured_at = now
            noise = self._rng.uniform
            self.measured_a = tuple(
                ma / 1000 + noise(-0.02, 0.02) if ma else 0.0 for ma in self.drawn_ma()
            )

    # -- states --------------------------------------------------------------------------

    def _send(self, now: float, out: list) -> None:
        if not self.link.manager:
            self._event_due = False
            return
        due = self._event_due
        event, self._event_due = self._event_due, False
        while self._answers and self._answers[0] <= now:
            self._answers.popleft()
            due = True
        if not due and now - self._sent_at < IDLE_STATE_S:
            return
        self._sent_at = now
        if self.faults["mute"] or self.faults["vanish"] or self._lost():
            return
        if not self.faults["frozen_uptime"]:
            self.uptime_ms = max(self.uptime_ms + 1, int((now - self._booted_at) * 1000))
        version = 3 if self.config.emulator else self.config.state_version
        out.append(
            (
                wire.pack_state(compose(self, now, event), version, self._sequence),
                self.link.manager,
            )
        )
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._record(
            *("state", now),
            box=self.index,
            applied_ma=self.shown_ma,
            drawn_ma=list(self.drawn_ma()),
            charger_state=self.charger_state,
            event=event,
        )

    @property
    def shown_ma(self) -> int:
        """The limit that it reports as applied."""
        return self._reported_ma if self.faults["lying"] else self.applied_ma
