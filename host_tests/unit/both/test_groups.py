"""Independent groups: several root circuits in settings, limits, status and take-over."""

import json

from chargers import takeover as chargers_takeover
from loadmgmt import takeover
from loadmgmt.point import CHARGING

from firmware import build, settings, supply
from firmware.web import api, status_circuits, warp_state

DOCUMENT = {
    "circuits": [
        {"name": "north", "limit_ma": 20000, "operator_limit_ma": 15000},
        {"name": "south", "limit_ma": [25000, 16000, 25000]},
        {"name": "hall", "parent": "south", "limit_ma": 14000},
    ],
    "chargers": [
        {"name": "a", "host": "192.168.1.1", "circuit": "north", "rotation": "L123"},
        {"name": "b", "host": "192.168.1.2", "circuit": "south", "rotation": "L123"},
        {"name": "c", "host": "192.168.1.3", "circuit": "hall", "rotation": "L123"},
    ],
}


class App:
    """What supply, status and the WARP state look at."""

    inputs = profiles = None
    external_control = True
    available_ma = None

    def __init__(self, document):
        document, error = settings.validate(document)
        assert error is None, error
        self.site, _, self.warp = build.build(document, None, 0, None, lambda data, address: None)
        self.control = self.events = self
        supply.work_out(self)

    def add(self, *event):
        pass

    def run_pass(self):
        pass

    def charger_error(self, i):
        return None


def report(site, now_ms, drawn_ma):
    for point in site.points:
        point.sent_ms = now_ms
        applied_ma = max(point.setpoint_ma, drawn_ma if point.setpoint_ma < 0 else 0)
        drawn = min(applied_ma, 32000)
        point.report(now_ms, applied_ma, drawn, drawn, drawn, CHARGING, 32000, 3)


def settled(app, begin_ms=0, drawn_ma=0):
    for now_ms in range(begin_ms, begin_ms + 60000, 500):
        report(app.site, now_ms, drawn_ma)
        app.site.step(now_ms)
    return [point.setpoint_ma for point in app.site.points]


def test_each_group_has_its_own_limit():
    app = App(DOCUMENT)
    a, b, c = settled(app)
    assert a == 15000
    assert b + c == 16000 and min(b, c) >= 6000
    assert supply.set_available(app, 12000) is None
    assert settled(app, 60000) == [12000, 6000, 6000]
    assert supply.set_available(app, 6500) is None
    assert sorted(settled(app, 120000)) == [0, 6500, 6500]


def shown(app):
    """The circuits as a client reads them."""
    return json.loads("".join(api.pieces(status_circuits.rows(app))))


def test_the_status_shows_each_group():
    app = App(DOCUMENT)
    settled(app)
    north, south, hall = shown(app)
    assert north["limit_ma"] == [15000] * 3 and north["hard_limit_ma"] == [20000] * 3
    assert north["limit_by"] == ["operator"] * 3
    assert south["limit_ma"] == [25000, 16000, 25000] and south["limit_by"] is None
    assert (north["parent"], south["parent"], hall["parent"]) == (None, None, "south")
    app.available_ma = 20000
    supply.work_out(app)
    north, south, hall = shown(app)
    assert north["limit_by"] == ["operator"] * 3
    assert south["limit_by"] == ["external", "limit", "external"]
    assert hall["limit_ma"] == [14000] * 3 and hall["limit_by"] is None
    # WARP has one group only: it is shown the sum
    assert warp_state.read(app, "")["l_raw"] == [0, 35000, 31000, 35000]


def test_new_settings_go_on_in_every_group():
    app = App(DOCUMENT)
    settled(app)
    fewer = dict(DOCUMENT, chargers=DOCUMENT["chargers"][:2])
    fewer["circuits"] = [dict(DOCUMENT["circuits"][1], limit_ma=9000), DOCUMENT["circuits"][0]]
    new = App(fewer)
    successors = chargers_takeover.take_over(app.warp, new.warp)
    takeover.take_over(app.site, new.site, successors, 60000)
    b_before = app.site.points[1].setpoint_ma
    assert [p.setpoint_ma for p in new.site.points] == [15000, b_before]
    assert [p.name for p in new.site.points] == ["a", "b"]
    new.site.step(60100)
    assert [p.setpoint_ma for p in new.site.points] == [15000, min(9000, b_before)]
