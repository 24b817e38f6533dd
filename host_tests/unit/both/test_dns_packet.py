"""DNS messages: questions, answers, and what a hostile one may look like. RFC 1035 section 4.1.4
shows the compression that is built by hand here."""

import struct

from dns import packet


def name(text):
    return b"".join([bytes((len(part),)) + part for part in text.split(b".")]) + b"\0"


def record(owner, kind, data, family=1):
    return owner + struct.pack(">HHIH", kind, family, 120, len(data)) + data


def message(*answers, questions=(), flags=0x8400, count=None):
    head = struct.pack(
        ">6H", 7, flags, len(questions), len(answers) if count is None else count, 0, 0
    )
    return head + b"".join(questions) + b"".join(answers)


def found_in(data):
    found = []
    try:
        for row in packet.records(data, len(data)):
            found.append(row)
    except ValueError as error:
        return found, str(error)
    return found, None


def raised(function, *arguments):
    try:
        function(*arguments)
    except ValueError:
        return True
    return False


def test_a_multicast_question_asks_for_an_answer_to_us_alone():
    data = packet.pack_query(0, ((b"_tf-warp-cm._udp.local", packet.PTR),), True)
    assert data[:12] == b"\0\0\0\0\0\1\0\0\0\0\0\0"
    assert data[12:] == b"\x0b_tf-warp-cm\x04_udp\x05local\0\0\x0c\x80\x01"


def test_a_question_to_a_server_asks_for_recursion():
    data = packet.pack_query(0x1234, ((b"box.example", packet.A),), False)
    assert data == b"\x12\x34\x01\0\0\1\0\0\0\0\0\0\x03box\x07example\0\0\1\0\1"


def test_several_questions_in_one():
    data = packet.pack_query(1, ((b"a.local", packet.A), (b"b.local", packet.SRV)), True)
    assert data[4:6] == b"\0\2"
    assert data.endswith(b"\x01b\x05local\0\0\x21\x80\x01")


def test_a_name_that_is_none_is_not_asked_for():
    for wrong in (b"", b"a..b", b".a", b"a.", b"x" * 64, b".".join([b"x" * 60] * 5)):
        assert raised(packet.pack_query, 1, ((wrong, packet.A),), True), wrong


def test_records_with_compressed_names():
    service = name(b"_tf-warp-cm._udp.local")  # at 12
    begin = 12 + len(service) + 10
    instance = b"\x05box 1\xc0\x0c"  # at begin
    answers = (
        record(service, packet.PTR, instance),
        record(struct.pack(">H", 0xC000 | begin), packet.SRV, b"\0\0\0\0\x85\x4f\x03Box\xc0\x1d"),
    )
    data = message(*answers)
    found, error = found_in(data)
    assert error is None
    assert found[0][:2] == (b"_tf-warp-cm._udp.local", packet.PTR)
    assert packet.read_name(data, found[0][2], len(data))[0] == b"box 1._tf-warp-cm._udp.local"
    assert found[1][:2] == (b"box 1._tf-warp-cm._udp.local", packet.SRV)
    assert packet.read_target(data, found[1][2], len(data)) == b"box.local"


def test_a_dot_within_a_label_stays_there_and_back():
    data = message(record(b"\x04My.b\x05local\0", packet.A, b"\x7f\0\0\1"))
    found, error = found_in(data)
    assert error is None
    assert found[0][0] == b"my\xffb.local"
    asked = packet.pack_query(1, ((found[0][0], packet.A),), True)
    assert asked[12:23] == b"\x04my.b\x05local"


def test_the_bit_that_flushes_and_other_families():
    data = message(
        record(name(b"a"), packet.A, b"\1\2\3\4", 0x8001), record(name(b"b"), packet.A, b"\0", 3)
    )
    found, error = found_in(data)
    assert error is None
    assert len(found) == 1
    assert packet.read_address(data, found[0][2], found[0][3]) == "1.2.3.4"


def test_questions_are_passed_over():
    question = name(b"box.local") + b"\0\1\0\1"
    data = message(record(b"\xc0\x0c", packet.A, b"\1\2\3\4"), questions=(question,))
    assert found_in(data)[0][0][:2] == (b"box.local", packet.A)


def test_names_that_run_in_circles_or_out_of_the_message():
    wrong = (
        b"\xc0\x0c",  # to itself
        b"\xc0\x0e\xc0\x0c",  # forward
        b"\x01a\xc0\x0c",  # to its own beginning
        b"\xc0",  # half a pointer
        b"\x3f",  # a label that is not there
        b"\x40a\0",  # a kind of label that there is none of
        b"\x80a\0",
        b"",
        4 * (b"\x3f" + b"a" * 63) + b"\0",  # longer than 255
    )
    for data in wrong:
        found, error = found_in(message(data, b"\0" * 4))
        assert not found, data
        assert error, data


def test_pointers_that_lead_back_and_back_end():
    chain = b"\0\xc0\x0c"
    for at in range(13, 190, 2):
        chain += struct.pack(">H", 0xC000 | at)
    data = message(chain)
    assert packet.read_name(data, len(data) - 2, len(data)) == (b"", len(data))


def test_what_came_before_the_damage_is_good():
    good = record(name(b"a"), packet.A, b"\1\2\3\4")
    for n in range(len(good)):
        data = message(good, good[:n], count=2)
        found, error = found_in(data)
        assert len(found) == 1, n
        assert error, n


def test_no_more_records_are_read_than_a_few_dozen():
    row = record(b"\0", packet.A, b"\1\2\3\4")
    assert len(found_in(message(*([row] * 500)))[0]) == 48
    assert found_in(message(row, count=65535))[1] == "name"
    assert found_in(message(row, questions=(b"\0\0\1\0\1",) * 9)) == ([], "questions")


def test_a_question_is_no_answer():
    assert found_in(message(flags=0))[1] == "no answer"
    assert found_in(b"\0" * 11)[1] == "no answer"


def test_texts():
    data = b"\x0fversion=34127.5\x0cenabled=true\x04flag\x00\x08VERSION=\x03a=b"
    found = packet.read_texts(data, 0, len(data))
    assert found == {b"version": b"34127.5", b"enabled": b"true", b"a": b"b"}
    assert raised(packet.read_texts, b"\x05abc", 0, 4)
    assert packet.read_texts(b"\0", 0, 1) == {}


def test_an_address_has_four_bytes():
    assert raised(packet.read_address, b"\1\2\3", 0, 3)
