"""The history: means and peaks, energy by day, files that survive what happens to them."""

import json
import os

import firmware
import firmware.web
import loadmgmt
from firmware import board
from firmware.history import History
from firmware.web import Refusal, energy_api, history_api
from firmware.web.api import pieces
from loadmgmt.circuit import Circuit
from loadmgmt.point import CHARGING, ChargePoint
from loadmgmt.site import Site

FOLDER = "history.test"
NOON = 1790000000 - 1790000000 % 86400 + 43200
STEP_S = 300


class Scratch:
    """An empty current directory for the time of a test, and a clock of ours."""

    def __enter__(self):
        self.home = os.getcwd()
        # modules are still loaded after the change of the folder; MicroPython finds them by this
        self.paths = [
            (package, package.__path__) for package in (firmware, firmware.web, loadmgmt)
        ]
        for package, path in self.paths:
            if isinstance(path, str) and path[:1] != "/":
                package.__path__ = self.home + "/" + path
        clear(FOLDER)
        os.mkdir(FOLDER)
        os.chdir(FOLDER)
        self.clock = board.__dict__.get("utc_s")

    def __exit__(self, *_):
        os.chdir(self.home)
        for package, path in self.paths:
            package.__path__ = path
        clear(FOLDER)
        if self.clock:
            board.utc_s = self.clock
        elif "utc_s" in board.__dict__:
            del board.utc_s


def clear(folder):
    try:
        for name in os.listdir(folder):
            os.remove(folder + "/" + name)
        os.rmdir(folder)
    except OSError:
        pass


class Meter:
    taken_ms = 1
    voltage_mv = (231000, 229000, 230000)

    def __init__(self, circuit):
        self.circuit = circuit
        self.power_w = [0, 0, 0]


class App:
    """A site with a metered grid, a carport below, and wallboxes; its clock only moves by us."""

    def __init__(self, names=("Left", "Right"), utc_s=NOON, zone=None):
        self.now_s = 0
        self.utc_s = utc_s  # at uptime 0
        board.utc_s = self.clock
        self.rebuild(names)
        self.history = History(self, zone)
        self.keepers = [self.history]

    def clock(self):
        return self.utc_s and self.utc_s + self.now_s

    def uptime_s(self):
        return self.now_s

    def rebuild(self, names):
        grid = Circuit("grid", None, None, [35000] * 3)
        grid.meter(0, 1000, True, False)
        carport = Circuit("carport", 0, [25000] * 3)
        points = [ChargePoint(name, 1, 3, "L231") for name in names]
        self.site = Site([grid, carport], points, 0)
        for point in points:
            self.site.place(point)
        self.meters = [Meter(grid)]

    def draws(self, i, l1, l2=0, l3=0):
        point = self.site.points[i]
        point.report(0, 32000, l1, l2, l3, CHARGING, 32000, 3)

    def grid(self, l1, l2=0, l3=0, power_w=0):
        self.site.sample(0, 0, l1, l2, l3, False)
        self.meters[0].power_w = [power_w, 0, 0]

    def step(self, seconds=STEP_S):
        """Let time pass as one second of the control loop does: two looks."""
        for _ in range(seconds // 60):
            self.now_s += 59
            self.site.circuits[0].samples += 1
            self.history.keep(self)
            self.now_s += 1
            self.history.keep(self)

    def steps(self, count, length_s=STEP_S):
        """Let many steps pass with one look each."""
        for _ in range(count):
            self.now_s += length_s
            self.site.circuits[0].samples += 1
            self.history.keep(self)

    def new_settings(self, names):
        was = self.history
        self.rebuild(names)
        self.history = History(self, None)
        self.history.go_on(self, was)
        self.keepers = [self.history]

    def restart(self, later_s=60):
        names = [point.name for point in self.site.points]
        return App(names, self.clock() and self.clock() + later_s)

    def read(self, query=""):
        return json.loads("".join(pieces(history_api.read(self, query))))

    def days(self):
        return json.loads("".join(pieces(energy_api.read(self, ""))))["days"]


def columns(tree, kind):
    """The values of the columns of a kind, row by row."""
    at = [i + 1 for i, series in enumerate(tree["series"]) if series["kind"] == kind]
    return [[row[i] for i in at] for row in tree["rows"]]


def test_a_row_has_means_peaks_the_cars_by_grid_phase_and_power():
    with Scratch():
        app = App()
        app.grid(10000, -4000, 300, 2345)
        app.draws(0, 16000, 15000, 14000)
        app.step(120)
        app.grid(20000, -4000, 300, 2345)
        app.step(180)
        tree = app.read()
        assert tree["step_s"] == STEP_S and tree["now"] == NOON + 300
        assert [row[0] for row in tree["rows"]] == [NOON + 300]
        # looks: 2 at 10 A, 3 at 20 A
        assert columns(tree, "meter") == [[16000, -4000, 300]]
        assert columns(tree, "meter_peak") == [[20000, -4000, 300]]
        assert columns(tree, "meter_power") == [[2350]]
        # L231: its L1 is the grid's L2; grid and carport alike
        assert columns(tree, "cars") == [[14000, 16000, 15000] * 2]
        assert columns(tree, "charger") == [[10350, None]]  # the other one was never heard
        only = app.read("series=0&hours=1")
        assert [series["kind"] for series in only["series"]] == ["meter"]
        assert only["rows"] == [[NOON + 300, 16000]]


def test_what_is_silent_has_no_value():
    with Scratch():
        app = App()
        app.grid(10000)
        app.draws(0, 6000)
        app.step()
        app.site.points[0].heard = False
        samples = app.site.circuits[0].samples
        app.now_s += STEP_S
        app.site.circuits[0].samples = samples
        app.history.keep(app)
        tree = app.read()
        assert columns(tree, "meter")[1] == [None] * 3
        assert columns(tree, "charger") == [[1380, None], [None, None]]


def test_files_hold_a_day_and_take_turns_and_a_restart_costs_half_an_hour():
    with Scratch():
        app = App()
        app.draws(0, 10000)
        for _ in range(40):
            app.step()
        assert len(app.read("hours=48")["rows"]) == 40
        size = os.stat("history")[6]
        for _ in range(6):
            app.step()
        assert os.stat("history")[6] - size < 6 * 64  # only what is new is written
        app = app.restart()
        tree = app.read()
        assert len(tree["rows"]) == 42  # 4 had not been written
        assert columns(tree, "charger")[41] == [2300, None]
        app.steps(600)
        tree = app.read("hours=48")
        assert 288 <= len(tree["rows"]) <= 576 + 8
        times = [row[0] for row in tree["rows"]]
        assert times == sorted(times) and times[-1] == app.clock()
        assert len(app.read("hours=1")["rows"]) == 13
        assert sorted(os.listdir(".")) == ["energy", "energy.now", "history", "history.old"]


def test_wallboxes_that_come_and_go_are_found_by_name():
    with Scratch():
        app = App(("Left", "Right"))
        app.draws(0, 10000)
        app.draws(1, 20000)
        for _ in range(7):
            app.step()
        app.new_settings(("New", "Right"))
        app.draws(0, 6000)
        app.draws(1, 30000)
        for _ in range(8):
            app.step()
        rows = columns(app.read(), "charger")
        assert rows[:7] == [[None, 4600]] * 7
        assert rows[7:] == [[1380, 6900]] * 8
        app = app.restart()
        assert columns(app.read(), "charger") == rows[:13]
        app.new_settings(("Right",))
        assert columns(app.read(), "charger") == [row[1:] for row in rows[:13]]


def test_settings_without_change_of_names_go_on_in_the_same_row():
    with Scratch():
        app = App()
        app.draws(0, 10000)
        app.step(120)
        app.new_settings(("Left", "Right"))
        app.draws(0, 20000)
        app.step(180)
        assert columns(app.read(), "charger") == [[3680, None]]
        assert os.listdir(".") == []


def test_energy_by_day_of_the_time_zone():
    with Scratch():
        app = App(zone="CET-1", utc_s=NOON + 10 * 3600)  # 23:00 there
        app.grid(5000, 0, 0, 1200)
        app.draws(0, 10000)
        for _ in range(24):
            app.step()
        today, tomorrow = app.days()
        assert today["cars_wh"] == today["chargers_wh"][0] == 2300 == tomorrow["cars_wh"]
        assert (today["import_wh"], today["export_wh"]) == (1200, 0)
        assert today["date"] < tomorrow["date"] and len(today["date"]) == 10
        app.grid(-5000, 0, 0, -600)
        for _ in range(12):
            app.step()
        assert app.days()[1]["export_wh"] == 600
        app = app.restart()
        app.step()
        assert app.days()[1]["cars_wh"] == 4600
        app.steps(50 * 24, 3600)
        days = app.days()
        assert 32 <= len(days) <= 65
        dates = [day["date"] for day in days]
        assert dates == sorted(dates) and len(set(dates)) == len(dates)


def test_dates():
    for day, date in (
        (0, "1970-01-01"),
        (59, "1970-03-01"),
        (11016, "2000-02-29"),
        (20777, "2026-11-20"),
        (20819, "2027-01-01"),
        (47540, "2100-02-28"),
        (47541, "2100-03-01"),
        (20818, "2026-12-31"),
    ):
        assert energy_api._date(day) == date, (day, energy_api._date(day))


def test_a_clock_that_is_not_set_or_jumps_breaks_nothing():
    with Scratch():
        app = App(utc_s=None)
        app.draws(0, 10000)
        for _ in range(8):
            app.step()
        tree = app.read()
        assert tree["now"] is None and [row[0] for row in tree["rows"]] == [None] * 8
        assert [day["date"] for day in app.days()] == [None]
        app.utc_s = NOON  # set for the first time
        for _ in range(4):
            app.step()
        tree = app.read()
        times = [row[0] for row in tree["rows"]]
        # those in flash stay without, those that were in memory got theirs
        assert times == [None] * 6 + [NOON + 300 * i for i in range(7, 13)]
        assert [day["cars_wh"] for day in app.days()] == [2300]
        assert app.days()[0]["date"] is not None
        app.utc_s -= 3 * 86400  # and back, and far ahead
        app.step()
        app.utc_s += 400 * 86400
        for _ in range(3):
            app.step()
        assert len(app.read()["rows"]) > 0
        assert sum([day["cars_wh"] for day in app.days()]) == 16 * 2300 // 12


def test_days_without_a_clock_last_24_hours():
    with Scratch():
        app = App(utc_s=None)
        app.draws(0, 10000)
        app.steps(2 * 288 + 12)
        days = app.days()
        assert [day["date"] for day in days] == [None] * 3
        assert [day["cars_wh"] for day in days] == [288 * 1917 // 10] * 2 + [12 * 1917 // 10]


def test_a_torn_or_damaged_file_ends_where_it_is_damaged():
    with Scratch():
        app = App()
        app.draws(0, 10000)
        for _ in range(13):
            app.step()
        assert len(app.read()["rows"]) == 13
        with open("history", "rb") as file:
            whole = file.read()
        for cut in range(0, len(whole), 7):
            with open("history", "wb") as file:
                file.write(whole[:cut])
            rows = columns(app.read(), "charger")
            assert rows and set(map(tuple, rows)) == {(2300, None)}
        for at in range(0, len(whole), 3):
            with open("history", "wb") as file:
                file.write(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
            rows = columns(app.read(), "charger")
            assert set(map(tuple, rows)) <= {(2300, None), (None, None)}
        # nothing is appended to a torn one
        with open("history", "wb") as file:
            file.write(whole[:-5])
        app = app.restart()
        app.draws(0, 20000)
        for _ in range(6):
            app.step()
        assert [row[0] for row in columns(app.read(), "charger")] == [2300] * 11 + [4600] * 6


def test_a_full_flash_costs_the_history_only():
    with Scratch():
        app = App()
        free = os.statvfs
        try:
            os.statvfs = lambda path: (4096, 4096, 500, 20, 20, 0, 0, 0, 0, 255)
        except AttributeError:
            return  # MicroPython's modules are constant
        try:
            app.draws(0, 10000)
            for _ in range(20):
                app.step()
        finally:
            os.statvfs = free
        assert "history" not in os.listdir(".")
        rows = app.read()["rows"]
        assert len(rows) == 8 and rows[-1][0] == app.clock()
        app.step()
        assert len(app.read()["rows"]) == 8 and app.history.count == 0


def test_wrong_queries_and_history_that_is_off():
    with Scratch():
        app = App()
        for query in ("hours=0", "hours=49", "hours=x", "series=99", "days=1", "hours", "=", "&"):
            try:
                history_api.read(app, query)
            except Refusal as refusal:
                assert refusal.args[0] == 400
            else:
                raise AssertionError(query)
        app.keepers = []
        tree = history_api.read(app, "series=200")
        assert (tree["enabled"], tree["series"], tree["rows"]) == (False, [], [])
        assert energy_api.read(app, "") == {"enabled": False, "chargers": [], "days": []}


def test_64_wallboxes_are_looked_at_in_turns():
    with Scratch():
        app = App(["Box %d" % i for i in range(64)])
        for i in range(64):
            app.draws(i, 1000 * i)
        app.step()
        values = columns(app.read(), "charger")[0]
        assert values == [230 * i for i in range(64)]
