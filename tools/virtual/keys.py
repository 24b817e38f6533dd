"""Checks for JSON documents: tables of keys, and one clear line for what is wrong.

A check is a function (value, path) -> value to use; it raises ScenarioError with the path, what
is there and what would be right. Keys that end in `_s` become `_ms` with whole milliseconds.
"""

import json
import math
from types import SimpleNamespace

REQUIRED = object()


_TOP = "the file"  # where there is no path yet
_MOST_NAMES = 8


class ScenarioError(ValueError):
    """A scenario that cannot be played; the text is one line for its author."""


class Odd:
    """Stands where a value should: no check takes it, and the refusal says `what` it is."""

    def __init__(self, what):
        self.what = what


MISSING = Odd("missing")
TWICE = Odd("there twice")


def parse(text):
    """The document of a JSON text, with TWICE for keys that are there twice; raises ValueError or
    RecursionError. What is no number (NaN, Infinity) stays, for a check that knows its path."""
    return json.loads(text, object_pairs_hook=_record)


def _record(pairs):
    record = {}
    for key, value in pairs:
        record[key] = TWICE if key in record else value
    return record


def wrong(path, value, right):
    """Refuse a value."""
    if value is TWICE:
        right = "once"
    found = value.what if isinstance(value, Odd) else f"{_shown(value)} is wrong"
    raise ScenarioError(f"{path or _TOP}: {found}; right: {right}")


def _shown(value):
    try:
        found = json.dumps(value, default=lambda _: "...")
    except RecursionError:
        found = "what is nested so deeply"
    return found if len(found) <= 60 else found[:57] + "..."


def shown_key(key):
    """A key as a message can hold it."""
    key = key if key and key.isprintable() else json.dumps(key)
    return key if len(key) <= 60 else key[:57] + "..."


def one_of(names):
    """Names as what would be right."""
    names = list(names)
    more = ", ..." if len(names) > _MOST_NAMES else ""
    return "one of " + ", ".join(names[:_MOST_NAMES]) + more


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def whole(low, high):
    """An integer."""

    def check(value, path):
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            wrong(path, value, f"an integer {low}..{high}")
        return value

    return check


def number(low, high):
    """Any number."""

    def check(value, path):
        if not _is_number(value) or not low <= value <= high:
            wrong(path, value, f"a number {low}..{high}")
        return value

    return check


def scalar(value, path):
    """A number, a text, true, false or null."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if not _is_number(value) or not math.isfinite(value):
        wrong(path, value, "a number, a text, true, false or null")
    return value


def seconds(low=0, high=1000000):
    """Seconds, turned into ms."""

    def check(value, path):
        if not _is_number(value) or not low <= value <= high:
            wrong(path, value, f"seconds {low}..{high}")
        return round(value * 1000)

    check.is_time = True
    return check


def span(low, high):
    """One time or [least, most] in seconds, turned into ms."""

    def check(value, path):
        pair = value if isinstance(value, list) else [value, value]
        if len(pair) != 2 or not all(_is_number(one) for one in pair):
            wrong(path, value, "seconds, or [least, most]")
        if not low <= pair[0] <= pair[1] <= high:
            wrong(path, value, f"seconds {low}..{high}, or [least, most] of these")
        return [round(one * 1000) for one in pair]

    check.is_time = True
    return check


def flag(value, path):
    """true or false."""
    if not isinstance(value, bool):
        wrong(path, value, "true or false")
    return value


def text(value, path):
    """A text of 1 to 60 characters that can be shown, for names."""
    if not isinstance(value, str) or not 0 < len(value) <= 60 or not value.isprintable():
        wrong(path, value, "a text of 1..60 printable characters")
    return value


def sentence(value, path):
    """Any text."""
    if not isinstance(value, str):
        wrong(path, value, "a text")
    return value


def choice(*options):
    """One of these values."""

    def check(value, path):
        if not any(type(value) is type(one) and value == one for one in options):
            wrong(path, value, "one of " + ", ".join(json.dumps(one) for one in options))
        return value

    return check


def maybe(inner):
    """null or what the other check wants."""

    def check(value, path):
        return None if value is None else inner(value, path)

    check.is_time = getattr(inner, "is_time", False)
    return check


def per_phase(low, high):
    """One integer in mA for all phases, or a list of three."""

    def check(value, path):
        each = whole(low, high)
        if not isinstance(value, list):
            return [each(value, path)] * 3
        if len(value) != 3:
            wrong(path, value, "one value in mA, or a list of three")
        return [each(one, f"{path}[{k}]") for k, one in enumerate(value)]

    return check


def table(keys):
    """An object with these keys: {key: (check, default)}; unknown ones are errors."""

    def check(value, path):
        if not isinstance(value, dict):
            wrong(path, value, "an object")
        prefix = path + "." if path else ""
        for key in value:
            if key not in keys:
                raise ScenarioError(
                    f"{prefix}{shown_key(key)}: unknown key; right: {', '.join(keys)}"
                )
        record = SimpleNamespace()
        for key, (inner, default) in keys.items():
            if key in value or default is REQUIRED:
                result = inner(value.get(key, MISSING), prefix + key)
            else:
                result = default if default is None else inner(default, prefix + key)
            if getattr(inner, "is_time", False):
                key = key[:-2] + "_ms"
            setattr(record, key, result)
        return record

    return check


def rows(inner, least=0, most=10000):
    """A list, each entry by the other check."""

    def check(value, path):
        if not isinstance(value, list) or not least <= len(value) <= most:
            wrong(path, value, f"a list of {least}..{most} entries")
        return [inner(one, f"{path}[{i}]") for i, one in enumerate(value)]

    return check
