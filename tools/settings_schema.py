"""The settings as JSON schema, made of the firmware's own tables: what each value may be.

It says the same as the checks of the firmware (a test compares them value by value); what values
demand of each other is left to the firmware. The patterns are plain ECMA 262.
"""

import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "lib"), str(ROOT)]

from firmware import schema

TOP = "settings.SETTINGS"
MAPS = ROOT / "lib" / "meters" / "maps"
STARS = "***"  # see firmware.secrets

_PRINTABLE = r"^[^\u0000-\u001f\u007f-\u009f]*$"
_BYTE = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_FIRST = r"(?:22[0-3]|2[01][0-9]|1[0-9][0-9]|[1-9][0-9]?)"
_LABEL = "[A-Za-z0-9_-]+"
_HOST = rf"^(?:{_FIRST}(?:\.{_BYTE}){{3}}|(?=.*[A-Za-z_-]){_LABEL}(?:\.{_LABEL})*)$"
_BELOW_60 = r"(?:0{0,2}[0-9]|0?[1-5][0-9])"
_DAY = r"(?:0{0,2}[0-9]|0?1[0-9]|0?2[0-4])"
_WEEK = r"(?:0{0,2}[0-9]|0?[1-9][0-9]|1[0-5][0-9]|16[0-7])"
_TIMES = rf"(?::{_BELOW_60}){{0,2}}"
_ZONE = r"(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)"
_YEAR = r"(?:0{0,2}[0-9]|0?[1-9][0-9]|[12][0-9][0-9]|3[0-5][0-9]|36[0-5])"
_DATE = (
    r"(?:M(?:0{0,2}[1-9]|0?1[0-2])\.0{0,2}[1-5]\.0{0,2}[0-6]"
    rf"|J(?!0+(?:[/,]|$)){_YEAR}|{_YEAR})(?:/[+-]?{_WEEK}{_TIMES})?"
)
_TZ = rf"^{_ZONE}[+-]?{_DAY}{_TIMES}(?:{_ZONE}(?:[+-]?{_DAY}{_TIMES})?(?:,{_DATE}){{2}})?$"


def settings_schema():
    """What a PUT takes, and what a GET gives."""
    return {
        "type": "object",
        "x-docs": "settings.md",
        "description": "All settings; what is left out has its default.",
        **table(TOP),
    }


def settings_patch_schema():
    """What a PATCH takes: any members, null for a default; lists are replaced as a whole."""
    return {
        "type": "object",
        "x-docs": "settings.md",
        "description": "The members that change; null takes one out, so that its default holds.",
        **table(TOP, is_patch=True),
    }


def table(fields, is_patch=False):
    """The schema of an object with these fields."""
    fields = schema.fields_of(fields)
    found = {
        "type": "object",
        "additionalProperties": False,
        "properties": {field[0]: value(field, is_patch) for field in fields},
    }
    required = [field[0] for field in fields if field[2] is ...]
    if required and not is_patch:
        found["required"] = required
    return found


def value(field, is_patch=False):
    """The schema of one member."""
    _, check, default, low, high = field[:5]
    name = check.rpartition(".")[2]
    found = _KINDS[name](low, high, is_patch)
    if is_patch or default is None:
        found = {"anyOf": [found, {"type": "null"}]}
    if not is_patch:
        if default == ():
            default = [] if name == "rows" else {}
        if default is not ...:
            found["default"] = default
    return found


def _integer(low, high):
    return {"type": "integer", "minimum": low, "maximum": high}


def _text(low, high, pattern=_PRINTABLE):
    pattern += r"(?!\n)"  # Python's $ goes before a last line feed, too
    return {"type": "string", "minLength": low, "maxLength": high, "pattern": pattern}


def _phases(low, high, _):
    one = _integer(low, high)
    three = {"type": "array", "minItems": 3, "maxItems": 3, "items": one}
    return {"anyOf": [one, three]}


def _or_zero(low, high, _):
    return {"anyOf": [{"const": 0}, _integer(low, high)]}


def _netmask(*_):
    masks = []
    for bits in range(8, 31):
        number = 0xFFFFFFFF & ~(0xFFFFFFFF >> bits)
        masks.append(".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0)))
    return {"enum": masks}


def models():
    return ["api", *sorted(path.stem for path in MAPS.glob("*.json"))]


_KINDS = {
    "boolean": lambda low, high, _: {"type": "boolean"},
    "integer": lambda low, high, _: _integer(low, high),
    "choice": lambda low, high, _: {"enum": list(low)},
    "text": lambda low, high, _: _text(low, high),
    "phases": _phases,
    "zero_or": _or_zero,
    "current": _or_zero,
    "rows": lambda low, high, _: {"type": "array", "maxItems": high, "items": table(low)},
    "table": lambda low, high, is_patch: table(low, is_patch),
    "host": lambda low, high, _: _text(low, high, _HOST),
    "word": lambda low, high, _: _text(low, high, "^[A-Za-z0-9_-]+$"),
    "zone": lambda low, high, _: _text(low, high, _TZ),
    "time_of_day": lambda low, high, _: _text(5, 5, "^(?:[01][0-9]|2[0-3]):[0-5][0-9]$"),
    "model": lambda low, high, _: {"enum": models()},
    "secret": lambda low, high, _: _text(3, high, r"^(?:\*\*\*|[ -~]{%d,%d})$" % (low, high)),
    "label": lambda low, high, _: _text(low, high, "^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$"),
    "ipv4": lambda low, high, _: _text(7, 15, rf"^{_BYTE}(?:\.{_BYTE}){{3}}$"),
    "netmask": _netmask,
}


if __name__ == "__main__":
    print(json.dumps(settings_schema(), indent=1))
