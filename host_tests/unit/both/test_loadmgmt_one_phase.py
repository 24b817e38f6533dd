"""A single-phase meter limits what it measures; the other phases count as not measured."""

from loadmgmt import reason, trust
from loadmgmt.circuit import NONE_MA, Circuit
from loadmgmt.one_phase import limit_unmeasured
from loadmgmt.point import NOWHERE, ChargePoint
from loadmgmt.site import Site
from virtual_site import VirtualSite


def one_phase_site(fallback_ma, **options):
    virtual = VirtualSite(3, n=3, single=False, start_ms=2000, **options)
    circuit = virtual.circuit
    circuit.fallback_ma = [fallback_ma] * 3
    limit_unmeasured(circuit, 0)
    for point in virtual.site.points:
        point.seat = NOWHERE
    grid = virtual.grid

    def shown():
        virtual.truth = grid()
        return [virtual.truth[0], 0, 0]

    virtual.shown = shown
    virtual.site = Site([circuit], fresh_points(circuit, virtual.site.points), 0)
    return virtual


def fresh_points(circuit, points):
    circuit.points = []
    return points


def run(virtual, seconds):
    """Let the meter show L1 alone; return the largest true current per phase."""
    most = [0, 0, 0]
    real = virtual.grid
    for _ in range(seconds * 50):
        virtual.grid = virtual.shown
        noise = virtual.noise_ma
        virtual.noise_ma = 0
        virtual.step()
        virtual.noise_ma = noise
        virtual.grid = real
        most = [max(a, b) for a, b in zip(most, virtual.truth)]
    return most


def test_the_other_phases_have_what_the_fallback_leaves():
    # target 33 A; the house on L2 and L3 is said to be at most 20 A
    virtual = one_phase_site(20000)
    virtual.house = [2000, 20000, 20000]
    most = run(virtual, 120)
    assert 12000 <= sum(virtual.setpoints()) <= 13000
    assert max(most) <= 33000
    assert virtual.circuit.trust.state == trust.GOOD  # 0 A where it does not measure is no fault
    assert virtual.circuit.limit_ma[1:] == [13000, 13000]


def test_without_a_fallback_nothing_is_charged_on_phases_that_nobody_measures():
    virtual = one_phase_site(9999000)
    run(virtual, 60)
    assert virtual.setpoints() == [0, 0, 0]
    assert virtual.boxes[0].point.reason in (reason.NO_ROOM, reason.LIMIT)
    assert virtual.circuit.trust.state == trust.GOOD


def test_cars_on_the_measured_phase_alone_are_ruled_by_the_meter():
    virtual = one_phase_site(9999000)
    for box in virtual.boxes:
        box.point.phases = box.point.phases_now = 1
        box.point.rotation = "L123"
        box.wiring = (0, 1, 2)
        box.point.seat = NOWHERE
        box.car.phases = 1
        box.car.max_ma = 32000
    run(virtual, 120)
    assert 30000 <= sum(virtual.setpoints()) <= 31500
    assert virtual.longest_ms == 0
    virtual.house = [15000, 0, 0]
    run(virtual, 30)
    assert sum(virtual.setpoints()) <= 19000 and virtual.longest_ms <= 6000
    # and what it measures is still judged: it reads less than its cars draw
    virtual.shown = lambda: [300, 0, 0]
    run(virtual, 30)
    assert virtual.circuit.trust.state == trust.LOW
    assert sum(virtual.setpoints()) == 0


def test_the_firmware_does_so_for_the_models_that_have_one_phase():
    from firmware.meters import BusMeter
    from meters.map_file import load_map

    # phase in the settings, hard limit, what the circuit then has
    for phase, hard, limit in (
        (1, None, [NONE_MA, 13000, 13000]),
        (2, 10000, [10000, 10000, 10000]),
        (3, [16000, 16000, 16000], [13000, 13000, 16000]),
    ):
        circuit = Circuit("grid", None, None, [35000] * 3)
        circuit.fallback_ma = [20000] * 3
        circuit.sources = (hard, None, None, -1, None)
        circuit.meter(0, 1000, True, False)
        point = ChargePoint("box")
        point.seat = None
        circuit.points.append(point)
        settings = {"name": "grid", "address": 1, "period_ms": 1000, "phase": phase}
        meter = BusMeter(settings, load_map("eastron_sdm120"), None, circuit)
        assert circuit.limit_ma == limit and circuit.sources == (limit, None, None, -1, None)
        assert [circuit.target_ma[k] < NONE_MA for k in range(3)] == [
            k == phase - 1 for k in range(3)
        ]
        assert point.seat is NOWHERE  # to be placed anew
        meter.current_ma[phase - 1] = 5000
    # the others measure all three
    circuit = Circuit("grid", None, None, [35000] * 3)
    circuit.meter(0, 1000, True, False)
    BusMeter({"name": "g", "address": 1, "period_ms": 1000}, load_map("abb_b23"), None, circuit)
    assert circuit.limit_ma is None and circuit.trust.grain_ma == 0
    # one that measures no circuit is only read
    BusMeter({"name": "g", "address": 1, "period_ms": 1000}, load_map("abb_b23"), None, None)
