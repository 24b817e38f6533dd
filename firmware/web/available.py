"""charge_manager/available_current: what the site may give to cars, as WARP has it."""

from on_demand import call


def read(context, _query) -> dict:
    """The current in force; without one from outside, the highest that is allowed."""
    current = context.available_ma
    return {"current": context.maximum_ma if current is None else current}


def write(context, request) -> str | None:
    """Take {"current": mA}, or mA alone (short form). null leaves it as it is."""
    given = call("firmware.web", "warp_write", "whole", {"current": None}, request)["current"]
    if given is None:
        return None
    highest = context.maximum_ma
    if type(given) is not int or not 0 <= given <= highest:
        return "wrong current; right: an integer, 0..%d mA" % highest
    error = context.call("supply", "set_available", given)
    if not error:
        context.written_by = getattr(request, "user", None) or None
    return error
