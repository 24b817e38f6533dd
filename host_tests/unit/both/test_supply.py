"""Inputs, profiles and what is written, from the settings to the limits of the circuits."""

from compat import ticks_add, ticks_ms
from loadmgmt import posix_tz, reason
from loadmgmt.circuit import Circuit
from loadmgmt.point import ChargePoint
from loadmgmt.site import Site

from firmware import inputs, profiles, supply
from loadmgmt import schedule

HARD = [32000] * 3


class Clock:
    """Stands for the board: its clock, and a contact at pin 25."""

    now_s = None
    contact = 1

    def utc_s(self):
        return self.now_s

    def open_contact(self, number):
        if number != 25:
            raise ValueError("invalid pin")
        return lambda: self.contact


class Meter:
    def __init__(self, period_ms=1000):
        self.name = "grid"
        self.period_ms = period_ms
        self.input_ms = None
        self.input_live = None


class App:
    def __init__(self, *circuits):
        points = [ChargePoint(c.name, i, 3, "L123") for i, c in enumerate(circuits)]
        for circuit in circuits:
            if circuit.sources is None:
                circuit.sources = (circuit.limit_ma, None, None, -1, None)
        self.site = Site(list(circuits), points, 0)
        self.inputs = self.profiles = None
        self.external_control = True
        self.available_ma = self.default_ma = None
        self.is_written = self.limits_due = False
        self.noted = []
        self.events = self
        self.control = self
        self.passes = 0

    def add(self, *event):
        self.noted.append(event)

    def run_pass(self):
        self.passes += 1

    def limits(self):
        return [c.limit_ma and c.limit_ma[0] for c in self.site.circuits]


def circuit(name, *sources):
    made = Circuit(name, None, sources[0])
    made.sources = sources
    return made


def with_board(module, board):
    module.board = board
    return board


def test_an_input_that_is_written():
    app = App(circuit("a", HARD, [20000] * 3, [8000] * 3, 0, None))
    app.inputs = inputs.Inputs([{"name": "ems", "source": "api"}], [], app.add)
    assert supply.work_out(app) and app.limits() == [12000]
    assert app.inputs.state(0) is None and not app.inputs.changed()
    for live, limit in ((True, 12000), (False, 20000), (False, 20000), (True, 12000)):
        supply.set_input(app, 0, live)
        assert app.limits() == [limit]
        assert not app.inputs.changed() and not app.limits_due
    assert app.site.circuits[0].why == (reason.INPUT,) * 3
    assert app.noted == [(51, 0, False), (51, 0, True)]
    assert app.passes == 2  # only when a limit has changed
    new = inputs.Inputs([{"name": "x", "source": "api"}, {"name": "ems", "source": "api"}], [], 0)
    new.go_on(app.inputs)
    assert new.given == [None, True]


def test_a_contact_at_a_pin():
    board = with_board(inputs, Clock())
    row = {"name": "a", "source": "pin", "pin": 25}
    for when, live_closed in (("closed", True), ("open", False)):
        app = App(circuit("a", HARD, None, [8000] * 3, 0, None))
        app.inputs = inputs.Inputs([dict(row, live_when=when)], [], app.add)
        for contact in (1, 0, 1):
            board.contact = contact
            app.inputs.changed()
            supply.work_out(app)
            live = (contact == 0) == live_closed
            assert app.limits() == [24000 if live else 32000]
        board.contact = 0
        assert app.inputs.changed()
    try:
        inputs.Inputs([row, dict(row, pin=6)], [], None)
    except ValueError as error:
        words = str(error)
        assert words == "inputs[1].pin: invalid pin; give source meter or api, or another pin"
    else:
        raise AssertionError("pin 6")


def test_a_pc_has_no_pins():
    from firmware.board import host

    with_board(inputs, host)
    try:
        inputs.Inputs([{"name": "a", "source": "pin", "pin": 25}], [], None)
    except ValueError as error:
        assert str(error).startswith("inputs[0].pin: a PC has no pins; give source meter or api")
    else:
        raise AssertionError


def test_the_input_of_a_meter_that_falls_silent_counts_as_live():
    for period_ms, looks in ((1000, 20), (200, 20), (60000, 300)):
        meter = Meter(period_ms)
        found = inputs.Inputs([{"name": "m", "source": "meter", "meter": "grid"}], [meter], None)
        assert found.state(0) is None
        meter.input_live = False
        meter.input_ms = 5
        assert found.changed()
        found.live[0] = 0
        for _ in range(looks):
            assert not found.changed()
        assert found.changed() and found.state(0) is None
        for _ in range(2000):
            found.changed()
        meter.input_ms = 6
        assert not found.changed() and found.state(0) is False
        meter.input_live = True
        assert found.changed()
        opened = [{"name": "m", "source": "meter", "meter": "grid", "live_when": "open"}]
        found = inputs.Inputs(opened, [meter], None)
        assert found.state(0) is False
        meter.input_live = None
        assert found.state(0) is None


def test_a_profile_follows_the_clock_and_is_strict_without():
    board = with_board(profiles, Clock())
    rows = schedule.rows_of([(0, [10000, 20000, 30000]), (720, [25000, 8000, 25000])])
    app = App(circuit("a", HARD, None, None, -1, rows), circuit("b", HARD, None, None, -1, None))
    zone = posix_tz.parse("CET-1CEST,M3.5.0,M10.5.0/3")
    app.profiles = profiles.Profiles(app.site.circuits, zone)

    def at(now_s):
        board.now_s = now_s
        if app.profiles.changed():
            supply.work_out(app)
        assert not app.profiles.changed()
        return app.site.circuits[0].limit_ma

    noon = 1767265200  # the first of January 2026, 12:00 in Berlin
    assert at(None) == [10000, 8000, 25000]
    assert app.site.circuits[0].why == (reason.SCHEDULE,) * 3
    assert app.limits()[1] == 32000
    assert at(noon - 1) == [10000, 20000, 30000]
    assert at(noon) == [25000, 8000, 25000]
    assert at(noon - 30) == [10000, 20000, 30000]  # the clock was put back
    assert at(noon + 43199) == [25000, 8000, 25000]
    assert at(noon + 43200) == [10000, 20000, 30000]
    summer = noon + 180 * 86400
    assert at(summer - 3601) == [10000, 20000, 30000]
    assert at(summer - 3600) == [25000, 8000, 25000]
    assert at(None) == [10000, 8000, 25000]


def metered(name, limit_ma=None):
    made = Circuit(name, None, limit_ma, [35000] * 3)
    made.meter(0, 1000, True, False)
    return made


def test_available_current_where_a_meter_rules():
    app = App(metered("a"), Circuit("b", None, HARD))
    app.external_control = False
    app.default_ma = app.available_ma = 9000
    supply.work_out(app)
    assert app.limits() == [None, 9000]  # the default, too, is for the static group only
    assert supply.set_available(app, 7000) is None
    assert app.limits() == [None, 7000]
    app.external_control = True
    supply.work_out(app)
    assert app.limits() == [7000, 7000]
    alone = App(metered("a"))
    alone.external_control = False
    error = supply.set_available(alone, 7000)
    assert error == "the meter rules this site; right: external.enabled true"
    assert not alone.is_written and alone.available_ma is None


def test_who_writes_no_longer_leaves_the_default():
    for default_ma, noted in ((12000, 12000), (None, -1)):
        app = App(Circuit("a", None, HARD))
        app.default_ma = app.available_ma = default_ma
        app.written_ms = ticks_add(ticks_ms(), -1000)
        assert supply.set_available(app, 20000) is None
        assert app.is_written and app.limits() == [20000] and app.passes == 1
        supply.set_available(app, 20000)
        assert app.passes == 1 and len(app.noted) == 1
        supply.refresh(app, True)
        assert app.limits() == [default_ma or 32000]
        assert not app.is_written and app.passes == 2
        assert app.noted == [(32, 0, 20000), (32, 1, noted)]
