"""CRC-16 of Modbus RTU (MODBUS over Serial Line V1.02, 6.2.2): polynomial 0xA001, start 0xFFFF.

Half a byte at a time: the usual table of 256 entries would cost half a kilobyte of the heap, and
a frame is short.
"""

from array import array


# what half a byte adds; two bytes each, low one first, as on both machines this runs on
_TABLE = array(
    "H",
    b"\x00\x00\x01\xcc\x01\xd8\x00\x14\x01\xf0\x00\x3c\x00\x28\x01\xe4"
    b"\x01\xa0\x00\x6c\x00\x78\x01\xb4\x00\x50\x01\x9c\x01\x88\x00\x44",
)


def crc16(data, start: int, end: int) -> int:
    """Return the CRC of data[start:end]; its low byte goes on the wire first."""
    table = _TABLE
    crc = 0xFFFF
    for i in range(start, end):
        crc ^= data[i]
        crc = table[crc & 15] ^ crc >> 4
        crc = table[crc & 15] ^ crc >> 4
    return crc
