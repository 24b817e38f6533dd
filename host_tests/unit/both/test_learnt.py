"""The file of what was learnt: when it is written, and what of it is used after a start."""

import json
import os

from loadmgmt.circuit import Circuit
from loadmgmt.event import CHARGER_LOST, LEARNT, UNLEARNT
from loadmgmt.point import ChargePoint
from test_store import Scratch, read, write

from firmware import learnt as module
from firmware.learnt import Learnt

FILE = "learnt.json"


class Learner:
    """Knows what it is told."""

    def __init__(self, n):
        self.sure = [None] * n
        self.recalled = []

    def known(self):
        return {i: rotation for i, rotation in enumerate(self.sure) if rotation}

    def recall(self, i, rotation):
        self.recalled.append((i, rotation))
        self.sure[i] = rotation


class Events:
    def __init__(self):
        self.noted = []

    def add(self, code, subject=0, value=0):
        self.noted.append((code, subject, value))


class Site:
    """As much of it as is looked at; the true one loads its code from the folder of the tests."""

    def __init__(self, circuits, points):
        self.circuits = circuits
        self.points = points
        self.learner = Learner(len(points))


class App:
    """Three wallboxes, of which one has no address; the second is on a circuit of its own."""

    def __init__(self, rotations=(None, None, None), circuits=(0, 1, 0)):
        grid = Circuit("grid", None, [32000] * 3)
        garage = Circuit("garage", 0, [16000] * 3)
        points = [ChargePoint("box %d" % i, circuits[i], 3, rotations[i]) for i in range(3)]
        for i, point in enumerate(points):
            point.index = i
        points[2].name_error = True
        self.site = Site([grid, garage], points)
        self.events = Events()
        self.learnt = Learnt(self)

    def charger_host(self, i):
        return "192.168.1.%d" % (11 + i)


class Clock:
    """Time for firmware.learnt."""

    def __enter__(self):
        self.now_ms = 5
        self.was = module.ticks_ms
        module.ticks_ms = lambda: self.now_ms
        return self

    def __exit__(self, *_):
        module.ticks_ms = self.was


def learn(app, i, rotation):
    app.site.learner.sure[i] = rotation
    app.learnt.add(LEARNT, i, 981)


def recalled(app):
    app.learnt.recall(app)
    return app.site.learner.recalled


def test_what_is_sure_is_stored_and_used_after_the_next_start():
    with Scratch(), Clock():
        app = App()
        app.learnt.keep(app)
        assert os.listdir() == []  # nothing has been learnt
        learn(app, 1, "L231")
        app.learnt.keep(app)
        rows = json.loads(read(FILE))["rotations"]
        assert rows == [["192.168.1.12", "garage", None, "L231"]]
        assert os.listdir() == [FILE]
        again = App()
        assert recalled(again) == [(1, "L231")]
        assert recalled(again) == [(1, "L231")]  # once only
        assert app.events.noted == [(LEARNT, 1, 981)]  # the log has it, too


def test_it_is_written_when_something_changed_and_at_most_every_ten_minutes():
    with Scratch(), Clock() as clock:
        app = App()
        learn(app, 0, "L123")
        app.learnt.keep(app)
        first = read(FILE)
        learn(app, 1, "L231")
        app.learnt.add(CHARGER_LOST, 1, 0)
        for clock.now_ms in (6, 300000, 600004):
            app.learnt.keep(app)
            assert read(FILE) == first
        clock.now_ms = 600005
        app.learnt.keep(app)
        assert [row[3] for row in json.loads(read(FILE))["rotations"]] == ["L123", "L231"]
        os.remove(FILE)
        clock.now_ms += 600001
        app.learnt.add(CHARGER_LOST, 1, 0)
        app.learnt.keep(app)
        assert os.listdir() == []  # nothing new


def test_the_same_again_spares_the_flash():
    with Scratch(), Clock() as clock:
        app = App()
        learn(app, 0, "L123")
        app.learnt.keep(app)
        os.mkdir("settings.new")  # a write would fail
        try:
            again = App()
            again.site.learner.sure[0] = "L123"
            again.learnt.is_due = True
            again.learnt.keep(again)
            assert not again.learnt.is_due and again.learnt.written_ms is None
            learn(again, 1, "L312")
            again.learnt.keep(again)
            assert again.learnt.is_due and again.learnt.written_ms == clock.now_ms
        finally:
            os.rmdir("settings.new")
        again.learnt.keep(again)
        assert len(json.loads(read(FILE))["rotations"]) == 1  # the next try is after the pause
        clock.now_ms += 600000
        again.learnt.keep(again)
        assert len(json.loads(read(FILE))["rotations"]) == 2


def test_what_is_not_as_it_was_is_learnt_anew():
    with Scratch(), Clock():
        app = App(rotations=("L132", None, None))
        learn(app, 0, "L231")
        learn(app, 1, "L312")
        app.learnt.keep(app)
        assert recalled(App(rotations=("L132", None, None))) == [(0, "L231"), (1, "L312")]
        assert recalled(App()) == [(1, "L312")]  # the settings say something else
        assert recalled(App(rotations=("L132", None, None), circuits=(1, 0, 0))) == []


def test_what_was_taken_back_is_not_in_the_file_and_told():
    with Scratch(), Clock() as clock:
        app = App()
        learn(app, 0, "L231")
        app.learnt.keep(app)
        app.site.learner.sure[0] = None
        app.learnt.add(UNLEARNT, 0, 3)
        assert list(app.learnt.contradicted) == [1, 0, 0]
        clock.now_ms += 600000
        app.learnt.keep(app)
        assert json.loads(read(FILE))["rotations"] == []
        learn(app, 0, "L123")
        assert list(app.learnt.contradicted) == [0, 0, 0]


def test_a_broken_file_is_none():
    with Scratch(), Clock():
        app = App()
        learn(app, 0, "L231")
        app.learnt.keep(app)
        whole = read(FILE)
        good = ["192.168.1.11", "grid", None, "L312"]
        for data in (
            b"",
            whole[:-2],
            whole[:20],
            whole.replace(b"L231", b"L213"),  # the checksum is that of something else
            b"[]",
            b"null",
            b'{"rotations": 7}',
            b'{"rotations": [7, [], [1, 2, 3, 4], ["192.168.1.11", "grid", null, "L111"]]}',
            b'{"rotations": [["192.168.1.11", "grid", null, null]]}',
            b'{"rotations": [["192.168.1.11", "grid", null, ["L123"]]]}',
            b"x" * 40000,
        ):
            write(FILE, data)
            assert recalled(App()) == [], data
        write(FILE, json.dumps({"rotations": [7, good]}).encode())  # by hand, without a checksum
        assert recalled(App()) == [(0, "L312")]
        learn(app, 0, "L123")
        app.learnt.written_ms = None
        app.learnt.keep(app)  # what is wrong is written anew
        assert recalled(App()) == [(0, "L123")]


def test_new_settings_go_on():
    with Scratch(), Clock() as clock:
        app = App()
        learn(app, 0, "L231")
        app.learnt.keep(app)
        app.learnt.add(UNLEARNT, 1, 3)
        points = App()
        keeper = points.learnt
        # the first has gone, the second is the first now
        keeper.go_on(app.learnt, [None, points.site.points[0], points.site.points[1]])
        assert list(keeper.contradicted) == [1, 0, 0]
        keeper.recall(points)
        assert points.site.learner.recalled == []  # the learner knows better than the file
        keeper.keep(points)
        assert len(json.loads(read(FILE))["rotations"]) == 1  # not before ten minutes have passed
        clock.now_ms += 600000
        keeper.keep(points)
        assert json.loads(read(FILE))["rotations"] == []
        corrected = App(rotations=("L123", "L231", None))
        corrected.learnt.go_on(app.learnt, corrected.site.points)
        assert list(corrected.learnt.contradicted) == [0, 0, 0]
