"""The keys of a scenario file: how each is checked, and its default (docs/simulate.md)."""

from .keys import (
    REQUIRED,
    choice,
    flag,
    maybe,
    number,
    per_phase,
    rows,
    scalar,
    seconds,
    sentence,
    shown_key,
    span,
    table,
    text,
    whole,
    wrong,
)

MOST_MA = 1000000
ROTATIONS = ("L123", "L231", "L312", "L132", "L213", "L321")
CHARGER_FAULTS = ("vanish", "deaf", "mute", "ignore_cuts", "lying", "blocked", "off", "reboot")
METER_FAULTS = ("silent", "frozen", "nan", "out_of_range", "factor", "offset")

METER = {
    "period_s": (seconds(0.2, 60), 1),
    "telegram_s": (maybe(seconds(0.2, 120)), None),
    "tells_telegram": (flag, True),
    "lag_s": (seconds(0, 30), 0.2),
    "phase_s": (maybe(seconds(0, 60)), None),
    "noise_ma": (whole(0, 10000), 50),
    "resolution_ma": (whole(1, 10000), 1),
    "offset_ma": (per_phase(-100000, 100000), 0),
    "factor": (number(-2, 3), 1),
    "clamps": (lambda value, path: _clamps(value, path), [1, 2, 3]),
    "truly_includes": (maybe(flag), None),
}
MIMIC = {
    "chance_pct": (number(0, 100), 30),
    "both_pct": (number(0, 100), 2),
    "ramp_pct": (number(0, 100), 30),
    "noise_ma": (whole(0, 10000), 300),
    "keep_s": (span(0, 3600), [5, 90]),
    "range_ma": (per_phase(0, MOST_MA), 10000),
}
LOAD = {
    "ma": (maybe(per_phase(-MOST_MA, MOST_MA)), None),
    "from_s": (seconds(), 0),
    "until_s": (maybe(seconds()), None),
    "ramp_s": (seconds(), 0),
    "every_s": (maybe(seconds(0.1)), None),
    "noise_ma": (maybe(per_phase(0, MOST_MA)), None),
    "points": (maybe(rows(lambda value, path: _point(value, path), 1, 100000)), None),
    "linear": (flag, False),
}
CIRCUIT = {
    "name": (text, REQUIRED),
    "parent": (maybe(text), None),
    "limit_ma": (maybe(per_phase(0, MOST_MA)), None),
    "main_ma": (maybe(per_phase(1000, MOST_MA)), None),
    "meter": (maybe(table(METER)), None),
    "includes_chargers": (flag, True),
    "generation": (flag, False),
    "largest_consumer_ma": (whole(0, MOST_MA), 16000),
    "safety_margin_pct": (whole(0, 50), 0),
    "headroom_ma": (per_phase(0, MOST_MA), 0),
    "fallback_load_ma": (per_phase(0, 9999000), 9999000),
    "offline_ma": (maybe(per_phase(0, MOST_MA)), None),
    "imbalance_ma": (maybe(whole(0, MOST_MA)), None),
    "imbalance_mode": (choice("measured", "preventive"), "measured"),
    "breaker": (choice("strict", "B", "C", "gG"), "strict"),
    "house": (rows(table(LOAD)), []),
    "mimic": (maybe(table(MIMIC)), None),
}
CHARGER = {
    "name": (text, REQUIRED),
    "count": (maybe(whole(1, 64)), None),
    "circuit": (maybe(text), None),
    "phases": (choice(1, 3), 3),
    "rotation": (maybe(choice("wiring", *ROTATIONS)), "wiring"),
    "wiring": (choice("turning", *ROTATIONS), "L123"),
    "min_ma": (whole(6000, 80000), 6000),
    "max_ma": (whole(6000, 80000), 32000),
    "step_ma": (whole(1, 16000), 1),
    "priority": (whole(-1000, 1000), 0),
    "measures": (flag, True),
    "measured_every_s": (seconds(0, 60), 0),
    "report_s": (maybe(seconds(0.1, 60)), None),
    "answer_s": (seconds(0, 10), 0.3),
    "latency_s": (seconds(0, 5), 0.05),
    "loss_pct": (number(0, 100), 0),
    "pwm_hold_s": (seconds(0, 60), 0),
    "dead_man_s": (maybe(seconds(1, 3600)), 30),
    "failsafe_ma": (whole(0, 80000), 0),
    "boot_ma": (whole(0, 80000), 0),
    "boot_s": (seconds(0, 600), 5),
    "applied_ma": (whole(0, 80000), 0),
    "breaks_pilot": (flag, False),
}
CAR = {
    "charger": (lambda value, path: _names(value, path), REQUIRED),
    "plug_s": (seconds(), 0),
    "every_s": (seconds(), 0),
    "unplug_s": (maybe(seconds()), None),
    "phases": (choice(1, 2, 3), 3),
    "max_ma": (whole(6000, 80000), 16000),
    "min_ma": (whole(6000, 80000), 6000),
    "short_ma": (maybe(whole(0, 500)), None),
    "start_s": (span(0, 3600), [10, 40]),
    "cut_hold_s": (maybe(span(0, 60)), None),
    "cut_fall_s": (seconds(0, 60), 2),
    "slow": (flag, False),
    "raise_wait_s": (span(0, 60), 2),
    "raise_ma_per_s": (whole(1, 1000000000), 1000),
    "wanted_wh": (maybe(whole(1, 1000000)), None),
    "drawn_ma": (whole(0, 80000), 0),
    "phases_later": (rows(lambda value, path: _switch(value, path)), []),
    "sleeps_after_s": (maybe(seconds(1)), None),
    "woken_by": (choice("pause", "pilot", "never"), "pause"),
}
EVENT = {
    "at_s": (seconds(), REQUIRED),
    "until_s": (maybe(seconds()), None),
    "charger": (maybe(text), None),
    "meter": (maybe(text), None),
    "fault": (maybe(choice(*CHARGER_FAULTS, *METER_FAULTS)), None),
    "value": (maybe(number(-MOST_MA, MOST_MA)), None),
    "available_ma": (lambda value, path: _available(value, path), None),
    "circuit": (maybe(text), None),
    "limit_ma": (maybe(per_phase(0, MOST_MA)), None),
    "restart_s": (maybe(seconds(0, 3600)), None),
}
BOUND = {
    "min": (maybe(number(-1e12, 1e12)), None),
    "max": (maybe(number(-1e12, 1e12)), None),
    "is": (scalar, None),
}
OPTIONS = {
    "start_margin_ma": (whole(0, MOST_MA), 0),
    "minimum_on_s": (seconds(0, 3600), 0),
    "minimum_off_s": (seconds(0, 3600), 0),
    "free_phases_s": (seconds(0, 3600), 30),
    "welcome_slot": (flag, False),
    "offer_to_full": (flag, False),
    "learn": (maybe(choice("show", "use")), None),
    "probe_ma": (whole(0, 4000), 0),
    "wake": (whole(0, 10), 0),
}
SCENARIO = {
    "about": (sentence, ""),
    "seconds": (number(1, 1000000), REQUIRED),
    "seed": (whole(0, 1000000000), 1),
    "enabled": (flag, True),
    "available_ma": (maybe(whole(0, MOST_MA)), None),
    "circuits": (rows(table(CIRCUIT), 1, 16), REQUIRED),
    "chargers": (rows(table(CHARGER), 0, 64), []),
    "cars": (rows(table(CAR)), []),
    "options": (table(OPTIONS), {}),
    "events": (rows(table(EVENT)), []),
    "expect": (lambda value, path: _expect(value, path), {}),
}


def _clamps(value, path):
    """Each conductor once: 1, 2, 3, negative where the clamp is the wrong way round."""
    if not isinstance(value, list) or len(value) != 3:
        wrong(path, value, "a list of three, such as [1, -2, 3]")
    each = choice(1, 2, 3, -1, -2, -3)
    clamps = [each(one, f"{path}[{k}]") for k, one in enumerate(value)]
    if len({abs(one) for one in clamps}) != 3:
        wrong(path, value, "1, 2 and 3 once each, with a minus where it is reversed")
    return clamps


def _point(value, path):
    if not isinstance(value, list) or len(value) != 4:
        wrong(path, value, "[seconds, mA on L1, L2, L3]")
    ma = number(-MOST_MA, MOST_MA)
    return [seconds()(value[0], f"{path}[0]"), *(ma(value[k], f"{path}[{k}]") for k in (1, 2, 3))]


def _switch(value, path):
    if not isinstance(value, list) or len(value) != 2:
        wrong(path, value, "[seconds since it came, phases]")
    return seconds()(value[0], f"{path}[0]"), choice(1, 2, 3)(value[1], f"{path}[1]")


def _names(value, path):
    if not isinstance(value, list):
        return [text(value, path)]
    if not value:
        wrong(path, value, 'a name, a list of names, or "all"')
    return [text(name, f"{path}[{k}]") for k, name in enumerate(value)]


def _available(value, path):
    return "none" if value is None else whole(0, MOST_MA)(value, path)


def _expect(value, path):
    if not isinstance(value, dict):
        wrong(path, value, "an object {path in the summary: {min, max, is}}")
    return {key: _bound(bound, f"{path}.{shown_key(key)}") for key, bound in value.items()}


def _bound(value, path):
    bound = table(BOUND)(value, path)
    is_between = bound.min is not None or bound.max is not None
    if is_between == ("is" in value):
        wrong(path, value, "min, max or both; or is")
    if bound.min is not None and bound.max is not None and bound.min > bound.max:
        wrong(path + ".min", bound.min, f"at most max, {bound.max}")
    return bound
