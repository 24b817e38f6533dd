"""CRC-16 of Modbus RTU (MODBUS over Serial Line V1.02, 6.2.2): polynomial 0xA001, start 0xFFFF."""

from array import array


def _entry(value: int) -> int:
    for _ in range(8):
        value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return value


_TABLE = array("H", (_entry(byte) for byte in range(256)))


def crc16(data, start: int, end: int) -> int:
    """Return the CRC of data[start:end]; its low byte goes on the wire first."""
    table = _TABLE
    crc = 0xFFFF
    for i in range(start, end):
        crc = table[(crc ^ data[i]) & 0xFF] ^ crc >> 8
    return crc
