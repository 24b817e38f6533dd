"""The clock, the deadline and the UDP socket behave the same on both interpreters."""

import asyncio

import compat


def test_ticks_differences_survive_the_wrap():
    start = compat.ticks_add(0, -5)
    assert compat.ticks_diff(compat.ticks_add(start, 12), start) == 12
    assert compat.ticks_diff(start, compat.ticks_add(start, 12)) == -12


def test_ticks_move_on():
    async def main():
        start = compat.ticks_ms()
        await compat.sleep_ms(2)
        return compat.ticks_diff(compat.ticks_ms(), start)

    assert 1 <= asyncio.run(main()) < 5000


def test_wait_for_ms_ends_with_one_of_timeout():
    async def main():
        try:
            await compat.wait_for_ms(sleep_long(), 1)
        except compat.TIMEOUT:
            return True
        return False

    assert asyncio.run(main())


def test_a_datagram_reaches_the_socket_that_waits():
    async def main():
        a, port_a = open_somewhere()
        b, port_b = open_somewhere()
        try:
            waiting = asyncio.create_task(take(a))
            await compat.sleep_ms(0)
            b.sendto(b"hello", compat.udp_address("127.0.0.1", port_a))
            data, sender = await compat.wait_for_ms(waiting, 2000)
            assert data == b"hello"
            known = {compat.udp_address("127.0.0.1", port_b): "b"}
            assert known[sender] == "b"
            key = sender
            assert key == compat.udp_address("127.0.0.1", port_b)
            assert compat.address_host(sender) == "127.0.0.1"
            assert key != compat.udp_address("127.0.0.1", port_a)
            assert key != compat.udp_address("127.0.0.2", port_b)
            # nothing more there: an OSError, not a wait
            try:
                a.recvfrom(10)
                raise AssertionError("recvfrom gave a second datagram")
            except OSError:
                pass
            # a wait that was given up leaves the socket usable
            try:
                await compat.wait_for_ms(compat.readable(a), 1)
                raise AssertionError("readable without a datagram")
            except compat.TIMEOUT:
                pass
            b.sendto(b"again", compat.udp_address("127.0.0.1", port_a))
            await compat.wait_for_ms(compat.readable(a), 2000)
            assert a.recvfrom(10)[0] == b"again"
        finally:
            a.close()
            b.close()

    asyncio.run(main())


def test_a_taken_port_is_an_os_error():
    a, port = open_somewhere()
    try:
        compat.open_udp("127.0.0.1", port).close()
        raise AssertionError("the port was given twice")
    except OSError:
        pass
    finally:
        a.close()


async def sleep_long():
    await compat.sleep_ms(60000)


async def take(sock):
    await compat.readable(sock)
    return sock.recvfrom(100)


def open_somewhere():
    port = 20000 + compat.ticks_ms() % 10000
    while True:
        try:
            return compat.open_udp("127.0.0.1", port), port
        except OSError:
            port += 1
