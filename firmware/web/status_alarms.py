"""The alarms in GET /api/status, see status.py: what a person should do something about."""

from loadmgmt import trust

from firmware.web.state import state_of

# by the codes of loadmgmt.learn, from 1 on
_WIRING = ("clamp_reversed", "clamps_swapped", "meter_without_chargers", "meter_with_chargers")


def rows(context):
    """Generate {code, subject} of each."""
    for code, subject in _alarms(context):
        yield {"code": code, "subject": subject}


def _wiring(name, found):
    """What the learner has found wrong at a meter; a clamp is named with its phase."""
    for code, alarm in enumerate(_WIRING):
        at = [" L%d" % (p + 1) for p in range(3) if found[p] == code + 1]
        if at:
            yield alarm, name + ("".join(at) if code < 2 else "")


def _alarms(context):
    if context.settings_error:
        yield "settings", ""
    if context.left_out:
        yield "left_out", ", ".join(context.left_out)
    for meter in context.meters:
        if meter.trust not in (trust.STARTING, trust.GOOD):
            yield "meter_" + trust.NAMES[meter.trust], meter.name
    for circuit in context.site.circuits:
        for p in range(3) if circuit.metered else ():
            if circuit.meter_ma[p] > circuit.main_ma[p]:
                yield "overload", circuit.name
                break
        if circuit.metered and context.site.learner:
            yield from _wiring(circuit.name, context.site.learner.wiring(circuit.index))
    for i, point in enumerate(context.site.points):
        state = state_of(point)
        if context.site.disobeys(point) and state not in ("lost", "fault"):
            state = "disobeys"
        if state in ("lost", "fault", "name_error", "disobeys"):
            yield "charger_" + state, point.name or point.host or context.charger_host(i)
        if context.learnt and context.learnt.contradicted[i]:
            yield "rotation_contradicted", point.name or point.host or context.charger_host(i)
