"""Each kind of limit, changed while the cars charge at full: lower commands at once, without a
restart. The times are those of the wire; the bound is wide, since test machines are slow at times.
"""

import itertools
import time

from host_tests.site import judge
from host_tests.site.fleet import car, three_phase_site
from host_tests.site.running import Running
from tools.simsite import BoxConfig, analysis

CIRCUIT = "/api/settings/circuits/0"
WIDE_S = 3.0
# each lowers what the cars may have on a phase together, in mA; main fuse 63 A, house up to 2 A
STEPS = (
    ("headroom", CIRCUIT, {"headroom_ma": 13000}, 50000),
    ("safety margin", CIRCUIT, {"safety_margin_pct": 10}, 43700),
    ("largest consumer", CIRCUIT, {"largest_consumer_ma": 33000}, 36700),
    ("main fuse", CIRCUIT, {"main_ma": 58000}, 30400),
    ("circuit's limit", CIRCUIT, {"limit_ma": 27000}, 27000),
    ("operator's limit", "/api/operator_limits", {"grid": 26000}, 26000),
    ("input", "/api/inputs/grid-operator", {"live": True}, 24000),
    ("schedule", CIRCUIT, {"schedule": [{"at": "00:00", "limit_ma": 23000}]}, 23000),
    ("available current", "/charge_manager/available_current", {"current": 22000}, 22000),
)
WALLBOX = (
    ("wallbox's maximum", "/api/settings/chargers/0", {"max_ma": 7000}, 0, 7000),
    ("installation's limit", "/api/settings/chargers/1", {"installation_limit_ma": 6500}, 1, 6500),
)


def commanded(state):
    """To the wallboxes with three phases, then to the one with one."""
    return [box.commanded_ma for box in state.boxes]


def on_the_wire(site, path, value, fits, what):
    """Write; how long until the last command that it took."""
    begin = time.monotonic()
    method = "PATCH" if path.startswith("/api/settings") else "PUT"
    status, text = site.put(path, value, method)
    assert status == 200, (what, text)
    site.wait(lambda s: fits(commanded(s)), WIDE_S, what)
    fitted = time.monotonic()
    # what comes each second anyway is no sign of it
    cuts = [
        t
        for i in range(4)
        for (_, was), (t, ma) in itertools.pairwise(analysis.setpoints(site.record, i))
        if begin <= t <= fitted and ma < was
    ]
    return max(cuts) - begin


def steady(site):
    """What is commanded when the cars draw that."""
    site.wait(
        lambda s: all(box.commanded_ma - max(box.drawn_ma()) < 1000 for box in s.boxes),
        60,
        "the cars draw what they may",
    )
    site.calm(seconds=2.5, timeout_s=60)
    return site.sim.call(commanded)


def test_every_kind_of_limit_acts_at_once():
    config = three_phase_site(3, main_ma=(63000,) * 3)
    config.boxes.append(BoxConfig(phases=1, rotation="L123"))
    config.cars.append(car(1))
    config.settings = {
        "inputs": [{"name": "grid-operator", "source": "api"}],
        "timezone": "UTC0",
    }
    times = {}
    circuit = {"limit_ma": 63000, "input": "grid-operator", "input_offset_ma": 2000}
    with Running(config, circuit=circuit) as site:
        assert site.put("/api/inputs/grid-operator", False)[0] == 200
        site.charging(0, 1, 2, 3)
        before = steady(site)[3]
        times["imbalance"] = on_the_wire(
            site, CIRCUIT, {"imbalance_ma": 7000}, lambda ma: ma[3] <= before - 3000, "imbalance"
        )
        site.unplug(3)
        site.wait(lambda s: sum(commanded(s)[:3]) > 55000, 60, "the others have what is left")
        for what, path, value, most in STEPS:
            before = sum(steady(site)[:3])
            assert before > most, (what, before)
            times[what] = on_the_wire(
                site, path, value, lambda ma, most=most: sum(ma[:3]) <= most, what
            )
        for what, path, value, box, most in WALLBOX:
            assert steady(site)[box] > most, what
            times[what] = on_the_wire(
                site, path, value, lambda ma, box=box, most=most: ma[box] <= most, what
            )
        assert all(ma > 0 for ma in site.sim.call(commanded)[:3]), "nobody was stopped for it"
        judge.check_rules(site)
    judge.add({"acted": [", ".join(f"{what} {1000 * t:.0f} ms" for what, t in times.items())]})
    assert max(times.values()) <= WIDE_S, times
