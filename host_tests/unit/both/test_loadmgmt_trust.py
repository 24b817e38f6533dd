"""Whether a meter is believed (R6): the house moves, the cars take what it leaves."""

from loadmgmt import event, limits, trust
from virtual_site import VirtualSite


def big_cars(seed, **options):
    virtual = VirtualSite(seed, n=2, single=False, start_ms=2000, **options)
    for box in virtual.boxes:
        box.car.max_ma = 32000
    virtual.run(60)
    return virtual


def test_a_meter_that_stands_still_because_the_cars_take_what_the_sun_gives_is_believed():
    for ampere, seconds in ((8, 180), (16, 90), (10, 40)):
        virtual = big_cars(1, generation=True)
        for t in range(600):
            # up and down in a parabola each: fastest in the middle, steady at the ends
            x = t % seconds * 4 - seconds
            x = x if x <= seconds else 2 * seconds - x
            mA = ampere * 1000 * x * (2 * seconds - abs(x)) // (seconds * seconds)
            virtual.house = [mA - 10000] * 3
            virtual.run(1)
            assert virtual.circuit.believed(), (ampere, seconds, t, virtual.circuit.trust.state)


def test_with_generation_a_phase_that_does_not_follow_three_changes_is_found():
    for seed in (1, 2):
        virtual = big_cars(seed, generation=True)
        grid = virtual.grid
        virtual.grid = lambda grid=grid: [grid()[0], grid()[1], 300]  # a clamp fell off L3
        found = []
        virtual.site.on_event = lambda code, _, value, found=found: found.append((code, value))
        for available in (19000, None, 19000, None):
            limits.set_available(virtual.site, available)
            virtual.run(60)
        assert (event.METER_LOST, trust.NOT_FOLLOWING) in found, found
