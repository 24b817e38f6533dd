"""The shares of a first pass, for planners and benchmarks; no part of the firmware's pass."""

from loadmgmt import reason
from loadmgmt.headroom import capacity
from loadmgmt.share import explain, plan
from loadmgmt.why import note


def first_pass(site, now_ms: int) -> None:
    """The shares alone, from static limits and what the wallboxes say: for planners.

    Results: site.out[i] (mA, 0 for who does not charge), site.bound[i], and the points' reasons.
    """
    total, after_stop = capacity(site)
    on, ended = plan(site, now_ms, total, after_stop)
    for p in site.points:
        if p.index not in on:
            site.out[p.index] = 0
    explain(site, on, -1)
    for i in ended:
        note(site, site.points[i], reason.WAITS_TURN, -1, 0)
