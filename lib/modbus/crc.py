"""CRC-16 of Modbus RTU (MODBUS over Serial Line V1.02, 6.2.2): polynomial 0xA001, start 0xFFFF.

Half a byte at a time: the usual table of 256 entries would cost half a kilobyte of the heap, and
a frame is short.
"""

from array import array


def _entry(value: int) -> int:
    for _ in range(4):
        value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return value


_TABLE = array("H", (_entry(half) for half in range(16)))


def crc16(data, start: int, end: int) -> int:
    """Return the CRC of data[start:end]; its low byte goes on the wire first."""
    table = _TABLE
    crc = 0xFFFF
    for i in range(start, end):
        crc ^= data[i]
        crc = table[crc & 15] ^ crc >> 4
        crc = table[crc & 15] ^ crc >> 4
    return crc
