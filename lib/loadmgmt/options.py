"""Switches on what a site may do beside the rules; nothing of it is imported before. For the call.

Of the circuits their own attributes count: imbalance_ma, is_preventive, breaker.
"""

from loadmgmt import event
from loadmgmt.point import CHARGING, FULL, NOWHERE, WAKING

# options that are plain values of the site
_VALUES = ("start_margin_ma", "on_ms", "off_ms", "leave_ms", "welcomes")


def attach(site, options: dict, now_ms: int) -> None:
    """Give a new site its modules.

    options, each with the value of a site that goes without: start_margin_ma, on_ms, off_ms (0),
    leave_ms (30000), welcomes, offers_full (False: cars that ended by themselves get nothing),
    learn (None, "show" or "use"), probe_ma (0: no probes), wake (0: attempts to wake a car),
    pace_ms (0: time between raises).
    """
    for name in _VALUES:
        if name in options:
            setattr(site, name, options[name])
    site.last_car = FULL if options.get("offers_full") else CHARGING
    if [1 for circuit in site.circuits if circuit.imbalance_ma is not None]:
        from loadmgmt.balance import Balance

        site.balance = Balance(site)
        for point in site.points:
            point.seat = NOWHERE
            site.place(point)
    if [1 for circuit in site.circuits if circuit.breaker and circuit.metered]:
        from loadmgmt.breaker import Breaker

        site.breaker = Breaker(site, now_ms)
        site.modules += (site.breaker,)
    if options.get("learn"):
        from loadmgmt.learn import Learner

        site.learner = Learner(site, now_ms, options["learn"] == "use", options.get("probe_ma", 0))
        site.modules += (site.learner,)
    if options.get("wake"):
        from loadmgmt.wake import Waker

        site.modules += (Waker(site, now_ms, options["wake"]),)
    if options.get("pace_ms"):
        from loadmgmt.pace import Pacer

        site.modules += (Pacer(site, now_ms, options["pace_ms"]),)


def drop(site, module, error) -> None:
    """Go on without a module that has failed, as if it were switched off."""
    print("part failed:", repr(error))
    number = site.modules.index(module)
    site.modules = tuple([other for other in site.modules if other is not module])
    if module is site.learner:
        site.learner = None
    elif module is site.breaker:
        site.breaker = None
    elif module is site.balance:
        site.balance = None
        while len(site.over) > 6 * len(site.circuits):
            site.over.pop()
        for point in site.points:
            point.seat = NOWHERE
    else:
        for point in site.points:
            if point.paused & WAKING:
                point.paused -= WAKING
        if hasattr(module, "end"):
            module.end(site)
    site.tell(event.PART_FAILED, number)


def drop_all(site, error) -> None:
    """The pass itself has failed: go on without all that is optional."""
    for module in site.modules:
        drop(site, module, error)
