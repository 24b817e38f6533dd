"""When names are asked for, and what becomes of the answers. No network: the query is played."""

from chargers import takeover as chargers_takeover
from chargers.warp import WarpChargers, WarpPoint
from compat import ticks_ms, udp_address
from firmware import eventcodes, name_query, names
from loadmgmt import takeover
from loadmgmt.circuit import Circuit
from loadmgmt.point import NO_CAR, UNDECIDED
from loadmgmt.site import Site

A = udp_address("10.0.0.1", 34128)
B = udp_address("10.0.0.2", 34128)


class Query(name_query.Query):
    """Without a network."""

    def __init__(self):
        super().__init__()
        self.asked = []
        self.found = []

    def ask(self, i, host, now_ms):
        self.asked.append((i, host))

    def answers(self):
        found = self.found
        self.found = []
        return found

    def is_over(self, now_ms):
        return False


class App:
    """The part of firmware.app.App that matters, with its own clock."""

    def __init__(self, *hosts, uptime_s=0):
        self.now_ms = ticks_ms()
        self.log = []
        self.events = self
        self.sent = []
        self._uptime_s = uptime_s
        points = []
        addresses = []
        for k, host in enumerate(hosts):
            point = WarpPoint("Box %d" % k)
            if host[0].isdigit():
                addresses.append(udp_address(host, 34128))
            else:
                addresses.append(None)
                point.host = host
                point.name_error = True
            points.append(point)
        self.site = Site([Circuit("grid", None, [32000] * 3)], points, self.now_ms)
        self.warp = WarpChargers(points, addresses, lambda data, a: self.sent.append(a))
        self.start()

    def start(self):
        real = names.ticks_ms
        names.ticks_ms = lambda: self.now_ms
        self.names = names.Names(self)
        names.ticks_ms = real
        self.query = self.names.query = Query()

    def uptime_s(self):
        return self._uptime_s

    def add(self, *event):
        self.log.append(event)

    def tick(self, *found):
        """A pass and what follows it; found: answers that have come."""
        real = names.ticks_ms
        names.ticks_ms = lambda: self.now_ms
        self.query.found = list(found)
        self.query.asked = []
        try:
            self.site.step(self.now_ms)
            self.warp.poll(self.now_ms)
            self.names.keep(self)
        finally:
            names.ticks_ms = real
        return self.query.asked

    def run(self, seconds, *answering):
        """How often was asked; answering: indices of wallboxes that answer each second."""
        count = 0
        for step in range(2 * seconds):
            self.now_ms += 500
            for i in answering if step % 2 else ():
                self.answer(i)
            count += len(self.tick())
        return count

    def answer(self, i):
        self.site.points[i].sent_ms = self.now_ms
        self.site.points[i].report(self.now_ms, 0, 0, 0, 0, NO_CAR, 32000, 3)


def test_a_name_is_asked_for_at_once_and_its_wallbox_is_polled():
    app = App("10.0.0.2", "a.local")
    point = app.site.points[1]
    assert not point.name_error
    assert point.may_ma == 32000  # as any other that was not heard yet: it may be charging
    assert app.tick() == [(1, "a.local")]
    assert app.tick((1, "10.0.0.1")) == []
    assert app.warp.addresses == [B, A]
    assert app.log == [(eventcodes.NAME_FOUND, 1)]
    app.run(2)
    assert A in app.sent
    assert app.run(20, 0, 1) == 0


def test_one_that_nobody_knows_is_asked_for_ever_more_seldom():
    app = App("10.0.0.2", "a.local")
    assert app.run(30, 0) == 5  # after 0, 1, 3, 7 and 15 s
    assert app.site.points[1].lost
    assert app.site.points[1].may_ma == 32000
    app.run(70, 0)
    point = app.site.points[1]
    assert point.name_error
    assert point.may_ma == 0
    assert app.log == [(eventcodes.NAME_UNKNOWN, 1)]
    app.run(60, 0)
    assert 9 <= app.run(300, 0) <= 10
    app.tick((1, "10.0.0.1"))
    assert not point.name_error
    app.run(2, 0)
    assert A in app.sent
    app.answer(1)
    assert point.heard
    assert point.may_ma == 0


def test_one_that_is_silent_is_looked_for_and_one_that_answers_is_not_moved():
    app = App("a.local", "b.local")
    app.tick()
    app.tick((0, "10.0.0.1"), (1, "10.0.0.2"))
    app.run(20, 0, 1)
    app.tick((1, "10.0.0.9"))  # too late, or a lie
    assert app.warp.addresses == [A, B]
    assert app.run(6, 0) == 0
    assert 1 <= app.run(2, 0) <= 2
    app.tick((1, "10.0.0.7"))
    assert app.warp.addresses == [A, udp_address("10.0.0.7", 34128)]
    assert app.warp._by_address == {A: 0, udp_address("10.0.0.7", 34128): 1}


def test_two_names_at_one_address():
    app = App("10.0.0.1", "a.local", "b.local")
    app.tick()
    app.tick((1, "10.0.0.1"), (2, "10.0.0.2"))
    assert app.warp.addresses == [A, None, B]
    assert app.log == [(eventcodes.NAME_DOUBLED, 1, 0), (eventcodes.NAME_FOUND, 2)]
    app.run(10, 0, 2)
    app.tick((1, "10.0.0.2"))
    assert app.log[2:] == []  # told once
    assert app.warp.addresses == [A, None, B]


def test_a_silent_one_gives_its_address_to_the_one_that_has_it_now():
    app = App("a.local", "b.local")
    app.tick()
    app.tick((0, "10.0.0.1"), (1, "10.0.0.2"))
    app.run(10, 0, 1)
    app.run(10)
    app.tick((1, "10.0.0.1"))
    assert app.warp.addresses == [None, A]
    app.run(70)
    assert app.site.points[0].name_error


def test_127_0_0_1_is_no_name():
    app = App("127.0.0.1")
    app.site.points[0].host = "127.0.0.1"
    app.site.points[0].name_error = True
    app.start()
    assert not app.names.indices
    assert app.site.points[0].name_error


def moved(old, new):
    successors = chargers_takeover.take_over(old.warp, new.warp)
    takeover.take_over(old.site, new.site, successors, old.now_ms)
    new.start()
    return new


def test_new_settings_leave_the_addresses_as_they_are():
    app = App("a.local", "b.local")
    app.tick()
    app.tick((0, "10.0.0.1"))
    app.run(70, 0)
    assert app.site.points[1].name_error
    new = moved(app, App("B.local", "c.local", "A.local", "10.0.0.2", uptime_s=60))
    assert new.warp.addresses == [None, None, A, B]
    b, c, a, number = new.site.points
    assert [p.name_error for p in new.site.points] == [True, True, False, False]
    assert (b.may_ma, c.may_ma) == (0, 0)  # they cost the others nothing
    assert a.heard
    assert number.setpoint_ma == UNDECIDED
    assert sorted(new.tick()) == [(0, "B.local"), (1, "c.local")]


def test_an_address_that_the_new_settings_name_themselves_stays_there():
    app = App("a.local")
    app.tick()
    app.tick((0, "10.0.0.1"))
    app.run(3, 0)
    new = moved(app, App("a.local", "10.0.0.1", uptime_s=60))
    assert new.warp.addresses == [None, A]
