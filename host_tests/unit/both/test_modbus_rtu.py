"""The RTU client on a bus that misbehaves in every way a bus can."""

import asyncio

from modbus.pdu import BAD_FRAME, NO_ANSWER, ModbusError
from modbus.write import write
from scripted_port import Bus, frame

GOOD = frame(1, 4, 4, 0x12, 0x34, 0x56, 0x78)
REQUEST = frame(1, 4, 0, 10, 0, 2)
VALUE = b"\x12\x34\x56\x78"


def read(bus, start=10, count=2, **options):
    async def main():
        return bytes(await bus.client.read(1, 4, start, count, **options))

    return asyncio.run(main())


def fails(why, bus, **options):
    assert reason(read, bus, **options) == why


def reason(call, *arguments, **options):
    """Why a request fails."""
    try:
        call(*arguments, **options)
    except ModbusError as error:
        return error.args[0]
    raise AssertionError("took it for an answer")


def set_one(bus):
    asyncio.run(write(bus.client, 1, 1, (3,)))


def test_a_clean_answer():
    bus = Bus([[(40, GOOD)]])
    assert read(bus) == VALUE
    assert bus.port.sent[0][1] == REQUEST
    assert (bus.client.requests, bus.client.retries, bus.client.failures, bus.client.junk) == (
        1,
        0,
        0,
        0,
    )


def test_what_may_stand_around_an_answer():
    late_other = frame(1, 4, 2, 0xAA, 0xBB)
    rows = (
        # name, bytes before the answer, junk counted
        ("zeros", bytes(7), 7),
        ("a start bit too many", b"\xff", 1),
        ("the begin of an answer", GOOD[:5], 5),
        ("address and function", b"\x01\x04", 2),
        ("three headers in a row", b"\x01\x04\x04\x01\x04\x04\x01\x04\x04", 9),
        ("the echo", REQUEST, 0),
        ("junk and the echo", b"\x55\x55" + REQUEST, 2),
        ("a damaged echo", REQUEST[:4] + b"\x77" + REQUEST[5:], 8),
        ("an answer of another length", late_other, len(late_other)),
        ("another device", frame(2, 4, 4, 1, 2, 3, 4), 9),
        ("another function", frame(1, 3, 4, 1, 2, 3, 4), 9),
        ("a damaged answer", GOOD[:-1] + b"\x00", 9),
        ("a damaged exception", b"\x01\x84\x02\x00\x00", 5),
        ("300 bytes of noise", bytes(range(256)) + bytes(44), 300),
        ("600 bytes of headers", b"\x01\x04\x04" * 200, 600),
    )
    for name, before, junk in rows:
        for piece in (1000, 7, 1):
            bus = Bus([[(20, before), (40, GOOD)]], piece)
            assert read(bus) == VALUE, (name, piece)
            assert bus.client.junk == junk, (name, piece, bus.client.junk)
            assert bus.client.failures == 0


def test_what_is_no_answer_at_all():
    rows = (
        (NO_ANSWER, []),
        (NO_ANSWER, [(2, REQUEST)]),  # only the echo
        (NO_ANSWER, [(301, GOOD)]),  # too late
        (BAD_FRAME, [(2, GOOD[:-1])]),  # truncated
        (BAD_FRAME, [(2, GOOD[:-1] + b"\x00")]),
        (BAD_FRAME, [(2, frame(2, 4, 4, 1, 2, 3, 4))]),
        (BAD_FRAME, [(2, frame(1, 3, 4, 1, 2, 3, 4))]),
        (BAD_FRAME, [(2, frame(1, 4, 2, 1, 2))]),
        (BAD_FRAME, [(2, frame(1, 4, 6, 1, 2, 3, 4, 5, 6))]),
        (BAD_FRAME, [(2, frame(1, 0x83, 2))]),
        (BAD_FRAME, [(2, b"\x01")]),
    )
    for kind, answer in rows:
        for piece in (1000, 1):
            bus = Bus([answer], piece)
            start = bus.clock.now
            fails(kind, bus)
            assert bus.clock.now - start <= 8 + 300 + 5
            assert (bus.client.requests, bus.client.failures, bus.client.retries) == (1, 1, 0)


def test_bytes_that_come_one_by_one():
    slow = [(20 + i, GOOD[i : i + 1]) for i in range(len(GOOD))]
    bus = Bus([slow], piece=1)
    assert read(bus) == VALUE


def test_an_exception_is_an_answer():
    bus = Bus([[(5, frame(1, 0x84, 2))]], retries=2)
    fails(2, bus)
    assert len(bus.port.sent) == 1  # asking again would not help
    # busy is the one that passes
    bus = Bus([[(5, frame(1, 0x84, 6))], [(5, GOOD)]], retries=2)
    assert read(bus) == VALUE
    assert bus.client.retries == 1


def test_retries():
    bus = Bus([[], [(5, GOOD[:-2] + b"??")], [(5, GOOD)]], retries=2)
    assert read(bus) == VALUE
    assert (bus.client.requests, bus.client.retries, bus.client.failures) == (1, 2, 0)
    bus = Bus([[], [], []], retries=2)
    fails(NO_ANSWER, bus)
    assert (bus.client.retries, bus.client.failures, len(bus.port.sent)) == (2, 1, 3)
    bus = Bus([[], [(5, GOOD)]], retries=2)
    fails(NO_ANSWER, bus, retries=0)


def test_a_late_answer_is_not_taken_for_the_next_one():
    other = frame(1, 4, 4, 9, 9, 9, 9)
    # it arrives in the pause between two requests: emptied before the next
    bus = Bus([[(303, other)], [(40, GOOD)]])
    fails(NO_ANSWER, bus)
    bus.clock.now += 50
    assert read(bus, start=20) == VALUE
    # it arrives in the middle of the next wait, of another length: skipped
    bus = Bus([[(330, frame(1, 4, 2, 9, 9))], [(80, GOOD)]])
    fails(NO_ANSWER, bus, count=1)
    assert read(bus) == VALUE


def test_babble_ends_at_the_deadline():
    for byte in (0, 1, 4, 255):
        bus = Bus([[]], retries=2)
        bus.port.babble = byte
        start = bus.clock.now
        fails(BAD_FRAME, bus)
        assert bus.clock.now - start <= 3 * (8 + 300 + 5)
        assert bus.client.junk == 900
    # and a sender that is endless and fast ends by its number of bytes
    bus = Bus([[(1, bytes(5000))]])
    fails(BAD_FRAME, bus)
    assert bus.client.junk < 1400


def test_silence_before_each_request():
    bus = Bus([[(5, GOOD)], [(5, GOOD)], [(5, GOOD)]])
    read(bus)
    end = bus.clock.now
    read(bus)
    assert bus.port.sent[1][0] - end == 5
    end = bus.clock.now
    read(bus, gap_ms=60)
    assert bus.port.sent[2][0] - end == 60


def test_writes():
    rows = (
        # values, multiple, request, answer
        ((3,), False, frame(1, 6, 0, 1, 0, 3), frame(1, 6, 0, 1, 0, 3)),
        ((3,), True, frame(1, 16, 0, 1, 0, 1, 2, 0, 3), frame(1, 16, 0, 1, 0, 1)),
        ((10, 258), False, frame(1, 16, 0, 1, 0, 2, 4, 0, 10, 1, 2), frame(1, 16, 0, 1, 0, 2)),
    )
    for values, multiple, request, answer in rows:
        for echo in (b"", request):
            for piece in (1000, 1):
                bus = Bus(
                    [[(1, REQUEST if echo else b""), (5, GOOD)], [(1, echo), (5, answer)]], piece
                )
                read(bus)  # learns whether there is an echo
                asyncio.run(write(bus.client, 1, 1, values, multiple))
                assert bus.port.sent[1][1] == request
                assert bus.client.junk == 0, (values, echo)


def test_an_echo_is_no_confirmation_of_a_write():
    bus = Bus([[(1, REQUEST), (5, GOOD)], [(1, frame(1, 6, 0, 1, 0, 3))]])
    read(bus)
    assert reason(set_one, bus) == NO_ANSWER


def test_an_echo_is_learnt_without_an_answer_too():
    bus = Bus([[(1, REQUEST)], [(1, frame(1, 6, 0, 1, 0, 3))]])
    fails(NO_ANSWER, bus)
    assert reason(set_one, bus) == NO_ANSWER


def test_an_echo_that_goes_away_is_forgotten():
    # the shortest exception is shorter than the request: waiting for an echo would miss it
    bus = Bus(
        [[(1, REQUEST), (5, GOOD)], [(5, frame(1, 0x84, 2))], [(5, frame(1, 0x84, 2))]], retries=1
    )
    read(bus)
    fails(2, bus)
    assert bus.client.retries == 1


def test_a_cancelled_request_leaves_the_bus_usable():
    bus = Bus([[(5, GOOD)], [(5, GOOD)]])

    async def hang(view, timeout_ms):
        await asyncio.sleep(60)

    async def main():
        receive, bus.port.receive = bus.port.receive, hang
        task = asyncio.create_task(bus.client.read(1, 4, 10, 2))
        for _ in range(5):
            await asyncio.sleep(0)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            pass
        bus.port.receive = receive
        return bytes(await bus.client.read(1, 4, 10, 2))

    assert asyncio.run(main()) == VALUE


def test_an_illegal_request_is_not_sent():
    bus = Bus([])
    try:
        read(bus, count=126)
        raise AssertionError("sent it")
    except ValueError:
        pass
    assert not bus.port.sent
