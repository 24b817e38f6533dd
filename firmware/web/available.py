"""charge_manager/available_current: what the site may give to cars, as WARP has it."""


def read(context, _query) -> dict:
    """The current in force; without one from outside, the highest that is allowed."""
    current = context.available_ma
    return {"current": context.maximum_ma if current is None else current}


def write(context, request) -> str | None:
    """Take {"current": mA}, or mA alone (short form). null leaves it as it is."""
    given = request.body
    if isinstance(given, dict):
        for name in given:
            if name != "current":
                return "unknown member %s; right: current" % name
        if "current" not in given:
            return "current is missing; right: its mA"
        given = given["current"]
    if given is None:
        return None
    highest = context.maximum_ma
    if type(given) is not int or not 0 <= given <= highest:
        return "wrong current; right: an integer, 0..%d mA" % highest
    return context.call("supply", "set_available", given)
