"""What the limits leave for the cars, reckoned for raises: the house at its largest, and held.

A raise may only use headroom that has been there for 10 s (60 s for a car that was stopped, R3):
each metered circuit remembers its largest house load. The cars' own ramps are no house load.
"""

from compat import ticks_diff

from loadmgmt.circuit import NONE_MA
from loadmgmt.point import CHARGING, LEAST, MOST, settle_ms
from loadmgmt.weigh import FALLBACK, MEASURED, fallback_ma, is_unplaced


def see_house(site, now_ms):
    """The largest house load that the newest sample allows (the cars' lowest draw); and the
    smallest, for the holds: while a car ramps, the largest is its own draw for a moment."""
    for circuit in site.circuits:
        if site.dynamic[circuit.index] != MEASURED:
            continue
        house = circuit.house_hi
        least = circuit.house_lo
        for k in range(3):
            house[k] = least[k] = circuit.meter_ma[k]
        guessed = False
        if circuit.includes:
            for p in circuit.points:
                if not p.heard or is_unplaced(p):
                    continue
                if not p.measures:
                    if p.car == CHARGING and p.estimated:
                        guessed = circuit.trust.follower is None
                        for k in range(p.phases_now):
                            at = p.seat.grid[k]
                            drawn = min(p.estimate[at], p.setpoint_ma)
                            house[at] -= drawn
                            least[at] -= drawn
                    continue
                grid = p.seat.grid
                drawn = p.drawn
                recent = ticks_diff(circuit.sample_ms, p.changed_ms) < settle_ms(p)
                for k in range(p.phases_now):
                    low = drawn[LEAST + k]
                    if recent and low > p.setpoint_ma:
                        low = p.setpoint_ma
                    house[grid[k]] -= low
                    most = drawn[MOST + k]
                    if recent and p.setpoint_ma < most:
                        most = drawn[k]  # it is on its way down: else a pulse would look shorter
                    least[grid[k]] -= most
        if guessed:  # what looks like export may be a draw that was guessed too high
            for k in range(3):
                house[k] = max(0, house[k])
        circuit.remember_house(now_ms)


def capacity(site):
    """What all cars together may have per limit now, and how much less after a stop."""
    n = 3 * len(site.circuits)
    total = [NONE_MA] * (2 * n)
    after_stop = [0] * (2 * n)
    for circuit in site.circuits:
        at = 3 * circuit.index
        mode = site.dynamic[circuit.index]
        for k in range(3):
            if circuit.limit_ma is not None:
                total[at + k] = circuit.limit_ma[k]
            if mode == MEASURED:
                held = circuit.held_house_ma(k, False)
                total[n + at + k] = circuit.target_ma[k] - held - circuit.trust.grain_ma
                after_stop[n + at + k] = circuit.held_house_ma(k, True) - held
            elif mode == FALLBACK:
                total[n + at + k] = fallback_ma(circuit, k)
            elif circuit.metered:
                total[n + at + k] = 0
    for module in (site.balance, site.breaker):
        if module:
            module.capacity(site, total, after_stop)
    return total, after_stop
