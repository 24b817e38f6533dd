"""Packets of the WARP charge management: commands v1 to v4 out, states v1 to v5 and newer in.

UDP, little endian, no encryption, no acknowledgement. Manager at port 34127, charger at 34128. The
layouts are those of Tinkerforge's esp32-firmware, HEAD of 2026-08-22 (command v4, state v5).
Currents come in as floats and are turned to mA at once. No I/O, and nothing here raises for any
bytes that were received.
"""

from struct import pack_into

from compat import const
from f32 import f32_scaled

MANAGER_PORT = 34127
CHARGER_PORT = 34128
RECEIVE_SIZE = 200  # longer than any known state, so that a wrong length is seen

NEWEST_COMMAND = 4
CP_DISCONNECT = 0x40  # command flag: interrupt the control pilot
IGNORE_ALLOCATION = 0x80  # command flag, v3 and newer: counts only as sign of life
_UNKNOWN_MODE = const(4)  # charge mode "tell me yours"

REALLOCATE = 1  # State.event, a sum: the car came or went
URGENT = 2  # and the charger wants a command at once

_MAGIC = const(34127)
_NEWEST_STATE_SIZE = const(136)
_COMMAND_SIZES = b"\x0c\x0c\x10\x14"
_STATE_SIZES = b"\x50\x54\x58\x5c\x88"

_SHORT = const(1)
_WRONG_MAGIC = const(2)
_WRONG_VERSION = const(3)
_WRONG_LENGTH = const(4)


def pack_command(
    buffer,
    sequence: int,
    version: int,
    current_ma: int,
    flags: int,
    phases: int,
    mode: int = _UNKNOWN_MODE,
    supported_modes: int = 0x0F,
) -> int:
    """Write a command of version 1..4 into the buffer (20 bytes) and return its length.

    current_ma: 0, 6000..32000, or 65535 with the flag IGNORE_ALLOCATION. phases: 0 no statement, 1
    or 3. supported_modes: bit n for charge mode n.
    """
    size = _COMMAND_SIZES[version - 1]
    if version < 2:
        phases = 0
    pack_into("<HHHBxHBb", buffer, 0, _MAGIC, size, sequence, version, current_ma, flags, phases)
    if version > 2:
        pack_into("<BHB", buffer, 12, mode, supported_modes, 0)
    if version > 3:
        pack_into("<I", buffer, 16, 0)  # no authorization feedback
    return size


class State:
    """What the last accepted state packet said; one record is filled again and again."""

    def __init__(self):
        self.sequence = 0
        self.version = 0
        self.event = 0
        self.uptime_ms = 0
        self.car_stopped = 0  # not 0: the car ended charging (older chargers: ms of charging)
        self.allowed_ma = 0  # what the charger took over from the manager
        self.supported_ma = 0  # the lowest of its other limits, 0: something else forbids
        self.charger_state = 0  # 0 no car, 1 waits for a limit, 2 ready, 3 charging, 4 error
        self.error_state = 0
        self.is_managed = False
        self.current_ma = [-1, -1, -1]  # in the charger's own phase order; -1 cannot be measured
        self.phases = 0  # connected or in use, 0 unknown


def unpack_state(buffer, n: int, state: State) -> int:
    """Fill the record from the first n bytes; return 0.

    What is wrong leaves it as it was: 1 too short, 2 magic, 3 version 0, 4 length and version.
    """
    if n < 8:
        return _SHORT
    if buffer[0] != 0x4F or buffer[1] != 0x85:
        return _WRONG_MAGIC
    size = buffer[2] | buffer[3] << 8
    version = buffer[6]
    if not version:
        return _WRONG_VERSION
    if version <= len(_STATE_SIZES):
        if size != _STATE_SIZES[version - 1] or n != size:
            return _WRONG_LENGTH
    elif size < _NEWEST_STATE_SIZE or n < _NEWEST_STATE_SIZE:
        return _WRONG_LENGTH
    # byte by byte: unpack_from would leave 200 bytes of garbage for each packet
    state.sequence = buffer[4] | buffer[5] << 8
    state.version = version
    state.event = buffer[11] >> 6
    state.uptime_ms = _u32(buffer, 16)
    state.car_stopped = _u32(buffer, 20)
    state.allowed_ma = buffer[24] | buffer[25] << 8
    state.supported_ma = buffer[26] | buffer[27] << 8
    state.charger_state = buffer[29]
    state.error_state = buffer[30]
    state.is_managed = buffer[31] > 0x7F
    state.phases = buffer[84] & 3 if version > 2 else 0
    _read_currents(buffer, state)
    return 0


def _u32(buffer, at: int) -> int:
    return buffer[at] | buffer[at + 1] << 8 | buffer[at + 2] << 16 | buffer[at + 3] << 24


def _read_currents(buffer, state: State) -> None:
    """Turn the line currents to mA; all are -1 if the charger cannot measure."""
    current_ma = state.current_ma
    # A measured 0 comes as -0.001; three plain zeros stand for "no meter" unless the charger has
    # one and its contactor is open.
    measured = buffer[8] & 4 and buffer[29] != 3
    at = 44
    for phase in range(3):
        low = buffer[at] | buffer[at + 1] << 8
        high = buffer[at + 2] | buffer[at + 3] << 8
        at += 4
        value = f32_scaled(high, low, 1000)
        if value is None or value > 1000000:
            measured = False
            break
        measured = measured or low | high & 0x7FFF
        current_ma[phase] = max(0, value)
    if not measured:
        current_ma[0] = current_ma[1] = current_ma[2] = -1
