"""What is known of a wallbox stays known when new settings replace the site.

Otherwise each write of settings would leave an overload uncut until every wallbox has been heard
again (R2), forget what a silent one may still draw (R5), and hand on at once what one that was
taken out of the settings goes on drawing until its own time-out (R1). Circuits begin anew; but a
meter that was silent has not been heard by that (R6), however often somebody writes settings.
"""

from compat import ticks_add, ticks_diff

from loadmgmt.point import BY_PERSON, DEAD_MAN_GRACE_MS, NOWHERE, UNDECIDED
from loadmgmt.trust import SILENT

_KEPT = (
    "reading_ms applied_ma supported_ma car measures drawn before_ms moved_ms "
    "phases_now since_ms heard lost setpoint_ma changed_ms sent_ms may_ma peak_ma confirm_ms "
    "applied_ok_ms reason reason_at"
).split()
_COLUMNS = ("told", "turn_ms", "served", "asked", "less_ms", "reason_ma")  # of the site
_ESTIMATE = ("start_meter", "estimate", "estimated")


def take_over(old, new, successors: list, now_ms: int) -> None:
    """Let site `new` go on where site `old` stands.

    successors: for each point of `old` its point in `new`, or None where it was taken out.
    """
    for i, (was, point) in enumerate(zip(old.points, successors)):
        if was.paused & BY_PERSON and point is not None:
            point.paused |= BY_PERSON
        if was.name_error:
            continue
        if point is None:
            _await_time_out(was, new)
            continue
        for name in _KEPT if was.measures else _KEPT + list(_ESTIMATE):
            setattr(point, name, getattr(was, name))
        if was.is_open:
            point.is_open = True
            point.opened_ms = was.opened_ms
        point.reason_at = -1
        point.phases_now = min(point.phases_now, point.phases)
        point.seat = NOWHERE  # to be found out
        for name in _COLUMNS:
            getattr(new, name)[point.index] = getattr(old, name)[i]
        _make_legal(point, now_ms)
    for circuit in old.circuits:
        _wait(new, circuit.settled_ms)
        if circuit.metered and circuit.meter_name:
            _go_on_waiting(circuit, new)
    for module in new.modules:
        for was in old.modules:
            if type(was).__name__ == type(module).__name__:
                module.take_over(was, successors, now_ms)
    for was in old.modules:
        if hasattr(was, "move"):  # not made by the settings
            was.move(new, successors)


def _await_time_out(was, new):
    """Nothing is raised before a wallbox that nobody talks to any more has stopped."""
    if was.may_ma > 0 and was.dead_man_ms is not None:
        _wait(new, ticks_add(was.sent_ms, was.dead_man_ms + DEAD_MAN_GRACE_MS))


def _wait(new, until_ms):
    """Nothing is raised before then; which of the old trees is which of the new is not known."""
    for circuit in new.circuits:
        if ticks_diff(until_ms, circuit.settled_ms) > 0:
            circuit.settled_ms = until_ms


def _go_on_waiting(was, new):
    """Its meter, of that name, is as silent as it was."""
    for circuit in new.circuits:
        if circuit.metered and circuit.meter_name == was.meter_name:
            circuit.trust.sample_ms = was.trust.sample_ms
            if was.trust.state == SILENT:
                circuit.trust.state = SILENT


def _make_legal(point, now_ms):
    """The limits of the wallbox itself may have changed (R4)."""
    setpoint = min(point.setpoint_ma, point.max_ma)
    if setpoint != UNDECIDED and setpoint < point.min_ma:
        setpoint = 0
    if setpoint != point.setpoint_ma and not point.lost:
        point.setpoint_ma = setpoint
        point.changed_ms = now_ms
        point.applied_ok_ms = None
