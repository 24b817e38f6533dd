"""Checks for JSON documents: tables of keys, and one clear line for what is wrong.

A check is a function (value, path) -> value to use; it raises ScenarioError with the path, what
is there and what would be right. Keys that end in `_s` become `_ms` with whole milliseconds.
"""

import json
from types import SimpleNamespace

REQUIRED = object()


class ScenarioError(ValueError):
    """A scenario that cannot be played; the text is one line for its author."""


def wrong(path, value, right):
    """Refuse a value."""
    found = json.dumps(value)
    if len(found) > 60:
        found = found[:57] + "..."
    raise ScenarioError(f"{path}: {found} is wrong; right: {right}")


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
    """A text of 1 to 60 characters, for names."""
    if not isinstance(value, str) or not 0 < len(value) <= 60:
        wrong(path, value, "a text of 1..60 characters")
    return value


def sentence(value, path):
    """Any text."""
    if not isinstance(value, str):
        wrong(path, value, "a text")
    return value


def choice(*options):
    """One of these values."""

    def check(value, path):
        if isinstance(value, bool) or value not in options:
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
        values = value if isinstance(value, list) else [value] * 3
        if len(values) != 3:
            wrong(path, value, "one value in mA, or a list of three")
        each = whole(low, high)
        return [each(one, path) for one in values]

    return check


def table(keys):
    """An object with these keys: {key: (check, default)}; unknown ones are errors."""

    def check(value, path):
        if not isinstance(value, dict):
            wrong(path, value, "an object")
        prefix = path + "." if path else ""
        for key in value:
            if key not in keys:
                raise ScenarioError(f"{prefix}{key}: unknown key; right: {', '.join(keys)}")
        record = SimpleNamespace()
        for key, (inner, default) in keys.items():
            if key in value:
                result = inner(value[key], prefix + key)
            elif default is REQUIRED:
                raise ScenarioError(f"{prefix}{key}: missing")
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
