"""Rounds of the live updates with sockets that take what they like, in steps that are counted."""

import asyncio
import json
import random

import pytest
from compat import ticks_add

from firmware.web import Refusal, live, live_round
from firmware.web.live import CLIENTS, SOCK, TAKEN_MS
from host_tests.web.live_reader import Tree


class Socket:
    """Takes at most `room` bytes in all, in writes of at most `piece`."""

    def __init__(self, room=1 << 30, piece=1 << 30):
        self.room = room
        self.piece = piece
        self.taken = b""
        self.gone = self.closed = False
        self.writes = 0

    def write(self, data):
        assert not self.closed
        if self.gone:
            raise OSError(104)
        n = min(len(data), self.room, self.piece)
        self.writes += 1
        self.room -= n
        self.taken += bytes(data[:n])
        return n or None

    def readinto(self, _buffer):
        return 0 if self.gone else None

    def close(self):
        self.closed = True

    def tree(self):
        found = Tree()
        head, _, events = self.taken.partition(b"\r\n\r\n")
        assert not head or head.startswith(b"HTTP/1.1 200 OK\r\n")
        for event in events.split(b"\n\n")[:-1]:
            found.take(event)
        return found


class Site:
    """Stands for the brain: only its identity matters."""


class Context:
    """Lists of rows, in one or more parts."""

    live = None

    def __init__(self, boxes=4, width=10):
        self.site = Site()
        self.lists = {
            "meters": [{"name": "grid", "age_ms": 250}],
            "chargers": [({"name": "x" * width, "i": i}, {"draw": i}) for i in range(boxes)],
            "alarms": [],
        }
        self.scalars = {"name": "Site", "uptime_s": 1}

    def read(self, *_):
        lists = {name: (row for row in rows) for name, rows in self.lists.items()}
        return dict(self.scalars), {**lists, "available_ma": None}

    def status(self):
        def whole(row):
            parts = row if isinstance(row, tuple) else (row,)
            return {key: value for part in parts for key, value in part.items()}

        lists = {name: [whole(row) for row in rows] for name, rows in self.lists.items()}
        return {**self.scalars, "available_ma": None, **json.loads(json.dumps(lists))}


@pytest.fixture
def context(monkeypatch):
    context = Context()
    monkeypatch.setattr(live_round, "loaded", context.read)
    monkeypatch.setattr(live_round, "_aged", lambda members: members)
    monkeypatch.setattr("firmware.web.live_stream.run", nothing)
    return context


class Connection:
    class server:
        line = ()
        readers = 0

    def __init__(self, sock, user):
        self.sock = sock
        self.user = user


async def nothing(_context):
    """Instead of the task."""


def joined(context, *sockets, user=""):
    """These sockets are live clients."""

    async def run():
        for sock in sockets:
            live.join(context, Connection(sock, user))

    asyncio.run(run())
    return context


def rounds(context, count=1):
    async def run():
        for _ in range(count):
            await live_round.serve(context, context.live)

    asyncio.run(run())


def test_everything_then_only_what_changed(context):
    sock = Socket()
    joined(context, sock)
    rounds(context)
    assert sock.tree().status == context.status()
    assert sock.tree().rows == 9
    rounds(context, 3)
    assert sock.tree().rows == 9 and sock.tree().rounds == 4
    context.lists["chargers"][2][1]["draw"] = 77
    context.lists["alarms"].append({"code": "lost"})
    rounds(context)
    assert sock.tree().rows == 11 and sock.tree().status == context.status()
    context.lists["alarms"].clear()
    rounds(context)
    assert sock.tree().rows == 11 and sock.tree().status == context.status()


def test_many_rows_go_out_in_few_writes(context):
    context.lists["chargers"] = Context(64, 50).lists["chargers"]
    sock = Socket()
    rounds(joined(context, sock))
    assert len(sock.taken) / sock.writes > 380


@pytest.mark.parametrize("seed", range(20))
def test_whatever_a_socket_takes_the_rest_comes_later(context, seed):
    dice = random.Random(seed)
    context.lists["chargers"] = Context(20, dice.choice((5, 100, 470, 2000))).lists["chargers"]
    slow, quick = Socket(), Socket()
    joined(context, slow, quick)
    for _ in range(60):
        slow.room = dice.choice((0, 1, 100, 700, 5000))
        slow.piece = dice.choice((1, 37, 480, 5000))
        for _ in range(dice.randrange(6)):
            context.lists["chargers"][dice.randrange(20)][1]["draw"] = dice.randrange(99)
        if dice.random() < 0.1:
            context.lists["alarms"] = [{"code": "a", "subject": str(i)} for i in range(seed % 4)]
        if dice.random() < 0.05:
            context.site = Site()
        rounds(context)
        assert quick.tree().status == context.status()
    slow.room = slow.piece = 1 << 30
    rounds(context, 3)
    assert slow.tree().status == context.status()


def test_a_thin_line_gives_every_row_its_turn(context):
    context.lists["chargers"] = Context(40, 60).lists["chargers"]
    sock = Socket()
    joined(context, sock)
    rounds(context)
    for i in range(60):
        for row in context.lists["chargers"]:
            row[1]["draw"] = i
        sock.room = 700
        rounds(context)
    drawn = [row["draw"] for row in sock.tree()._lists["chargers"].values()]
    assert min(drawn) > 48  # each was sent within the last few of its rounds


def test_the_end_of_a_round_is_only_sent_to_who_has_it_all(context):
    sock = Socket(room=900)
    joined(context, sock)
    rounds(context, 5)
    assert sock.tree().rounds < 5
    sock.room = 5000
    rounds(context, 2)
    context.lists["chargers"] = Context(40, 60).lists["chargers"]
    before = sock.tree().rounds
    sock.room = 300
    rounds(context)
    assert sock.tree().rounds == before


def test_new_settings_end_the_round_and_all_is_sent_anew(context):
    sock = Socket()
    joined(context, sock)
    rounds(context)
    rows = context.lists["chargers"]

    def replaced():
        yield rows[0]
        context.site = Site()
        yield rows[1]

    context.read = lambda *_: ({"chargers": replaced()},)
    live_round.loaded = context.read
    rounds(context)
    assert sock.tree().rounds == 1
    live_round.loaded = Context.read.__get__(context)
    rounds(context)
    assert sock.tree().rounds == 2 and sock.tree().rows >= 18


def test_one_that_has_gone_is_closed(context):
    sock, other = Socket(), Socket()
    joined(context, sock, other)
    rounds(context)
    sock.gone = True
    context.scalars["uptime_s"] = 2
    rounds(context)
    assert sock.closed and not other.closed
    rounds(context)
    assert [client[SOCK] for client in context.live[CLIENTS]] == [other]
    other.gone = True
    rounds(context)
    assert other.closed and not context.live[CLIENTS]


@pytest.mark.parametrize(
    ("room", "passed_ms", "stays"),
    [(100, 24000, True), (100, 26000, False), (9999, 800000, True), (9999, 901000, False)],
)
def test_how_long_one_may_stay(context, monkeypatch, room, passed_ms, stays):
    """A while when it takes nothing, else a quarter of an hour: then it connects anew."""
    sock = Socket(room)
    joined(context, sock)
    rounds(context)
    now = ticks_add(context.live[CLIENTS][0][TAKEN_MS], passed_ms)
    monkeypatch.setattr(live_round, "ticks_ms", lambda: now)
    rounds(context)
    assert sock.closed != stays and len(context.live[CLIENTS]) == stays


def test_the_live_updates_of_a_user_end(context):
    sockets = [Socket(), Socket(), Socket()]
    live.close(context)  # nobody watches
    for sock, user in zip(sockets, ("ann", "bob", "ann")):
        joined(context, sock, user=user)
    live.close(context, "ann")
    assert [sock.closed for sock in sockets] == [True, False, True]
    rounds(context)
    assert len(context.live[CLIENTS]) == 1
    live.close(context)
    live.close(context)
    assert sockets[1].closed


def test_there_are_three_places(context):
    sockets = [Socket() for _ in range(5)]
    joined(context, *sockets[:3])
    with pytest.raises(Refusal):
        joined(context, sockets[3])
    assert not sockets[3].closed
    sockets[1].gone = True
    rounds(context)
    joined(context, sockets[4])


@pytest.mark.parametrize(
    ("age_ms", "shown"),
    [(None, None), (0, 0), (2999, 0), (3000, 3000), (59999, 59000), (79999, 70000)],
)
def test_ages_do_not_change_every_row(age_ms, shown):
    assert live_round._aged({"age_ms": age_ms, "x": 1}) == {"age_ms": shown, "x": 1}


def test_the_benchmark_tells_how_late_commands_are():
    from tools.benchmarks import web
    from tools.simsite.record import Record

    record = Record([[0], [1]])
    for k in range(10):
        for box in range(2):
            late = 0.02 if (k, box) == (5, 1) else 0
            record.event("command", 100 + k + box / 2 + late, box=box)
    found = web.jitters(record, 2, 100, 110)
    assert len(found) == 18
    assert sorted(round(ms) for ms in found) == [0] * 16 + [20, 20]
    with pytest.raises(RuntimeError):
        web.jitters(record, 3, 100, 110)
