"""Codes in words, English and German, from the catalogue that the page uses: www/words/*.json.

Codes are those of lib/loadmgmt/reason.py and of the event log; www/text.js makes the same
sentences of them. Currents come in mA and are written as "12.0 A". An unknown code stays a code.
"""

import functools
import json
import pathlib
import re

from loadmgmt import trust

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "www" / "words"
LANGUAGES = ("en", "de")
_CAUSES = ("power_on", "restart", "watchdog", "reset")  # value of the event 1
_CIRCUIT_EVENTS = (10, 11)
_CHARGER_EVENTS = (*range(20, 30), 70, 71, 75, 81, 82, 83)
_USERS = range(1, 5)
_WIRING = range(1, 5)  # as in lib/loadmgmt/learn.py
_DECIMAL_MARK = {"en": ".", "de": ","}


@functools.cache
def catalogue(language: str) -> dict:
    """All words of a language by code. Raises KeyError for a language there is not."""
    if language not in LANGUAGES:
        raise KeyError(language)
    return json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))


def say(code: str, language="en", **values) -> str:
    """The words for a code, with {names} filled in; the code itself where there are none."""

    def filled(found):
        value = values.get(found[1])
        return found[0] if value is None else str(value)

    return re.sub(r"\{(\w+)\}", filled, catalogue(language).get(code, code))


def amps(current_ma: int, language="en") -> str:
    """mA as ampere with one digit: "12.0 A"."""
    tenths = (abs(current_ma) + 50) // 100
    sign = "−" if current_ma < 0 and tenths else ""
    whole = f"{tenths // 10:,}"
    if language == "de":
        whole = whole.replace(",", ".")
    return f"{sign}{whole}{_DECIMAL_MARK[language]}{tenths % 10} A"


def place(circuit: str | None, phase: int, language="en") -> str:
    """Circuit and phase (1..3); a site without circuits has one limit only."""
    code = "place" if circuit else "place.site"
    return say(code, language, circuit=circuit, phase=phase)


def reason(code: str, circuit=None, phase=None, value_ma=0, language="en", on=False) -> str:
    """Why a wallbox has its setpoint.

    code: one of reason.NAMES; circuit: its name; phase: 1..3; value_ma: what goes with the code;
    on: the setpoint is above 0.
    """
    endings = {"more": on, "zero": not value_ma, "site": not circuit}
    return say(
        _variant("reason." + code, endings, language),
        language,
        circuit=circuit,
        place=place(circuit, phase, language),
        value=amps(value_ma, language),
    )


def event(code: int, subject: int, value: int, circuits, chargers, language="en") -> str:
    """One entry of the event log. circuits, chargers: their names in the order of the settings."""
    endings = {"zero": not value, "none": value < 0}
    words = {"value": amps(value, language), "number": subject, "seconds": (value + 500) // 1000}
    if code == 1:
        words["cause"] = say("reset." + _name(_CAUSES, value), language)
    elif code == 32:
        endings = {"silent": subject == 1, "none": value < 0}
    elif code in (60, 61):
        words["address"] = ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))
    elif code == 62:
        endings = {"zero": not subject}
    elif code == 63:
        words["what"] = say(f"users.{subject}", language) if subject in _USERS else str(subject)
    elif code == 12:
        words["what"] = say(f"wiring.{value}", language) if value in _WIRING else str(value)
    elif code in _CIRCUIT_EVENTS:
        words["circuit"] = _name(circuits, subject)
        words["trust"] = say("trust." + _name(trust.NAMES, value), language)
    elif code in _CHARGER_EVENTS:
        words["charger"] = _name(chargers, subject)
        words["number"] = value
    at = {12: subject, 24: value, 30: subject, 31: subject}.get(code)
    if at is not None:
        words["place"] = place(_name(circuits, at // 3), at % 3 + 1, language)
    return say(_variant(f"event.{code}", endings, language), language, **words)


def _variant(code, endings, language):
    """The code with each ending that applies and for which there are words."""
    for ending, applies in endings.items():
        if applies and f"{code}.{ending}" in catalogue(language):
            code += "." + ending
    return code


def _name(names, index):
    """A name by its number; the number itself where settings have changed since."""
    return names[index] if 0 <= index < len(names) else str(index)
