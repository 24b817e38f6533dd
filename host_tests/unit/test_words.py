"""The words of page and tools: complete, the same codes in each language, and as sentences."""

import json
import re

import pytest
from firmware import eventcodes
from loadmgmt import event, reason, trust

from tools import inline_page, words


def names_in(text):
    return sorted(re.findall(r"\{\w+\}", text))


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_code_of_the_brain_has_words(language):
    known = words.catalogue(language)
    assert [name for name in reason.NAMES if "reason." + name not in known] == []
    assert [name for name in trust.NAMES if "trust." + name not in known] == []
    for module in (event, eventcodes):
        names = [key for key in vars(module) if key.isupper() and not key.startswith("TOLD_")]
        codes = [getattr(module, name) for name in names]
        assert [code for code in codes if f"event.{code}" not in known] == []


def test_the_languages_say_the_same():
    english, german = map(words.catalogue, words.LANGUAGES)
    assert list(english) == list(german)
    for code in english:
        assert names_in(english[code]) == names_in(german[code]), code
        assert english[code].strip() and german[code].strip(), code


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_nothing_is_left_to_fill_in(language):
    for name in reason.NAMES:
        for circuit, phase in (("Garage", 2), (None, 1)):
            for value in (0, 6000):
                for on in (True, False):
                    text = words.reason(name, circuit, phase, value, language, on)
                    assert "{" not in text and "None" not in text.replace(f"{circuit}", ""), text
    for code in [key[6:] for key in words.catalogue(language) if re.fullmatch(r"event\.\d+", key)]:
        for subject in (0, 1, 5):
            for value in (-1, 0, 3, 6000):
                text = words.event(int(code), subject, value, ["Garage"], ["Left"], language)
                assert "{" not in text, text


# a code with its arguments, and the sentence
SENTENCES = [
    (("limit", "Garage", 2, 12000), "Limited by Garage, phase L2: its share is 12.0 A."),
    (("limit", "Garage", 2, 0), "Limited by Garage, phase L2."),
    (("limit", None, 1, 0), "Limited by the maximum current of the site, phase L1."),
    (("no_room", "Garage", 3, 6000), "Its minimum of 6.0 A does not fit on Garage, phase L3."),
    (("lost", None, None, 0), "Its own time-out has passed: nothing is reserved for it any more."),
    (("lost", None, None, 16000), "16.0 A stay reserved for it: it may still draw them."),
    (("waits_turn",), "Waits for its turn: others charge."),
    (("limit", "Hof", 2, 12050, "de"), "Begrenzt durch Hof, Phase L2: der Anteil ist 12,1 A."),
    (("not yet known",), "reason.not yet known"),
]


@pytest.mark.parametrize(("arguments", "sentence"), SENTENCES)
def test_a_reason_in_words(arguments, sentence):
    assert words.reason(*arguments) == sentence


EVENTS = [
    ((1, 0, 2), "Started: watchdog."),
    ((10, 0, trust.SILENT), "Meter of Garage: not answering."),
    ((20, 1, 6000), "Right does not answer; 6.0 A stay reserved for it."),
    ((24, 0, 2), "Left was stopped: no room for its minimum on Garage, phase L3."),
    ((30, 1, 2500), "Garage, phase L2: 2.5 A too much."),
    ((32, 0, 9000), "Current set from outside: 9.0 A."),
    ((32, 1, -1), "Nobody has set the current from outside for too long: no limit applies."),
    ((20, 7, 6000), "7 does not answer; 6.0 A stay reserved for it."),
    ((60, 4, 0xC0A80142 - (1 << 32)), "Wrong password from 192.168.1.66, 4 in a row."),
    ((61, 2, 0x0A000007), "Login with a password from 10.0.0.7."),
    ((62, 0, 0), "The first password was set."),
    ((62, 1, 0), "A user has set a new password."),
    ((63, 3, 0), "The users were changed: a token made."),
    ((99, 0, 0), "event.99"),
]


@pytest.mark.parametrize(("arguments", "sentence"), EVENTS)
def test_an_event_in_words(arguments, sentence):
    assert words.event(*arguments, ["Garage"], ["Left", "Right"]) == sentence


# as the page's Intl.NumberFormat has them
@pytest.mark.parametrize(
    ("current_ma", "english", "german"),
    [
        (0, "0.0 A", "0,0 A"),
        (12000, "12.0 A", "12,0 A"),
        (12250, "12.3 A", "12,3 A"),
        (-6000, "−6.0 A", "−6,0 A"),
        (1234567, "1,234.6 A", "1.234,6 A"),
    ],
)
def test_amperes(current_ma, english, german):
    assert (words.amps(current_ma), words.amps(current_ma, "de")) == (english, german)


def test_json_is_in_the_page_as_data_that_cannot_end_it(tmp_path):
    data = {"a": "</script><!-- <script>", "ä": 1}
    (tmp_path / "data.json").write_text(json.dumps(data, indent=4))
    page = tmp_path / "index.html"
    page.write_text('<script type="application/json" id="x" src="data.json"></script>')
    text = inline_page.inlined(page)
    (held,) = re.findall(r'<script type="application/json" id="x">\n(.*)\n</script>', text)
    assert json.loads(held) == data
    assert "<" not in held and "\n" not in held


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_page_holds_the_whole_catalogue(language):
    text = inline_page.inlined(words.FOLDER.parent / "index.html")
    (held,) = re.findall(f'<script type="application/json" id="words.{language}">\n(.*)\n<', text)
    assert json.loads(held) == words.catalogue(language)
