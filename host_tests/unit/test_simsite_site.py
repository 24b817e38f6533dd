"""The simulated site as a whole: physics in real time, HTTP control, record, command line."""

import json
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from tools.simsite import (
    BoxConfig,
    CarConfig,
    HouseConfig,
    SiteConfig,
    SiteThread,
    analysis,
    pick_network,
    warp_wire,
)
from tools.simsite.house import House

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture
def sim():
    config = SiteConfig(
        boxes=[
            BoxConfig(name="Left", rotation="L231"),
            BoxConfig(name="Right", phases=1, tell_rotation=False),
        ],
        house=HouseConfig(base_ma=(2000, 1000, 500), noise_ma=0),
    )
    with SiteThread(config) as running:
        yield running


class Manager:
    """Sends limits from the manager's port as the firmware would."""

    def __init__(self, site):
        self.site = site
        self.sequence = 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((f"{site.network}.1", warp_wire.MANAGER_PORT))
        self.socket.settimeout(3)

    def send(self, box, ma):
        self.sequence += 1
        packet = warp_wire.pack_command(warp_wire.Command(4, self.sequence, ma, 0, 3, 4, 15))
        self.socket.sendto(packet, (self.site.address(box), warp_wire.CHARGER_PORT))

    def state(self):
        data, address = self.socket.recvfrom(200)
        return address, warp_wire.unpack_state(data)[2]


@pytest.fixture
def manager(sim):
    manager = Manager(sim.site)
    yield manager
    manager.socket.close()


def http(url, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data), timeout=5) as answer:
        return json.load(answer)


def test_a_car_charges_and_the_meter_sees_it_on_the_right_phases(sim, manager):
    car = CarConfig(phases=2, offset_ma=0, start_s=0.1, raise_ma_per_s=50000)
    sim.call(lambda site: site.plug(0, car))
    manager.send(0, 10000)
    address, state = manager.state()
    assert address == (sim.site.address(0), warp_wire.CHARGER_PORT)
    assert state.allowed_ma == 10000
    sim.wait_for(lambda site: site.boxes[0].grid_ma() == [0, 10000, 10000], 10)
    sim.wait_for(lambda site: site.meter.snapshot.current_ma[1] > 10900, 2)
    truth = sim.call(lambda site: site.state())
    assert truth["total_ma"] == [2000, 11000, 10500]
    _, total, house, cars = sim.site.record.rows()[-1]
    assert (total, house) == (truth["total_ma"], [2000, 1000, 500])
    assert cars == [[0, 10000, 10000], [0, 0, 0]]
    command = sim.site.record.events(kind="command")[0]
    assert (command["box"], command["current_ma"], command["version"]) == (0, 10000, 4)
    kinds = {e["kind"] for e in sim.site.record.events()}
    assert {"plug", "command", "applied", "state"} <= kinds


def test_a_house_step_is_an_overload_of_its_size_and_length(sim):
    sim.call(lambda site: site.house_load("saw", [40000, 0, 0]))
    sim.wait_for(lambda site: len(site.record.rows(since=step_at(site, 0))) > 15, 5)
    sim.call(lambda site: site.house_load("saw", 0))
    sim.wait_for(lambda site: site.record.rows(since=step_at(site, 1))[1:], 5)
    lasted = step_at(sim.site, 1) - step_at(sim.site, 0)
    l1, l2, _ = analysis.overloads(sim.site.record, (35000, 35000, 35000))
    assert l1.peak_ma == 7000 and l2.peak_ma == 0
    assert l1.a_s == pytest.approx(7 * lasted, abs=7 * 0.15)
    assert l1.longest_s == pytest.approx(lasted, abs=0.15)


def step_at(site, number):
    return site.record.events(kind="house")[number]["t"]


def test_http_control(sim):
    url = sim.url
    assert [b["name"] for b in http(url + "/state")["boxes"]] == ["Left", "Right"]
    http(url + "/plug", {"box": 1, "car": {"phases": 1, "max_ma": 20000, "start_s": [1, 2]}})
    assert http(url + "/state")["boxes"][1]["car"]["max_ma"] == 20000
    http(url + "/car", {"box": 1, "ignores_cuts": True})
    assert sim.call(lambda site: site.boxes[1].car.config.ignores_cuts)
    http(url + "/unplug", {"box": 1})
    http(url + "/box", {"box": 0, "fault": "vanish"})
    http(url + "/meter", {"fault": "silent", "value": True})
    http(url + "/house", {"name": "kettle", "ma": [0, 9000, 0]})
    state = http(url + "/state")
    assert state["boxes"][0]["faults"] == {"vanish": True}
    assert state["meter"]["faults"] == {"silent": True}
    assert state["house_ma"] == [2000, 10000, 500]
    kinds = [e["kind"] for e in http(url + "/events")]
    assert kinds == ["plug", "unplug", "box_fault", "meter_fault", "house"]
    (house,) = http(url + "/events?kind=house")
    sim.wait_for(lambda site: site.record.rows(house["t"]), 2)
    rows = http(f"{url}/trace?since={house['t']}&every=2")
    assert rows[0]["house_ma"] == [2000, 10000, 500] and rows[0]["cars_ma"][1] == [0, 0, 0]
    assert http(url + "/settings")["chargers"][0]["rotation"] == "L231"


@pytest.mark.parametrize(
    "path, body, code",
    [
        ("/nothing", None, 404),
        ("/nothing", {}, 404),
        ("/plug", {"box": 7}, 400),
        ("/plug", {"box": 0, "car": {"wings": 2}}, 400),
        ("/unplug", {"box": 0}, 400),
        ("/box", {"box": 0, "fault": "mood"}, 400),
        ("/house", {"name": "x", "ma": [1, 2]}, 400),
    ],
)
def test_http_control_refuses_nonsense(sim, path, body, code):
    with pytest.raises(urllib.error.HTTPError) as caught:
        http(sim.url + path, body)
    assert caught.value.code == code
    assert json.load(caught.value)["error"]


def test_settings_describe_the_site(sim):
    settings = sim.call(lambda site: site.settings())
    assert settings["rs485"]["port"] == sim.site.pty
    assert settings["circuits"][0]["main_ma"] == [35000, 35000, 35000]
    left, right = settings["chargers"]
    assert (left["host"], left["phases"]) == (sim.site.network + ".10", 3)
    assert (right["host"], right["phases"], right["rotation"]) == (
        sim.site.network + ".11",
        1,
        None,
    )


def test_two_sites_run_side_by_side(sim):
    with SiteThread(SiteConfig(boxes=[BoxConfig()])) as other:
        assert other.site.network != sim.site.network
        assert other.site.pty != sim.site.pty
        assert other.url != sim.url


def test_a_taken_network_is_an_error_for_the_starter(sim):
    config = SiteConfig(boxes=[BoxConfig()], network=sim.site.network)
    with pytest.raises(OSError):
        SiteThread(config).start()
    assert pick_network() != sim.site.network


def test_the_house_is_the_same_for_the_same_seed():
    def day(seed):
        house = House(HouseConfig(profile="house"), seed)
        return [house.load_ma(t / 2) for t in range(0, 4000, 7)]

    assert day(3) == day(3)
    assert day(3) != day(4)
    house = House(HouseConfig(profile="house"), 3)
    backwards = [house.load_ma(t / 2) for t in reversed(range(0, 4000, 7))]
    assert backwards[::-1] == day(3)
    assert max(row[1] for row in day(3)) > 6000  # something switches on


def test_a_trace_is_held_and_looped_and_loads_may_be_negative():
    rows = [(0, 1000, 2000, 3000), (10, 5000, 5000, 5000), (20, 0, 0, 0)]
    house = House(HouseConfig(base_ma=(0, 0, 0), noise_ma=0, trace=rows))
    assert house.load_ma(5) == house.load_ma(25) == [1000, 2000, 3000]
    house.switch("sun", -4000)
    assert house.load_ma(15) == [1000, 1000, 1000]
    assert house.load_ma(5) == [-3000, -2000, -1000]
    house.switch("sun", 0)
    assert house.load_ma(15) == [5000, 5000, 5000]


def test_command_line(tmp_path):
    out = tmp_path / "settings.json"
    trace = tmp_path / "trace.csv"
    trace.write_text("t,l1,l2,l3\n0,1000,2000,3000\n")
    options = ["--boxes", "3", "--cars", "2", "--settings-out", str(out), "--trace", str(trace)]
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "tools" / "simulate_site.py"), *options],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        said = {}
        for line in process.stdout:
            key, _, value = line.strip().partition(" ")
            said[key] = value
            if key == "ready":
                break
        assert said.keys() == {"pty", "network", "control", "settings", "ready"}
        settings = json.loads(out.read_text())
        assert settings["rs485"]["port"] == said["pty"]
        assert [c["phases"] for c in settings["chargers"]] == [3, 3, 1]
        assert sum("car" in b for b in http(said["control"] + "/state")["boxes"]) == 2
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_nothing_stays_open_after_the_end():
    with SiteThread(SiteConfig(boxes=[BoxConfig()])) as running:
        url, network = running.url, running.site.network
    with pytest.raises(OSError):
        http(url + "/state")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((network + ".10", warp_wire.CHARGER_PORT))
    begin = time.monotonic()
    running.stop()  # twice does no harm
    assert time.monotonic() - begin < 1
