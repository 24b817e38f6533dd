"""Checks what is written to power_manager/dynamic_load_config."""

_MOST_MA = 1000000
_LEAST_MA = 16000


def check(context, shown: dict, given: dict) -> str | None:
    """The error text, or None."""
    if given["enabled"] is not True and given["enabled"] is not False:
        return "wrong enabled; right: true or false"
    for name, low, high in (
        ("meter_slot_grid_currents", 0, 255),
        ("current_limit", 0, _MOST_MA),
        ("largest_consumer_current", 0, _MOST_MA),
        ("safety_margin_pct", 0, 50),
    ):
        value = given[name]
        if type(value) is not int or not low <= value <= high:
            return "wrong %s; right: an integer, %d..%d" % (name, low, high)
    limit_ma = given["current_limit"]
    if not given["enabled"]:
        if shown["enabled"]:
            return None  # the rest has no meaning any more
        for name in ("meter_slot_grid_currents", "current_limit"):
            if given[name] != shown[name]:
                return "%s takes enabled true; right: %d" % (name, shown[name])
        if given != shown and not context.site.circuits[0].name:
            return "there is no circuit yet; right: enabled true"
        return None
    count = len(context.meters)
    if given["meter_slot_grid_currents"] >= count:
        if not count:
            return "there is no meter in the settings; right: one, see /api/settings"
        return "wrong meter_slot_grid_currents; right: 0..%d, a meter" % (count - 1)
    if limit_ma != shown["current_limit"] and limit_ma < _LEAST_MA:
        return "wrong current_limit; right: %d..%d mA" % (_LEAST_MA, _MOST_MA)
    if given["largest_consumer_current"] > limit_ma:
        return "largest_consumer_current is above current_limit; right: at most %d" % limit_ma
    return None
