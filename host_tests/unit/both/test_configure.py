"""Settings that cannot be put in force leave all as it was, the bus included."""

from firmware import app as firmware_app
from firmware import board, settings

GOOD = {
    "rs485": {"port": "/dev/old", "baud": 9600},
    "meters": [{"name": "grid"}],
    "circuits": [{"name": "grid", "meter": "grid", "main_ma": 35000}],
    "chargers": [{"name": "box", "host": "192.168.1.11"}],
}


class Port:
    """A bus that knows whether it is in use."""

    def __init__(self, rs485):
        self.name = rs485["port"]
        self.baud = rs485["baud"]
        self.is_open = True

    def close(self):
        self.is_open = False


class Ports:
    """Stands for the board: opens ports, one at a time, and knows one that there is not."""

    def __init__(self):
        self.all = []

    def open_rs485(self, rs485):
        assert not [port for port in self.all if port.is_open], "two at once"
        if rs485["port"] == "/dev/none":
            raise ValueError("rs485.tx: invalid pin")
        if not rs485["port"]:
            return None
        self.all.append(Port(rs485))
        return self.all[-1]

    def in_use(self):
        return [(port.name, port.baud) for port in self.all if port.is_open]


def document(**changed):
    given = dict(GOOD)
    given.update(changed)
    new, error = settings.validate(given)
    assert error is None, error
    return new


class Started:
    """The firmware of a board with these ports, with GOOD in force; nothing is written to disk."""

    OWN = ("load", "prepare", "commit", "discard")

    def __enter__(self):
        self.ports = Ports()
        self.stored = document()
        self.was = {name: getattr(settings, name) for name in self.OWN}
        for name in self.OWN:
            setattr(settings, name, getattr(self, name))
        self.unload = firmware_app.unload
        firmware_app.unload = self.keep  # what is freed would come back without these
        board.open_rs485 = self.ports.open_rs485
        self.app = firmware_app.App()
        return self

    def __exit__(self, *_):
        firmware_app.unload = self.unload
        del board.open_rs485
        for name in self.OWN:
            setattr(settings, name, self.was[name])

    def keep(self, package, parts):
        pass

    def load(self):
        return self.stored, None

    def prepare(self, new):
        self.prepared = new
        return new, None

    def commit(self):
        if self.prepared["name"] == "full":
            return "settings.json: no space"
        self.stored = self.prepared
        return None

    def discard(self):
        self.prepared = None


def test_another_port_takes_the_place_of_the_old_one():
    with Started() as site:
        app = site.app
        assert site.ports.in_use() == [("/dev/old", 9600)]
        port = app.bus.client.port
        assert app.apply_settings(document(name="x")) is None
        assert app.bus.client.port is port  # the same line: it is not disturbed
        other = {"port": "/dev/old", "baud": 19200}
        assert app.apply_settings(document(rs485=other)) is None
        assert site.ports.in_use() == [("/dev/old", 19200)]
        assert app.bus.client.port.baud == 19200 and app.bus.client.port.is_open


def test_after_settings_that_failed_the_old_port_is_in_use_again():
    pin = [{"name": "ripple", "source": "pin", "pin": 25}]
    for wrong, words in (
        ({"rs485": {"port": "/dev/none"}}, "rs485.tx: invalid pin"),
        ({"rs485": {"port": "/dev/new"}, "inputs": pin}, "a PC has no pins"),
        ({"rs485": {"port": "/dev/old", "baud": 19200}, "inputs": pin}, "a PC has no pins"),
        ({"rs485": {"port": ""}, "inputs": pin}, "a PC has no pins"),
        ({"inputs": pin}, "a PC has no pins"),
        ({"rs485": {"port": "/dev/new"}, "name": "full"}, "no space"),
    ):
        with Started() as site:
            app = site.app
            bus = app.bus
            for _ in range(2):
                assert words in app.apply_settings(document(**wrong))
                assert app.bus is bus and app.bus_settings["port"] == "/dev/old"
                assert site.ports.in_use() == [("/dev/old", 9600)], wrong
                assert bus.client.port.is_open and bus.client.port.baud == 9600
            assert site.stored["rs485"]["port"] == "/dev/old"
            new = {"port": "/dev/new"}
            assert app.apply_settings(document(rs485=new)) is None
            assert site.ports.in_use() == [("/dev/new", 9600)]


def test_a_start_with_settings_that_fail_leaves_no_port_open():
    with Started() as site:
        for port in site.ports.all:
            port.close()
        pin = [{"name": "ripple", "source": "pin", "pin": 25}]
        site.stored = document(rs485={"port": "/dev/new"}, inputs=pin)
        app = firmware_app.App()
        assert "a PC has no pins" in app.settings_error
        assert site.ports.in_use() == [] and app.bus.client is None


def test_control_has_its_turn_while_a_change_takes_long():
    with Started() as site:
        app = site.app
        passes = []

        class Supervisor:
            fed = 0

            def look(self):
                Supervisor.fed += 1

        class Slot:
            def check_in(self):
                pass

        app._supervisor, app._control_slot = Supervisor(), Slot()
        run_pass = app.control.run_pass
        app.control.run_pass = lambda: passes.append(run_pass())
        was = firmware_app.ticks_ms
        now = [was()]

        def later():  # half a second and more go by whenever somebody looks
            now[0] += 600
            return now[0]

        firmware_app.ticks_ms = later
        try:
            assert app.apply_settings(document(name="x")) is None
        finally:
            firmware_app.ticks_ms = was
        assert Supervisor.fed >= 2 and len(passes) == Supervisor.fed + 1  # one with the new ones
