"""WARP charge-management packets as a wallbox sees them: commands in, states out.

Written from the packet tables alone and without any of the firmware's code, so that the two sides
of the wire check each other. All fields little endian, naturally aligned; floats are IEEE-754
binary32.
"""

import struct
from typing import NamedTuple

MAGIC = 34127
MANAGER_PORT = 34127
CHARGER_PORT = 34128
COMMAND_LENGTHS = {1: 12, 2: 12, 3: 16, 4: 20}
STATE_LENGTHS = {1: 80, 2: 84, 3: 88, 4: 92, 5: 136}
FLAG_IGNORE = 0x80
FLAG_CP_DISCONNECT = 0x40
FEATURE_URGENT = 1 << 31
FEATURE_REALLOCATE = 1 << 30

_HEADER = struct.Struct("<HHHBx")
_STATE = struct.Struct("<IIIIHHBBBB12fIB3xBBH12s16s16s")
NAN = float("nan")


class Command(NamedTuple):
    """One command as decoded; fields that its version does not carry have the protocol's
    defaults.
    """

    version: int
    sequence: int
    current_ma: int
    flags: int
    phases: int = 0
    mode: int = 4
    supported_modes: int = 0
    feedback: int = 0

    @property
    def ignore(self) -> bool:
        """True for "ignore allocation": a sign of life that leaves current and phases alone."""
        return self.version >= 3 and bool(self.flags & FLAG_IGNORE)


class BadPacket(ValueError):
    """A datagram that a wallbox drops; the text says why."""


def unpack_command(data: bytes, newest: int = 4) -> Command:
    """Decode a command as a wallbox that knows versions up to `newest` does.

    A newer version is cut off at the newest known size and read as that. Raises BadPacket.
    """
    if len(data) < _HEADER.size:
        raise BadPacket(f"{len(data)} bytes are no header")
    magic, length, sequence, version = _HEADER.unpack_from(data)
    if magic != MAGIC:
        raise BadPacket(f"magic {magic}")
    if version < 1:
        raise BadPacket("version 0")
    known = min(version, newest)
    size = COMMAND_LENGTHS[known]
    if version <= newest:
        if length != size or len(data) != size:
            raise BadPacket(f"version {version} with length {length} in {len(data)} bytes")
    elif length < size or len(data) < size:
        raise BadPacket(f"newer version {version} with length {length} in {len(data)} bytes")
    current, flags, phases = struct.unpack_from("<HBb", data, 8)
    mode, modes, feedback = 4, 0, 0
    if known < 2:
        phases = 0
    if known >= 3:
        mode, modes = struct.unpack_from("<BH", data, 12)
    if known >= 4:
        feedback = data[16]
    return Command(known, sequence, current, flags, phases, mode, modes, feedback)


def pack_command(command: Command) -> bytes:
    """Encode a command in its version (for tests that play the manager)."""
    data = _HEADER.pack(MAGIC, COMMAND_LENGTHS[command.version], command.sequence, command.version)
    data += struct.pack("<HB", command.current_ma, command.flags)
    data += struct.pack("<b", command.phases if command.version >= 2 else 0)
    if command.version >= 3:
        data += struct.pack("<BHx", command.mode, command.supported_modes)
    if command.version >= 4:
        data += struct.pack("<B3x", command.feedback)
    return data


class State(NamedTuple):
    """All fields of a state packet, version 5. A lower version is the same, cut short."""

    features: int = 0
    uid: int = 0
    uptime_ms: int = 1
    car_stopped: int = 0
    allowed_ma: int = 0
    supported_ma: int = 32000
    iec_state: int = 0
    charger_state: int = 0
    error_state: int = 0
    state_flags: int = 0x80
    voltages: tuple = (NAN, NAN, NAN)
    currents: tuple = (NAN, NAN, NAN)
    power_factors: tuple = (NAN, NAN, NAN)
    power_w: float = NAN
    energy_rel_kwh: float = NAN
    energy_abs_kwh: float = NAN
    since_change_ms: int = 0
    phases: int = 3
    requested_mode: int = 4
    auth_method: int = 0
    auth_seen_s: int = 0
    auth_data: bytes = b""


def pack_state(state: State, version: int, sequence: int) -> bytes:
    """Encode a state packet in the given version (1 to 5)."""
    length = STATE_LENGTHS[version]
    head = _HEADER.pack(MAGIC, length, sequence & 0xFFFF, version)
    s = state
    body = _STATE.pack(
        *(
            s.features,
            s.uid,
            s.uptime_ms & 0xFFFFFFFF,
            s.car_stopped,
            s.allowed_ma,
            s.supported_ma,
        ),
        *(s.iec_state, s.charger_state, s.error_state, s.state_flags),
        *s.voltages,
        *s.currents,
        *s.power_factors,
        *(s.power_w, s.energy_rel_kwh, s.energy_abs_kwh),
        *(s.since_change_ms & 0xFFFFFFFF, s.phases, s.requested_mode),
        *(s.auth_method, s.auth_seen_s, s.auth_data, b"", b""),
    )
    return (head + body)[:length]


def unpack_state(data: bytes) -> tuple[int, int, State]:
    """Decode a state packet into (version, sequence, State) (for tests that play the manager)."""
    magic, length, sequence, version = _HEADER.unpack_from(data)
    if magic != MAGIC or length != len(data) or STATE_LENGTHS.get(version) != length:
        raise BadPacket("no state packet")
    full = bytes(data[8:]).ljust(_STATE.size, b"\0")
    f = _STATE.unpack(full)
    state = State(*f[:10], f[10:13], f[13:16], f[16:19], *f[19:28])
    return version, sequence, state
