"""A small site that stands still behind the real web server, for MicroPython:

    micropython still_site.py ADDRESS PORT       (current folder: a flash image)

The records are the brain's own; instead of a control pass, available_current sets the setpoint of
the wallbox that charges. So the tests of the server need no meter, no wallbox and no time.
"""

import asyncio
import gc
import sys
import time

sys.path[:] = ["", ".frozen", "lib"]

from firmware import settings, warp_config

_DOCUMENT = {
    "name": "Test <b>site</b>",
    "rs485": {"port": "/dev/null"},
    "meters": [{"name": "grid"}],
    "circuits": [
        {"name": "grid", "meter": "grid", "main_ma": 35000},
        {"name": "carport", "parent": "grid", "limit_ma": 25000},
    ],
    "chargers": [
        {"name": "Left", "host": "192.168.1.11", "circuit": "carport"},
        {"name": "Right", "host": "192.168.1.12", "circuit": "carport", "phases": 1},
        {"name": "Gate", "host": "gate.local", "circuit": "grid"},
        {"name": "Lost", "host": "192.168.1.14", "circuit": "grid"},
    ],
}
# as at the start of the firmware: before the heap is full of all else
DOCUMENT, ERROR = settings.validate(_DOCUMENT)

from compat import ticks_add, ticks_ms
from loadmgmt import point, reason, trust, weigh
from loadmgmt.circuit import Circuit
from loadmgmt.point import ChargePoint
from loadmgmt.site import Site

from firmware.web.server import Server


class Meter:
    """What the meter task keeps for people."""

    name = "grid"
    trust = trust.GOOD
    current_ma = [21300, 17250, -2140]
    power_w = [4899, 3967, -492]
    voltage_mv = [230100, 229800, 231400]
    energy_import_wh = 1234567
    failures = 2

    @property
    def taken_ms(self):
        return ticks_add(ticks_ms(), -210)


class Events:
    """An event log with three entries; after number 1000 it has 100000 that take no memory: an
    answer no socket buffer can swallow."""

    def add(self, *event):
        pass

    def since(self, number):
        if number == 1000:
            for i in range(100000):
                yield (1000 + i, i, 1, 0, 0)
        for i in range(number + 1, 4):
            yield (i, 10 * i, 1, 0, -i)


class Learner:
    """As loadmgmt.learn: sure of one wallbox, and of what is wrong at the meter."""

    def shown(self, i):
        return ("L231", 98, True) if i == 1 else (None, 0, False)

    def wiring(self, circuit):
        return [0, 1, 1]


class Learnt:
    """What firmware.learnt keeps."""

    contradicted = b"\x00\x00\x00\x01"


def still_site():
    """Two circuits and four wallboxes as after a pass, one in each of four states."""
    now = ticks_ms()
    grid = Circuit("grid", None, None, [35000] * 3)
    grid.meter(now, 1000, True, False)
    carport = Circuit("carport", 0, [25000] * 3)
    left = ChargePoint("Left", 1, 3, "L123")
    right = ChargePoint("Right", 1, 1)
    gate = ChargePoint("Gate")
    lost = ChargePoint("Lost")
    for circuit in (grid, carport):
        circuit.sources = (circuit.limit_ma, None, None, -1, None)
    site = Site([grid, carport], [left, right, gate, lost], now)
    grid.meter_name = "grid"
    grid.breaker = "gG"
    grid.imbalance_ma = 20000
    site.learner = Learner()
    for point_, row in zip(site.points, DOCUMENT["chargers"]):
        point_.host = row["host"]
    site.dynamic[0] = weigh.MEASURED
    grid.sample(now, 21100, 16950, 3460)
    left.report(now, 16000, 15800, 15700, 15600, point.CHARGING, 32000, 3)
    left.reason = reason.LIMIT
    left.reason_at = 3
    right.report(now, 0, 0, 0, 0, point.WAITING, 32000, 1)
    right.reason = reason.NO_ROOM
    right.reason_at = 3
    gate.name_error = True
    lost.report(now, 6000, 0, 0, 0, point.READY, 32000, 3)
    lost.heard = False
    lost.lost = True
    lost.reason = reason.LOST
    site.reason_ma[3] = 6000
    return site


class Context:
    version = "0.0.1"
    reset_cause = "power_on"
    settings_error = None
    left_out = ()
    learnt = Learnt()
    live = None
    events = Events()
    keepers = ()

    def __init__(self):
        self.started_s = int(time.time())
        if ERROR:
            raise ValueError(ERROR)
        self.apply_settings(DOCUMENT)
        self.name = self._document["name"]
        self.maximum_ma = 35000
        self.available_ma = None
        self.inputs = None
        self.meters = [Meter()]
        self.site = still_site()

    def uptime_s(self):
        return int(time.time()) - self.started_s

    def charger_host(self, index):
        raise RuntimeError("every wallbox here has its host")

    def charger_error(self, index):
        return None

    def call(self, part, name, current_ma):
        self.available_ma = current_ma
        left = self.site.points[0]
        left.setpoint_ma = current_ma if current_ma >= left.min_ma else 0
        left.reason = reason.EXTERNAL
        left.reason_at = -1

    def apply_settings(self, document):
        if isinstance(document, dict) and hasattr(document.get("chargers"), "__next__"):
            document["chargers"] = list(document["chargers"])
        document, error = settings.validate(document)
        if error:
            return error
        self._document = document
        self.manager = warp_config.values(warp_config.manager(document))
        return None

    def document(self):
        return self._document


async def main(host, port):
    server = asyncio.create_task(Server(Context(), host, int(port)).run())
    while not server.done():
        gc.collect()
        await asyncio.sleep_ms(200)


asyncio.run(main(sys.argv[1], sys.argv[2]))
