"""The holds of a meter that is faster than the shares. Loaded where there is one."""

from compat import const

from loadmgmt.point import MOST
from loadmgmt.weigh import is_unplaced

_RAMP_MA = const(1500)  # 1 A/s, and a wallbox answers once a second


def see_peak(circuit, now_ms):
    """Let a sample between two shares enter the holds: a meter of 200 ms has five of them. The
    wallboxes' readings are older than it, so a car may have ramped (1 A/s), or started."""
    house = circuit.house_lo
    for k in range(3):
        house[k] = circuit.meter_ma[k]
    if circuit.includes:
        for p in circuit.points:
            if p.heard and p.measures and not is_unplaced(p):
                for k in range(p.phases_now):
                    most = p.drawn[MOST + k]
                    most += _RAMP_MA if most else p.min_ma
                    house[p.seat.grid[k]] -= min(most, p.may_ma)
    circuit.remember_house(now_ms)
