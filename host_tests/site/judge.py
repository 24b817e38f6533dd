"""What the record of a site says about the rules, as assertions; and the figures of all sites.

Everything is judged by what physically happened (tools/simsite/analysis.py). Two limits: the fuse,
which only what the firmware does not rule may exceed, and only for as long as measuring and
reacting takes; and the target that it steers to, which its own raises must never exceed (R1).
"""

import statistics
import time

from tools.simsite import analysis
from tools.simsite.record import Record

LARGEST_CONSUMER_MA = 16000  # the settings' default
REACT_S = 1.0  # R2
CAR_S = 5.0  # a car's reaction to a cut
BOX_S = 0.15  # a wallbox reads one datagram in 100 ms; physics moves in steps of 50 ms

taken = {}  # figures of this process: latencies and overloads in s


def longest_overload_s(period_s=1.0):
    """How long a phase may be over its fuse after the house did something."""
    return period_s + REACT_S + CAR_S + BOX_S


def fuse(site):
    """The main fuses, mA per phase."""
    return site.sim.config.main_ma


def target(site):
    """What the phases are steered to (design section 5)."""
    return [min(main, main * 14 // 10 - LARGEST_CONSUMER_MA) for main in fuse(site)]


def check_rules(site, until=analysis.NEVER, r1_tolerance_ma=300):
    """R1, R2 and R4 over the whole record, and the fuse as long as it must hold."""
    record = seen_in_full(site)
    illegal = analysis.illegal_setpoints(record)
    assert not illegal, illegal
    check_reactions(record, fuse(site), until=until)
    check_overload(site, until)
    raises = analysis.r1_violations(record, target(site), tolerance_ma=r1_tolerance_ma)
    assert not raises, raises


def check_reactions(record, limit_ma, since=0.0, until=analysis.NEVER, tolerance_ma=500):
    """R2: each overload was commanded away within a second of the sample. Returns them.

    A car draws up to 0.5 A less than it may. While its setpoint is new the firmware reckons that
    it draws all of it, so that what it takes away may be short by that much for each car.
    """
    # what a sample of the last second leads to may still be on its way
    until = min(until, time.monotonic() - REACT_S)
    found = analysis.reactions(record, limit_ma, since, until, tolerance_ma)
    late = [r for r in found if r.latency_s > REACT_S]
    assert not late, late
    add({"latencies": [r.latency_s for r in found if r.latency_s]})  # 0: cut before
    return found


def check_overload(site, until=analysis.NEVER, longest_s=None):
    """No phase was over its fuse for longer than it takes to react."""
    as_usual = longest_s is None
    longest_s = longest_overload_s() if as_usual else longest_s
    found = analysis.overloads(site.record, fuse(site), until=until)
    assert max(o.longest_s for o in found) <= longest_s, found
    add({"overloads": [o.longest_s for o in found if as_usual]})


def seen_in_full(site):
    """The record; where the meter does not see the cars, its samples show the true total."""
    record = site.record
    if site.sim.config.meter_includes_cars:
        return record
    full = Record(record.grid_phases, record.keep_s)
    for t, total, house, cars in record.rows():
        full.row(t, total, house, cars)
    for event in record.events():
        fields = dict(event)
        if fields["kind"] == "sample" and fields["truth"]:
            fields["current_ma"] = list(fields["truth"]["total_ma"])
        full.event(fields.pop("kind"), fields.pop("t"), **fields)
    return full


def commands(site, box, since=0.0, until=analysis.NEVER):
    """The commands that arrived at a wallbox, as events."""
    return [e for e in site.record.events(since, until, "command") if e["box"] == box]


def events(site, kind, box, since=0.0, until=analysis.NEVER):
    """What else happened to a wallbox."""
    return [e for e in site.record.events(since, until, kind) if e["box"] == box]


def drawn_ma(site, box, since, until=analysis.NEVER):
    """What the car at a wallbox drew on its strongest phase, over a time."""
    return [max(cars[box]) for _, _, _, cars in site.record.rows(since, until)]


def add(more):
    """Add figures to those of this process."""
    for name, values in more.items():
        taken.setdefault(name, []).extend(values)


def figures():
    """A line about reactions and overloads, "" when there were none."""
    latencies = sorted(taken.get("latencies", ()))
    longest = max(taken.get("overloads", ()), default=0.0)
    acted = taken.get("acted", ())
    if not latencies:
        return ""
    p99 = latencies[min(len(latencies) - 1, len(latencies) * 99 // 100)]
    return (
        f"{len(latencies)} overloads were commanded away after median "
        f"{1000 * statistics.median(latencies):.0f} ms, p99 {1000 * p99:.0f} ms, "
        f"at most {1000 * latencies[-1]:.0f} ms; longest time over a fuse {longest:.1f} s"
        + "".join(f"\nlimits that were changed were on the wire after {text}" for text in acted)
    )
