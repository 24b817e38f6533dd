"""Requests of the MODBUS Application Protocol V1.1b3 and a published CRC, byte for byte."""

from modbus.crc import crc16
from modbus.pdu import answer_length, put_read
from modbus.write import put_write


def test_crc_of_the_serial_line_guide_and_of_well_known_frames():
    rows = (
        # frame without CRC, CRC as sent
        ("0207", "4112"),  # MODBUS over Serial Line V1.02, appendix B
        ("010300000001", "840a"),
        ("110306ae415652434 0".replace(" ", ""), "49ad"),
        ("01040000001270 07".replace(" ", "")[:12], "7007"),
    )
    for data, crc in rows:
        data = unhex(data)
        value = crc16(data, 0, len(data))
        assert bytes((value & 0xFF, value >> 8)) == unhex(crc), data
    assert crc16(b"123456789", 0, 9) == 0x4B37  # the check value of CRC-16/MODBUS
    assert crc16(b"xx123456789yy", 2, 11) == 0x4B37


def test_requests_of_the_specification():
    buffer = bytearray(256)
    # 6.1 read coils 20-38, 6.2 read discrete inputs 197-218
    assert bytes(buffer[: put_read(buffer, 17, 1, 0x13, 0x13)]) == unhex("110100130013")
    assert bytes(buffer[: put_read(buffer, 17, 2, 0xC4, 0x16)]) == unhex("110200c40016")
    # 6.3 read holding registers 108-110 (0x6B, 3 of them)
    assert bytes(buffer[: put_read(buffer, 17, 3, 0x6B, 3)]) == unhex("1103006b0003")
    # 6.4 read input register 9
    assert bytes(buffer[: put_read(buffer, 17, 4, 8, 1)]) == unhex("110400080001")
    # 6.6 write register 2 to 0003
    assert bytes(buffer[: put_write(buffer, 17, 1, (3,), False)]) == unhex("110600010003")
    # 6.12 write two registers from 2 on to 000A 0102
    length = put_write(buffer, 17, 1, (10, 0x102), False)
    assert bytes(buffer[:length]) == unhex("1110000100020 4000a0102".replace(" ", ""))
    # one register by function 16
    length = put_write(buffer, 17, 1, (10,), True)
    assert bytes(buffer[:length]) == unhex("11100001000102000a")


def test_answers_of_the_specification():
    rows = (
        # request, answer, its length
        ("110100130013", "110103cd6b05", 6),
        ("110200c40016", "110203acdb35", 6),
        ("110200c80001", "11020101", 4),
        ("110200c80008", "110201ff", 4),
        ("110200c80009", "110202ff01", 5),
        ("110200c80001", "118202", 3),
        ("1103006b0003", "110306022b00000064", 9),
        ("110400080001", "110402000a", 5),
        ("110600010003", "110600010003", 6),
        ("11100001000204000a0102", "111000010002", 6),
        ("1103006b0003", "118302", 3),
        ("11100001000204000a0102", "119004", 3),
    )
    for request, answer, length in rows:
        request = unhex(request)
        answer = b"??" + unhex(answer)
        for end in range(3, len(answer) + 1):
            found = answer_length(request, answer, 2, end)
            assert found == length or (end == 3 and found == 2), (request, end)
        assert answer_length(request, answer, 0, len(answer)) == 0


def test_what_is_no_answer():
    rows = (
        ("1103006b0003", "120306022b00000064"),  # another device
        ("1103006b0003", "110406022b00000064"),  # another function
        ("1103006b0003", "110304022b0000"),  # another number of bytes
        ("110200c80001", "1102020100"),
        ("110200c80001", "11010101"),
        ("1103006b0003", "118402"),  # exception of another function
        ("110600010003", "110600010004"),  # another value
        ("110600010003", "110600020003"),  # another register
        ("11100001000204000a0102", "111000010003"),
    )
    for request, answer in rows:
        answer = unhex(answer)
        assert answer_length(unhex(request), answer, 0, len(answer)) == 0, (request, answer)


def test_illegal_requests_are_refused():
    buffer = bytearray(256)
    for address, function, start, count in (
        (0, 3, 0, 1),
        (248, 3, 0, 1),
        (1, 0, 0, 1),
        (1, 5, 0, 1),
        (1, 2, 0, 0),
        (1, 3, 0, 0),
        (1, 3, 0, 126),
        (1, 3, 65535, 2),
        (1, 3, -1, 1),
    ):
        refused(put_read, buffer, address, function, start, count)
    refused(put_write, buffer, 1, 0, (), False)
    refused(put_write, buffer, 1, 0, (65536,), False)
    refused(put_write, buffer, 1, 0, (-1, 0), False)
    refused(put_write, buffer, 1, 0, (0,) * 124, False)
    assert put_write(buffer, 1, 0, (0,) * 123, False) == 253
    assert put_read(buffer, 247, 4, 65535, 1) == 6


def refused(function, *arguments):
    try:
        function(*arguments)
    except ValueError:
        return
    raise AssertionError(arguments)


def unhex(text):
    return bytes(int(text[i : i + 2], 16) for i in range(0, len(text), 2))
