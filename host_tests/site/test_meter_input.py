"""The digital input of the meter itself lowers the operator's limit, on the RS485 line."""

import time

from host_tests.site import judge
from host_tests.site.fleet import three_phase_site
from host_tests.site.running import Running
from tools.simsite import analysis

INPUT = "/api/inputs/ripple"
OPERATOR_MA = 40000
OFFSET_MA = 22000
# a sample in each second, then the input, which is looked at twice a second; and the line's pace
COMMANDED_S = 2.0
CUT_S = 8


class MeterInputSite(Running):
    """Its meter is a PAC2200; `ripple` is the contact at its digital input."""

    def __init__(self, live_when="closed"):
        meter = {"name": "grid", "model": "siemens_pac2200", "address": 1, "period_ms": 1000}
        ripple = {"name": "ripple", "source": "meter", "meter": "grid", "live_when": live_when}
        settings = {"meters": [meter], "inputs": [ripple]}
        config = three_phase_site(main_ma=(63000,) * 3, settings=settings)
        circuit = {"operator_limit_ma": OPERATOR_MA, "input": "ripple"}
        super().__init__(config, circuit={**circuit, "input_offset_ma": OFFSET_MA})

    def _start_site(self):
        super()._start_site()
        self.sim.site.meter.kind = "pac2200"

    def switch(self, on):
        """Switch the contact; return the moment."""
        moment = time.monotonic()
        self.sim.call(lambda s: s.meter.set_input(on, moment))
        return moment

    def commanded_by(self, since, most_ma):
        """When all setpoints together were at most so much, by what reached the wallboxes."""
        now = [0, 0, 0]
        events = []
        for box in range(3):
            events += [(t, box, ma) for t, ma in analysis.setpoints(self.record, box)]
        for t, box, ma in sorted(events):
            now[box] = ma
            if t >= since and sum(now) <= most_ma:
                return t
        return None

    def holds(self, limit_ma, by):
        """The limit is in force and used, and status and reasons say why."""
        circuit = self.wait_status(
            lambda s: s["circuits"][0]["limit_by"][0] == by and s["circuits"][0], 20, by
        )
        assert circuit["limit_ma"] == [limit_ma] * 3
        self.wait_status(
            lambda s: all(c["reason"]["code"] == by for c in s["chargers"]), 60, f"reason {by}"
        )
        self.wait(lambda s: 0 < limit_ma - drawn_ma(s) < 4000, 60, f"uses {limit_ma}")


def drawn_ma(site):
    return sum(max(box.drawn_ma()) for box in site.boxes)


def test_the_input_of_the_meter_takes_the_offset_off_and_gives_it_back():
    with MeterInputSite() as site:
        site.holds(OPERATOR_MA, "operator")
        assert site.get(INPUT) == {"source": "meter", "live": False}
        on_at = site.switch(True)
        least = OPERATOR_MA - OFFSET_MA
        site.wait(lambda s: drawn_ma(s) <= least, CUT_S, "the cars follow")
        late = site.commanded_by(on_at, least) - on_at
        assert late <= COMMANDED_S, late
        assert site.get(INPUT)["live"] is True
        site.holds(least, "input")
        # 6 A for each of the three: nobody had to stop
        assert min(min(judge.drawn_ma(site, i, on_at)) for i in range(3)) > 5000
        site.switch(False)
        site.holds(OPERATOR_MA, "operator")
        assert [e["value"] for e in events(site, 51)] == [0, 1, 0]
        judge.check_rules(site)


def test_a_contact_that_is_open_when_live_and_a_meter_that_falls_silent():
    with MeterInputSite("open") as site:
        least = OPERATOR_MA - OFFSET_MA
        site.holds(least, "input")
        site.switch(True)
        site.holds(OPERATOR_MA, "operator")
        site.meter_fault("silent")
        # neither meter nor input is known any more
        site.wait_status(lambda s: s["circuits"][0]["limit_by"][0] == "input", 20, "live")
        assert site.get(INPUT) == {"source": "meter", "live": None}
        site.meter_fault("silent", False)
        site.wait_status(lambda s: s["circuits"][0]["limit_by"][0] == "operator", 20, "not live")
        judge.check_rules(site)


def events(site, code):
    return [e for e in site.get("/api/events")["events"] if e["code"] == code]
