"""Modbus: crc, pdu (codec, no I/O), rtu (client over a byte stream)."""
