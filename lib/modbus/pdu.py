"""Modbus: requests of functions 1 to 4, answers to all, and the errors of all clients.

Follows the MODBUS Application Protocol V1.1b3. Buffers hold the unit address in front of the PDU,
as RTU and TCP both have it. No I/O. What is needed to write registers only: modbus.write.
"""

from struct import pack_into

from compat import const

_READ_HOLDING = const(3)  # below it: coils and discrete inputs, a bit each
_READ_INPUT = const(4)


# why a request failed, beside the exception codes of devices (0..255)
NO_ANSWER = -2  # nothing came back in time
BAD_FRAME = -1  # something came back in time, but no valid answer to this request


class ModbusError(Exception):
    """A request that failed; the register values are not known. Argument: why, see above."""


def put_read(buffer, address: int, function: int, start: int, count: int) -> int:
    """Write a request for count registers or bits from start; return its length.

    function: 1 coils, 2 discrete inputs, 3 holding, 4 input registers. ValueError if illegal.
    """
    if not 1 <= function <= _READ_INPUT:
        raise ValueError("function: 1..4")
    check(address, start, count, 125)
    pack_into(">BBHH", buffer, 0, address, function, start, count)
    return 6


def answer_length(request, answer, at: int, end: int) -> int:
    """Return how long an answer that starts at answer[at] would be, 0 if none starts there.

    answer[at:end] is what has arrived; the length returned may reach beyond end.
    """
    if answer[at] != request[0]:
        return 0
    if at + 1 == end:
        return 2
    function = request[1]
    if answer[at + 1] == function | 0x80:
        return 3
    if answer[at + 1] != function:
        return 0
    if function <= _READ_INPUT:
        size = 2 * request[5] if function >= _READ_HOLDING else request[5] + 7 >> 3
        return 3 + size if at + 2 == end or answer[at + 2] == size else 0
    # the answer to a write repeats the first register and the value or the count
    for i in range(2, min(6, end - at)):
        if answer[at + i] != request[i]:
            return 0
    return 6


def check(address: int, start: int, count: int, most: int) -> None:
    """Raise ValueError for what no request may ask."""
    if not 1 <= address <= 247:
        raise ValueError("address: 1..247")
    if not 1 <= count <= most:
        raise ValueError("count: 1..%d" % most)
    if not 0 <= start <= 0x10000 - count:
        raise ValueError("registers: 0..65535")
