"""tools/simulate.py with files, expectations and streams that are wrong: one line, never a
traceback."""

import copy
import json
import pathlib
import random
import subprocess
import sys

import pytest

from tools.simulate import main, play
from tools.virtual.keys import ScenarioError, parse
from tools.virtual.scenario import check

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = [sys.executable, str(ROOT / "tools" / "simulate.py")]
FILES = sorted((ROOT / "host_tests" / "scenarios").glob("*.json"))
GOOD = """{
 "seconds": 60,
 "circuits": [
  {"name": "grid", "main_ma": 35000, "meter": {}, "house": [{"ma": 3000}]},
  {"name": "barn", "parent": "grid"}],
 "chargers": [{"name": "box", "count": 2}],
 "cars": [{"charger": "box 1"}, {"charger": "box 2", "plug_s": 20, "unplug_s": 30}],
 "events": [],
 "expect": {}
}"""


def said(text):
    with pytest.raises(ScenarioError) as caught:
        check(parse(text))
    line = str(caught.value)
    assert line.isprintable() and line.isascii() and "; right: " in line
    path, _, rest = line.partition(": ")
    assert path and rest and not line.rstrip().endswith("right:")
    return line


def house(load):
    return '"house": [{"ma": 3000}]', f'"house": [{load}]'


def event(inside):
    return '"events": []', '"events": [{"at_s": 5, %s}]' % inside


def expect(inside):
    return '"expect": {}', '"expect": {%s}' % inside


def car(inside):
    return '{"charger": "box 1"}', "{%s}" % inside


def box(inside):
    return '"count": 2', f'"count": 2, {inside}'


ORDERED = '"fault": "frozen", "meter": "grid", "until_s": 5'
# what is replaced in GOOD by what, what is said
WRONG = [
    # a number that is none, or not of the kind
    (house('{"points": [[NaN, 1, 1, 1]]}'), "circuits[0].house[0].points[0][0]: NaN is wrong"),
    (house('{"points": [[0, 1, Infinity, 1]]}'), "circuits[0].house[0].points[0][2]: Infinity"),
    (house('{"points": [[0, 1, 1e300, 1]]}'), "circuits[0].house[0].points[0][2]: 1e+300"),
    (house('{"points": [[0, true, 1, 1]]}'), "circuits[0].house[0].points[0][1]: true"),
    (house('{"points": [[1, 2, 3]]}'), "circuits[0].house[0].points[0]: [1, 2, 3] is wrong"),
    (house('{"ma": [1, 2.0, 3]}'), "circuits[0].house[0].ma[1]: 2.0 is wrong; right: an integer"),
    (('"seconds": 60', '"seconds": 1e999'), "seconds: Infinity is wrong"),
    (('"seconds": 60', '"seconds": NaN'), "seconds: NaN is wrong; right: a number 1..1000000"),
    (box('"phases": 1.0'), "chargers[0].phases: 1.0 is wrong; right: one of 1, 3"),
    (box('"phases": true'), "chargers[0].phases: true is wrong; right: one of 1, 3"),
    (box('"step_ma": 16000'), "chargers[0].step_ma: 16000 is wrong; right: a divisor of min_ma"),
    (box('"wiring": []'), "chargers[0].wiring: [] is wrong; right: one of"),
    (box('"priority": true'), "chargers[0].priority: true is wrong"),
    (car('"charger": "box 1", "phases": 2.0'), "cars[0].phases: 2.0 is wrong; right: one of 1"),
    # keys
    (('"seconds": 60', '"seconds": 60, "seconds": 70'), "seconds: there twice; right: once"),
    (box('"count": 2'), "chargers[0].count: there twice; right: once"),
    (event('"available_ma": 1, "available_ma": 2'), "events[0].available_ma: there twice"),
    (expect('"a": {"is": 1, "is": 2}'), "expect.a.is: there twice"),
    (('"seconds"', '"": 1, "seconds"'), '"": unknown key; right: about, seconds'),
    (('"seconds"', '"\\ud800\\n": 1, "seconds"'), '"\\ud800\\n": unknown key'),
    (('"seconds": 60,', ""), "seconds: missing; right: a number 1..1000000"),
    (car(""), "cars[0].charger: missing; right: a text"),
    (('"grid", "main_ma"', '"gr\\nid", "main_ma"'), 'circuits[0].name: "gr\\nid" is wrong'),
    ((GOOD, "null"), "the file: null is wrong; right: an object"),
    ((GOOD, "[" * 900 + "]" * 900), "the file: "),
    # a circuit, a wallbox, a car
    (('"parent": "grid"', '"parent": "barn"'), 'circuits[1].parent: "barn" is wrong; right: one'),
    (('"name": "grid"', '"name": "grid", "parent": "b"'), "circuits[0].parent: "),
    (
        ('"main_ma": 35000, ', ""),
        "circuits[0].main_ma: missing; right: the fuse of a circuit with a meter",
    ),
    (
        ('"chargers": [', '"chargers": [{"name": "box 2"}, '),
        'chargers[1].name: "box 2" is wrong; right: a name that no other has',
    ),
    (
        ('"count": 2}', '"count": 2}, {"name": "b", "count": 63}'),
        "chargers[1]: with it there are 65 wallboxes; right: at most 64 in all",
    ),
    (('{"name": "box", "count": 2}', ""), 'cars[0].charger: "box 1" is wrong; right: no cars'),
    (car('"charger": []'), 'cars[0].charger: [] is wrong; right: a name, a list of names, or "al'),
    (car('"charger": ["box 1", 2]'), "cars[0].charger[1]: 2 is wrong; right: a text"),
    (
        car('"charger": "box 2", "plug_s": 22'),
        "cars[0].plug_s: 22.0 is wrong; right: at least 30.0, when cars[1] leaves box 2",
    ),
    (
        car('"charger": "box 2"'),
        "cars[1].plug_s: 20.0 is wrong; right: no car: cars[0] stays at box 2",
    ),
    (
        car('"charger": "box 1", "min_ma": 20000'),
        "cars[0].max_ma: 16000 is wrong; right: at least",
    ),
    # loads
    (house("{}"), "circuits[0].house[0]: nothing that it is; right: one of ma, noise_ma, points"),
    (house('{"ma": 1, "noise_ma": 2}'), "circuits[0].house[0]: ma and noise_ma; right: one of"),
    (house('{"ma": 1, "linear": true}'), "circuits[0].house[0].linear: does not go with ma"),
    (house('{"noise_ma": 1, "ramp_s": 1}'), "circuits[0].house[0].ramp_s: does not go with"),
    (
        house('{"ma": 1, "from_s": 9, "until_s": 3}'),
        "circuits[0].house[0].until_s: 3.0 is wrong; right: more than from_s, 9.0",
    ),
    (
        house('{"points": [[5, 1, 1, 1], [0, 1, 1, 1]]}'),
        "circuits[0].house[0].points[1][0]: 0.0 is wrong; right: at least 5.0, in order",
    ),
    (
        house('{"points": [[5, 1, 1, 1]], "every_s": 5}'),
        "circuits[0].house[0].every_s: 5.0 is wrong; right: more than the last time, 5.0",
    ),
    (house('{"ma": 1, "every_s": 5}'), "circuits[0].house[0].until_s: missing; right: when it"),
    (
        house('{"ma": 1, "until_s": 5, "ramp_s": 2, "every_s": 6}'),
        "circuits[0].house[0].every_s: 6.0 is wrong; right: at least its length, 7.0",
    ),
    # events
    (event('"until_s": 8'), "events[0]: nothing that it is; right: one of fault"),
    (event('"fault": "off", "restart_s": 8'), "events[0]: fault and restart_s; right: one of"),
    (
        event('"fault": "vanish", "charger": "box 1", "meter": "grid"'),
        "events[0].meter: does not go with vanish; right: at_s, fault, until_s, charger",
    ),
    (event(ORDERED), "events[0].until_s: 5.0 is wrong; right: more than at_s, 5.0"),
    (
        event('"fault": "nan", "meter": "grid", "value": 1'),
        "events[0].value: does not go with nan",
    ),
    (event('"fault": "factor", "meter": "grid"'), "events[0].value: missing; right: a number"),
    (event('"fault": "nan"'), "events[0].meter: missing; right: one of grid"),
    (
        event('"fault": "nan", "meter": "barn"'),
        'events[0].meter: "barn" is wrong; right: one of g',
    ),
    (event('"fault": "off"'), "events[0].charger: missing; right: one of box 1, box 2"),
    (event('"limit_ma": 9000'), "events[0].circuit: missing; right: one of grid"),
    (event('"available_ma": 9000, "until_s": 9'), "events[0].until_s: does not go with available"),
    (event('"restart_s": 9, "charger": "box 1"'), "events[0].charger: does not go with restart_s"),
    # expectations
    (expect('"violations": {}'), "expect.violations: {} is wrong; right: min, max or both; or is"),
    (expect('"violations": {"max": null}'), "expect.violations: "),
    (expect('"violations": {"max": 1, "is": 1}'), "expect.violations: "),
    (expect('"violations": {"max": "1"}'), 'expect.violations.max: "1" is wrong'),
    (expect('"violations": {"is": [1]}'), "expect.violations.is: [1] is wrong; right: a number"),
    (expect('"violations": {"is": NaN}'), "expect.violations.is: NaN is wrong"),
    (expect('"violations": {"min": 2, "max": 1}'), "expect.violations.min: 2 is wrong; right: at"),
    (expect('"violations": [1]'), "expect.violations: [1] is wrong; right: an object"),
    (expect('"\\n\\ud800": 1'), 'expect."\\n\\ud800": 1 is wrong'),
]


def test_what_is_replaced_was_right():
    assert play(check(parse(GOOD)))["violations"] == 0


@pytest.mark.parametrize(("replaced", "line"), WRONG)
def test_what_is_wrong_is_told_with_its_path(replaced, line):
    old, new = replaced
    assert GOOD.count(old) == 1
    assert said(GOOD.replace(old, new)).startswith(line)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", "no JSON (Expecting value, line 1, column 1); right: one JSON object"),
        (b"[" * 100000, "nested too deeply; right: one JSON object"),
        (b'{"a":' * 100000, "nested too deeply; right: one JSON object"),
        (b'{"seconds": %s}' % (b"9" * 5000), "a number with too many digits; right: at most 16"),
        (b'"\xff"', "no UTF-8 (byte 2); right: one JSON object"),
    ],
)
def test_a_file_that_is_no_json_is_one_line(tmp_path, capsys, content, line):
    path = tmp_path / "scenario.json"
    path.write_bytes(content)
    assert main([str(path)]) == 2
    assert capsys.readouterr() == ("", f"{path}: {line}\n")


@pytest.mark.parametrize(
    ("expected", "line"),
    [
        ('"circuits/grid/fuse/L1": {"max": 1}', "L1/overload_as"),
        ('"cars": {"is": null}', "right: one of cars/box 1, cars/box 2"),
        ('"law": {"max": 1}', "'fusekeeper' is no number; right: is"),
        ('"cars/box 1/is_full": {"max": 1}', "False is no number; right: is"),
    ],
)
def test_an_expectation_that_cannot_be_compared_is_one_line(tmp_path, capsys, expected, line):
    path = tmp_path / "scenario.json"
    path.write_text(GOOD.replace('"expect": {}', '"expect": {%s}' % expected))
    assert main([str(path)]) == 2
    out, err = capsys.readouterr()
    assert not out and err.startswith("expect.") and line in err and err.count("\n") == 1


# --- streams


@pytest.mark.parametrize(
    ("redirection", "status", "line"),
    [
        (">&-", 2, "standard output is closed"),
        (">/dev/full", 2, "standard output cannot be written: No space left on device"),
        (">&- 2>&-", 2, None),
        ("<&- >out 2>&-", 0, None),
        ("--trace /dev/full", 2, "/dev/full: cannot be written: No space left on device"),
    ],
)
def test_closed_and_full_streams_are_one_line(tmp_path, redirection, status, line):
    path = tmp_path / "scenario.json"
    path.write_text(GOOD)
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" "$1" "$2" {redirection}', *TOOL, str(path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == status and not done.stdout
    if line:
        assert line in done.stderr and done.stderr.count("\n") == 1
    else:
        assert not done.stderr


def test_a_reader_that_goes_away_ends_it_quietly(tmp_path):
    path = tmp_path / "scenario.json"
    path.write_text(GOOD)
    with subprocess.Popen(
        [*TOOL, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


# --- files that were right, damaged


VALUES = [None, True, False, 0, 1, -1, 1.0, 0.5, 1e300, 10**30, float("nan"), float("inf")]
VALUES += ["", "all", "box 1", "box", "grid", "\ud800", "a\nb", [], [[]], {}, [1, 2, 3], [0, 0]]
VALUES += [6000, 16000, 80000, [[0, 1, 2, 3]], {"max": 1}, {"is": None}, 10, 20, 30, "frozen"]
KEYS = ["", "name", "until_s", "from_s", "ma", "points", "meter", "charger", "fault", "value"]
KEYS += ["available_ma", "limit_ma", "restart_s", "every_s", "parent", "count", "circuit"]
KEYS += ["generation", "includes_chargers", "offline_ma", "telegram_s", "resolution_ma", "step_ma"]


def places(value):
    """All (container, key) of a document."""
    found = []
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in inside:
        found.append((value, key))
        if isinstance(one, (dict, list)):
            found += places(one)
    return found


def damage(dice, document, known):
    """Change one place of a document: leave out, replace, scale, copy from elsewhere, add.

    `known` are the values that a key has anywhere: much of what they make is right.
    """
    everywhere = places(document)
    holder, key = dice.choice(everywhere)
    how = dice.randrange(12)
    if how > 5 and key in known:
        holder[key] = copy.deepcopy(dice.choice(known[key]))
    elif how > 5:
        into = dice.choice([one for one, _ in everywhere if isinstance(one, dict)])
        key = dice.choice(list(known))
        into[key] = copy.deepcopy(dice.choice(known[key]))
    elif how == 0:
        del holder[key]
    elif how == 1:
        holder[key] = copy.deepcopy(dice.choice(VALUES))
    elif how == 2:
        other, at = dice.choice(everywhere)
        holder[key] = copy.deepcopy(other[at])
    elif how == 3 and isinstance(holder[key], (int, float)):
        holder[key] = dice.choice((-1, 0, 0.1, 0.5, 2, 10)) * holder[key]
    elif how == 4 and isinstance(holder, list):
        holder.insert(key, copy.deepcopy(holder[key]))
    elif isinstance(holder[key], (int, float)):
        holder[key] += dice.choice((-1000, -1, 1, 0.5, 1000))
    else:
        into = dice.choice([one for one, _ in everywhere if isinstance(one, dict)])
        into[dice.choice(KEYS)] = copy.deepcopy(dice.choice(VALUES))


def small(document):
    """Short, so that many can be played."""
    document["seconds"] = 40
    for one in document.get("events", []):
        one["at_s"] = min(one["at_s"], 20)
        if "until_s" in one:
            one["until_s"] = min(one["until_s"], 30)
    return document


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_file_is_played_or_refused_in_one_line(tmp_path, capsys, seed):
    dice = random.Random(seed)
    good = [small(json.loads(path.read_text())) for path in FILES]
    known = {}
    for document in good:
        for holder, key in places(document):
            if isinstance(key, str) and key != "seconds":
                known.setdefault(key, []).append(holder[key])
    path = tmp_path / "scenario.json"
    statuses = [0, 0, 0]
    for _ in range(300):
        document = copy.deepcopy(dice.choice(good))
        for _ in range(dice.choice((1, 1, 1, 2, 5))):
            damage(dice, document, known)
        seconds = document.get("seconds")
        if isinstance(seconds, (int, float)) and seconds > 40:
            document["seconds"] = 40
        path.write_text(json.dumps(document))
        status = main([str(path)])
        statuses[status] += 1
        out, err = capsys.readouterr()
        assert (status == 2) == (out == "")
        if status == 2:
            line = err.removesuffix("\n")
            assert "\n" not in line and ": " in line and "; right: " in line
            assert not line.startswith(":") and line.rpartition("right: ")[2].strip()
    assert min(statuses[0] + statuses[1], statuses[2]) > 50


def test_damaged_text_is_played_or_refused(tmp_path, capsys):
    dice = random.Random(7)
    pieces = [
        "NaN",
        "1e999",
        "true",
        "null",
        "-",
        "0",
        "1",
        '"',
        "{",
        "}",
        "[",
        "]",
        ",",
        "\\",
        " ",
    ]
    path = tmp_path / "scenario.json"
    for _ in range(400):
        at = dice.randrange(len(GOOD))
        end = at + dice.choice((0, 1, 5))
        piece = dice.choice([*pieces, GOOD[at:end] * 2])
        path.write_text(GOOD[:at] + piece + GOOD[end:])
        status = main([str(path)])
        out, err = capsys.readouterr()
        assert status in (0, 1, 2) and (status == 2) == (out == "")
        assert status != 2 or (err.count("\n") == 1 and "; right: " in err)


@pytest.mark.parametrize(
    ("replaced", "more", "line"),
    [
        ('"meter": {}', '"breaker": "B"', 'circuits[0].breaker: "B" is wrong; right: "strict"'),
        ("", '"imbalance_mode": "preventive"', "circuits[0].imbalance_ma: missing; right: "),
        ("", None, "options.learn: missing; right: "),
    ],
)
def test_what_is_switched_on_without_what_it_needs(replaced, more, line):
    document = json.loads(GOOD)
    if more is None:
        document["options"] = {"probe_ma": 3000}
    else:
        document["circuits"][0].update(json.loads("{%s}" % more))
    if replaced:
        del document["circuits"][0]["meter"]
    assert said(json.dumps(document)).startswith(line)
