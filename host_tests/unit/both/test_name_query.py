"""Questions for the addresses of names: whom they go to, and whose answers count."""

from compat import open_udp
from dns_peer import Peer, name, record
from firmware import name_query


def queried(test):
    """Let test(query, peer) ask."""
    peer = Peer()
    real = name_query.board
    name_query.board = peer
    query = name_query.Query()
    try:
        test(query, peer)
    finally:
        name_query.board = real
        query.close()
        peer.close()


def ident_of(data):
    return data[0] << 8 | data[1]


def test_a_local_name_is_asked_of_all():
    def test(query, peer):
        query.ask(3, "Box-1.local", 0)
        asked = peer.asked()
        assert asked[2:] == b"\0\0\0\1\0\0\0\0\0\0" + name(b"box-1.local") + b"\0\1\x80\1"
        assert query.answers() == []
        # by somebody else than who was asked: the wallbox itself
        other = open_udp("127.0.0.1", 0)
        other.sendto(
            asked[:2] + b"\x84\0\0\0\0\1\0\0\0\0" + record(b"box-1.local", 1, b"\x0a\0\0\7"),
            peer.sender,
        )
        other.close()
        assert query.answers() == [(3, "10.0.0.7")]

    queried(test)


def test_another_name_is_asked_of_a_server_and_found_behind_other_names():
    def test(query, peer):
        query.ask(0, "box.example", 0)
        asked = peer.asked()
        assert asked[2:4] == b"\1\0"
        alias = record(b"box.example", 5, name(b"b.example"))
        found = record(b"b.example", 1, b"\x0a\0\0\x08")
        peer.answer(alias, found, ident=ident_of(asked) ^ 1)  # a guess
        assert query.answers() == []
        other = open_udp("127.0.0.1", 0)
        other.sendto(asked[:2] + b"\x84\0\0\0\0\1\0\0\0\0" + found, peer.sender)
        other.close()
        assert query.answers() == []
        peer.answer(alias, found, ident=ident_of(asked))
        assert query.answers() == [(0, "10.0.0.8")]

    queried(test)


def test_a_name_without_a_dot_is_asked_of_both():
    def test(query, peer):
        query.ask(0, "box", 0)
        assert peer.asked()[12:] == name(b"box") + b"\0\1\0\1"  # the first one was read, too
        assert [name_query._name("Box", way) for way in (True, False)] == [b"box.local", b"box"]
        number = query._asked[0][2]
        peer.answer(record(b"box.local", 1, b"\x0a\0\0\x09"), ident=number)
        assert query.answers() == [(0, "10.0.0.9")]
        assert query.is_over(0)  # nothing more is asked for

    queried(test)


def test_addresses_that_no_wallbox_has():
    def test(query, peer):
        query.ask(0, "box.local", 0)
        number = ident_of(peer.asked())
        for wrong in (
            b"\0\0\0\0",
            b"\x7f\0\0\1",
            b"\xe0\0\0\xfb",
            b"\xff\xff\xff\xff",
            b"\x0a\0\0",
        ):
            peer.answer(record(b"box.local", 1, wrong), ident=number)
        peer.answer(record(b"other.local", 1, b"\x0a\0\0\1"), ident=number)
        peer.answer(b"\xc0", ident=number, count=1)
        assert query.answers() == []

    queried(test)


def test_without_a_network_nothing_comes():
    def test(query, peer):
        peer.mdns_target = None  # cannot be called
        query.ask(0, "a..example", 0)  # no name
        assert query.answers() == []
        assert not query.is_over(4000)
        assert query.is_over(4001)
        peer.dns_servers = list
        query.ask(0, "box.example", 0)
        assert peer.asked() == b""

    queried(test)


def test_before_anything_was_asked():
    query = name_query.Query()
    assert query.answers() == []
    query.close()
