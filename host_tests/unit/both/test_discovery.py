"""What a search makes of the answers, friendly and hostile."""

from compat import address_host, udp_address
from dns_peer import SERVICE, Peer, name, record, texts, wallbox
from firmware import discovery
from firmware.web import discovery_api


class Point:
    def __init__(self, host=None):
        self.host = host


class Context:
    """What discovery_api looks at."""

    def __init__(self, *known):
        """known: (host or None, address or None) of the wallboxes of the settings."""
        self.site = self.warp = self
        self.points = [Point(host) for host, _ in known]
        self.addresses = [address and udp_address(address, 34128) for _, address in known]


async def searched(test):
    """Let test(scan, peer) play with a scan whose first question has gone out."""
    peer = Peer()
    real = discovery.board
    discovery.board = peer
    try:
        scan = discovery.Scan(lambda *event: None)
        scan.task.cancel()
        try:
            assert peer.asked()[12:].startswith(name(SERVICE) + b"\0\x0c\x80\x01")
            test(scan, peer)
        finally:
            scan._udp.close()
    finally:
        discovery.board = real
        peer.close()


def shown(scan, *known):
    rows = list(discovery_api.shown(Context(*known), list(scan.lines())))
    return [(row["host"], row["address"], row["name"], row["reason"]) for row in rows]


async def test_a_wallbox_in_one_answer_whatever_the_order():
    def test(scan, peer):
        for records in (wallbox(b"a", "10.0.0.1"), reversed(wallbox(b"b", "10.0.0.2"))):
            peer.answer(*records)
        scan._drain()
        assert shown(scan) == [
            ("a.local", "10.0.0.1", "a", None),
            ("b.local", "10.0.0.2", "b", None),
        ]

    await searched(test)


async def test_what_is_missing_is_asked_for():
    def test(scan, peer):
        records = wallbox(b"a", "10.0.0.1")
        peer.answer(records[1])
        scan._drain()
        assert shown(scan) == []
        scan._ask()
        asked = peer.asked()
        assert asked[4:6] == b"\0\3"
        assert name(b"a." + SERVICE) + b"\0\x21" in asked
        assert name(b"a." + SERVICE) + b"\0\x10" in asked
        peer.answer(records[2], records[3])
        scan._drain()
        assert shown(scan) == [("a.local", None, "a", "no_address")]
        scan._ask()
        assert name(b"a.local") + b"\0\1" in peer.asked()
        peer.answer(records[0])
        scan._drain()
        assert shown(scan) == [("a.local", "10.0.0.1", "a", None)]
        scan._ask()
        assert peer.asked()[4:6] == b"\0\1"

    await searched(test)


async def test_why_one_cannot_be_added():
    def test(scan, peer):
        for records in (
            wallbox(b"a", "10.0.0.1", version=b"34127.0"),
            wallbox(b"b", "10.0.0.2", version=b"34128.5"),
            wallbox(b"c", "10.0.0.3", version=b"34127.five"),
            wallbox(b"d", "10.0.0.4", enabled=b"false"),
        ):
            peer.answer(*records)
        scan._drain()
        for records in (
            wallbox(b"e", "10.0.0.5", proxy_of=b"x.local"),
            wallbox(b"f", "10.0.0.6"),
            wallbox(b"g", "10.0.0.6"),
            wallbox(b"h", "10.0.0.8"),
        ):
            peer.answer(*records)
        scan._drain()
        peer.answer(*wallbox(b"i", "10.0.0.9"))
        peer.answer(*wallbox(b"j", "10.0.0.10", version=b"34127.6"))
        scan._drain()
        known = (("H.local", None), (None, "10.0.0.9"), ("other.local", None))
        wanted = ["protocol", "protocol", "protocol", "disabled", "proxy"]
        wanted += ["doubled", "doubled", "known", "known", None]
        assert [row[3] for row in shown(scan, *known)] == wanted

    await searched(test)


async def test_other_services_and_half_descriptions_are_no_wallboxes():
    def test(scan, peer):
        peer.answer(record(b"_http._tcp.local", 12, name(b"x._http._tcp.local")))
        peer.answer(record(SERVICE, 12, name(SERVICE)))  # no instance
        peer.answer(record(b"a.b." + SERVICE, 16, texts(version=b"34127.5")))
        peer.answer(record(b"c." + SERVICE, 16, texts(version=b"34127.5", enabled=b"true")))
        scan._drain()
        assert shown(scan) == []
        assert len(scan.rows) == 1

    await searched(test)


async def test_names_that_nobody_should_see():
    def test(scan, peer):
        label = "Müllers Box".encode()
        peer.answer(*wallbox(b"a", "10.0.0.1", label, display_name=b"\xff\xfe"))
        peer.answer(*wallbox(b"b", "10.0.0.2", display_name=b"<b>\x07\x00x" + b"y" * 90))
        peer.answer(*wallbox(b"c d", "10.0.0.3"))
        scan._drain()
        assert shown(scan) == [
            ("a.local", "10.0.0.1", "", None),
            ("b.local", "10.0.0.2", "<b>x" + "y" * 28, None),
            (None, None, "c d", "no_address"),
        ]
        scan._ask()
        assert peer.asked()[4:6] == b"\0\1"

    await searched(test)


async def test_a_crowd_and_rubbish_cost_little():
    def test(scan, peer):
        for i in range(100):
            peer.answer(*wallbox(b"box%d" % i, "10.0.0.1"), count=5)
            scan._drain()
        for rubbish in (
            b"",
            b"x",
            b"\0" * 12,
            b"\xff" * 500,
            b"\0\0\x84\0\xff\xff" + b"\xff" * 60,
        ):
            peer.sock.sendto(rubbish, peer.sender)
            scan._drain()
        assert len(scan.rows) == 80
        assert scan._packets == 105
        scan._ask()
        assert len(peer.asked()) < 512

    await searched(test)


def test_an_address_is_compared_as_it_is_polled():
    assert address_host(Context((None, "10.0.0.9")).addresses[0]) == "10.0.0.9"
