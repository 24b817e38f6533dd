"""The grid meter: an Eastron SDM630, a Siemens PAC2200 or a gateway on RS485, answered by
pymodbus, with faults on command.

Registers: 0.. voltage, 6.. current (magnitude), 12.. power (signed) per phase, 52 total power, 70
frequency, 72 / 74 energy import / export, 342 total energy, all f32 with the high word first,
function 4. Odd addresses or counts and reads of more than 80 registers get exception 2. The
gateway (docs/meters.md): 0.. power i32 (W, signed), 6.. voltage u16 (0.1 V), 9.. current u16
(A, magnitude) per phase. The PAC2200: 1.. voltage, 13.. current (magnitude), 25.. power (signed),
function 3, and its digital input, function 2. Values are a snapshot of the truth, renewed every
`refresh_ms`: 10000 for the telegrams of a DSMR meter.
"""

import random
import struct
from collections import deque
from dataclasses import dataclass, field

from pymodbus import pymodbus_apply_logging_config
from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusSerialServer
from pymodbus.simulator import DataType, SimData, SimDevice

from .line import SerialLine

METER_CODE = 0x0070
METER_CODE_AT = 0xFC02
INPUT_AT = 200
KINDS = {"eastron": 4, "gateway": 4, "pac2200": 3}  # the function that reads their values
REGISTERS = 400
FAULTS = (
    "silent",  # no answer at all
    "frozen",  # answers, but the values stand still
    "reversed",  # list of phases (0..2) whose clamp is the wrong way round
    "swapped",  # list: the grid phase that each of the meter's phases really sees, e.g. [1, 0, 2]
    "nan",  # list of phases that read NaN
    "junk",  # probability 0..1 of random bytes before an answer
    "bad_crc",  # probability 0..1 of an answer with a broken CRC
    "exception",  # Modbus exception code instead of an answer, 0 = none
    "echo",  # the RS485 adapter hears its own requests
    "turn_round_ms",  # how long the meter thinks; 0 = the normal 5 ms
    "resolution_ma",  # currents are rounded to steps of this, 0 = not
)


@dataclass
class Snapshot:
    """What the meter shows: taken at monotonic t; signed currents in mA as they are behind its
    faults.
    """

    t: float = 0.0
    current_ma: tuple = (0, 0, 0)
    voltage_v: tuple = (230.0, 230.0, 230.0)
    power_w: tuple = (0.0, 0.0, 0.0)
    import_kwh: float = 1234.0
    export_kwh: float = 56.0
    truth: dict = field(default_factory=dict)


class GridMeter:
    """`update` hands it the truth; `start` puts it on its pty (`path`). Records each complete
    answer.
    """

    def __init__(
        self,
        address: int = 1,
        refresh_ms: int = 200,
        seed: int = 1,
        record=None,
        kind: str = "eastron",
    ):
        if kind not in KINDS:
            raise ValueError(f"no such meter: {kind}; one of {' '.join(KINDS)}")
        self.kind = kind
        self.address = address
        self.refresh_s = refresh_ms / 1000
        self.faults = dict.fromkeys(FAULTS, 0)
        self.snapshot = Snapshot()
        self.input = False
        self.answers = 0
        self._rng = random.Random(f"meter {seed}")
        self._record = record or (lambda kind, t, **fields: None)
        self._updated = None
        self._asked = deque(maxlen=4)
        self._leaving = deque(maxlen=4)
        self._server = None
        self.line = SerialLine(self)
        self.path = self.line.master_path

    def set_fault(self, name: str, value, now: float = 0.0) -> None:
        """Switch one of FAULTS on (a number, True or a list of phases) or off (0, False)."""
        if name not in FAULTS:
            raise ValueError(f"no such fault: {name}; one of {' '.join(FAULTS)}")
        self.faults[name] = value
        self._record("meter_fault", now, fault=name, value=value)
        if name == "echo":
            self.line.echo = bool(value)
        if name == "turn_round_ms":
            self.line.turn_round_s = (value or 5) / 1000

    def set_input(self, on: bool, now: float = 0.0) -> None:
        """Switch the contact at the digital input; a PAC2200 shows it."""
        self.input = on
        self._record("meter_input", now, on=on)

    def update(self, now: float, current_ma, truth: dict | None = None) -> None:
        """The signed grid currents at `now`; taken over when the snapshot is older than
        refresh_ms.
        """
        if self._updated is not None and now - self._updated < self.refresh_s - 0.001:
            return
        hours = 0.0 if self._updated is None else (now - self._updated) / 3600
        self._updated = now
        if self.faults["frozen"]:
            return
        faults, rng, old = self.faults, self._rng, self.snapshot
        order = faults["swapped"] or (0, 1, 2)
        volts = tuple(230.0 + 0.4 * p + rng.uniform(-0.3, 0.3) for p in range(3))
        shown = [current_ma[p] + rng.uniform(-5, 5) for p in order]
        shown = [-ma if p in (faults["reversed"] or ()) else ma for p, ma in enumerate(shown)]
        watts = tuple(
            volts[p] * ma / 1000 * rng.uniform(0.985, 0.995) for p, ma in enumerate(shown)
        )
        step = faults["resolution_ma"]
        if step:
            shown = [round(ma / step) * step for ma in shown]
        total = sum(watts) / 1000 * hours
        self.snapshot = Snapshot(
            now,
            tuple(round(ma) for ma in shown),
            volts,
            watts,
            old.import_kwh + max(0.0, total),
            old.export_kwh + max(0.0, -total),
            truth or {},
        )

    async def start(self) -> None:
        """Open the line and let pymodbus answer on it."""
        pymodbus_apply_logging_config(60)
        coils = [SimData(0, values=[False] * 16, datatype=DataType.BITS)]
        inputs = [SimData(INPUT_AT, values=[False] * 8, datatype=DataType.BITS)]
        code = SimData(METER_CODE_AT, values=METER_CODE, datatype=DataType.REGISTERS)
        shown = SimData(0, count=REGISTERS, values=0, datatype=DataType.REGISTERS)
        device = SimDevice(
            self.address, simdata=(coils, inputs, [shown, code], [shown]), action=self._read
        )
        self.line.start()
        self._server = ModbusSerialServer(device, port=self.line.slave_path, baudrate=9600)
        await self._server.serve_forever(background=True)

    async def stop(self) -> None:
        """Leave the line."""
        if self._server:
            await self._server.shutdown()
        await self.line.stop()

    # -- pymodbus asks -------------------------------------------------------------------

    async def _read(self, function, start, address, count, registers, _values):
        if self.faults["exception"]:
            return ExcCodes(self.faults["exception"])
        if function == 2 and self.kind == "pac2200":
            registers[0] = self.input << INPUT_AT % 16
            return None
        if function != KINDS[self.kind]:
            return None if address == METER_CODE_AT else ExcCodes.ILLEGAL_ADDRESS
        if self.kind == "eastron" and (address % 2 or count % 2 or count > 80):
            return ExcCodes.ILLEGAL_ADDRESS
        words = {"eastron": self._floats, "gateway": self._integers, "pac2200": self._siemens}
        for where, kind, value in words[self.kind]():
            packed = struct.pack(">" + kind, value)
            for i in range(0, len(packed), 2):
                registers[where - start + i // 2] = packed[i] << 8 | packed[i + 1]
        self._asked.append((address, count, self.snapshot))
        return None

    def _floats(self):
        s = self.snapshot
        gone = self.faults["nan"] or ()
        for p in range(3):
            bad = float("nan") if p in gone else 0.0
            yield 2 * p, "f", s.voltage_v[p] + bad
            yield 6 + 2 * p, "f", abs(s.current_ma[p]) / 1000 + bad
            yield 12 + 2 * p, "f", s.power_w[p] + bad
        yield 52, "f", sum(s.power_w)
        yield 70, "f", 50.0
        yield 72, "f", s.import_kwh
        yield 74, "f", s.export_kwh
        yield 342, "f", s.import_kwh + s.export_kwh

    def _siemens(self):
        for where, kind, value in self._floats():
            if where < 18:
                # voltage and current between phases stand between these groups
                yield 1 + where + where // 6 * 6, kind, value

    def _integers(self):
        """What a gateway shows; a phase without a value has the mark for none."""
        s = self.snapshot
        gone = self.faults["nan"] or ()
        for p in range(3):
            if p in gone:
                yield 2 * p, "i", 0x7FFFFFFF
                yield 6 + p, "H", 0xFFFF
                yield 9 + p, "H", 0xFFFF
                continue
            yield 2 * p, "i", round(s.power_w[p])
            yield 6 + p, "H", round(s.voltage_v[p] * 10)
            yield 9 + p, "H", round(abs(s.current_ma[p]) / 1000)

    # -- the line asks -------------------------------------------------------------------

    def request(self, frame: bytes) -> bool:
        """A request has come in; False = the meter does not care."""
        if self.faults["silent"] or len(frame) < 4 or frame[0] != self.address:
            return False
        self._asked.clear()
        return True

    def answer(self, frame: bytes) -> bytes:
        """An answer is about to leave; the line's and the meter's faults act here."""
        if self.faults["silent"]:
            return b""
        broken = self._rng.random() < self.faults["bad_crc"]
        read = self._asked.pop() if self._asked and not frame[1] & 0x80 else None
        self._leaving.append((read, broken))
        if broken:
            frame = frame[:-1] + bytes([frame[-1] ^ 0x55])
        if self._rng.random() < self.faults["junk"]:
            frame = self._rng.randbytes(self._rng.randint(1, 6)) + frame
        return frame

    def sent(self, first: float, last: float) -> None:
        """The last byte of an answer left at `last`."""
        read, broken = self._leaving.popleft() if self._leaving else (None, True)
        self.answers += 1
        address, count, s = read or (None, 0, self.snapshot)
        self._record(
            *("sample", last),
            first_byte=first,
            register=address,
            count=count,
            broken=broken,
            snapshot_t=s.t,
            current_ma=list(s.current_ma),
            frozen=bool(self.faults["frozen"]),
            truth=s.truth,
        )
