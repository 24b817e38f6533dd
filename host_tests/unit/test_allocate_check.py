"""A line of tools/allocate.py (contract C4): what it may hold, and what is said of a wrong one."""

import json

import pytest
from firmware.schema import Invalid

from tools.allocate_check import scenario

LIMITS = [16000, 16000, 16000]


def said(line):
    with pytest.raises(Invalid) as caught:
        scenario(line if isinstance(line, bytes) else json.dumps(line).encode())
    text = str(caught.value)
    assert ": " in text and "; give " in text
    return text


def site(**members):
    return {"limits": LIMITS, **members}


def box(**members):
    return site(chargers=[{"name": "A", **members}])


def chain(length):
    rows = [{"name": "1", "limits": None}]
    rows += [{"name": str(k), "parent": str(k - 1), "limits": None} for k in range(2, length + 1)]
    return rows


def flat(count):
    return [{"name": str(k), "limits": LIMITS} for k in range(count)]


LINES = [
    # no JSON object
    (b"", "line: empty"),
    (b"{", "line: no JSON (Expecting property name enclosed in double quotes, column 2)"),
    (b'"\xff"', "line: no UTF-8 (byte 2)"),
    (b"[" * 100000, "line: nested too deeply"),
    (b'{"limits": NaN}', "line: NaN is no JSON"),
    (b'{"limits": %s}' % (b"9" * 5000), "line: a number with too many digits"),
    (b'{"limits": null, "limits": null}', "limits: there twice"),
    ([], "document: a list is no object"),
    # the site
    ({}, "limits: missing"),
    (site(limit=1), "limit: unknown key; give one of limits, circuits, imbalance_ma, chargers"),
    ({"limits": 16000}, "limits: 16000; give three limits"),
    ({"limits": [1, 2]}, "limits: 2 values"),
    ({"limits": [1, 2, -3]}, "limits[2]: -3 is below 0"),
    ({"limits": [1, 2.5, 3]}, "limits[1]: 2.5 is no whole number"),
    ({"limits": [1, True, 3]}, "limits[1]: true is no whole number"),
    ({"limits": [1, 2, 10000001]}, "limits[2]: 10000001 is above 10000000"),
    (site(imbalance_ma=-1), "imbalance_ma: -1 is below 0"),
    (site(imbalance_ma=10000001), "imbalance_ma: 10000001 is above 10000000"),
    (site(imbalance_ma=0.5), "imbalance_ma: 0.5 is no whole number"),
    (site(circuits={}), "circuits: an object is no list"),
    (site(chargers=None), "chargers: null is no list"),
    (site(circuits=flat(16)), "circuits: 16 entries; give at most 15"),
    (site(chargers=[{"name": str(k)} for k in range(65)]), "chargers: 65 entries; give at most"),
    # circuits
    (site(circuits=[{"name": "A"}]), "circuits[0].limits: missing"),
    (site(circuits=[{"limits": None}]), "circuits[0].name: missing"),
    (site(circuits=flat(2) + flat(1)), 'circuits[2].name: "0" is there twice'),
    (
        site(circuits=[{"name": "A", "limits": None, "parent": "B"}]),
        'circuits[0].parent: "B" is no circuit; give "A", null',
    ),
    (
        site(circuits=[{"name": "A", "limits": None, "parent": "A"}]),
        'circuits[0].parent: leads back to "A"',
    ),
    (
        site(
            circuits=[*flat(1), *({**row, "parent": "3"} for row in chain(3)[:1]), *chain(3)[1:]]
        ),
        'circuits[1].parent: leads back to "1"',
    ),
    (
        site(circuits=chain(4)),
        'circuits[3].parent: "4" is 4 levels below the grid connection; give at most 3 levels',
    ),
    # wallboxes
    (site(chargers=[{}]), "chargers[0].name: missing"),
    (site(chargers=["A"]), 'chargers[0]: "A" is no object'),
    (box(name=""), "chargers[0].name: 0 characters"),
    (box(name=7), "chargers[0].name: 7 is no text"),
    (box(name="\ud800"), "chargers[0].name: a character that cannot be shown"),
    (site(chargers=[{"name": "A"}, {"name": "A"}]), 'chargers[1].name: "A" is there twice'),
    (box(circuit="B"), 'chargers[0].circuit: "B" is no circuit; give null'),
    (box(phases=4), "chargers[0].phases: 4 is unknown; give one of 1, 2, 3"),
    (box(phases=None), "chargers[0].phases: null is unknown"),
    (box(rotation="L124"), 'chargers[0].rotation: "L124" is unknown; give one of L123, '),
    (box(min=None), "chargers[0].min: null is no whole number"),
    (box(min=999), "chargers[0].min: 999 is below 1000"),
    (box(max=80001), "chargers[0].max: 80001 is above 80000"),
    (box(min=16000, max=10000), "chargers[0].min: 16000 is above max, 10000; give at most 10000"),
    (box(min_1p=33000), "chargers[0].min_1p: 33000 is above max, 32000"),
    (box(asked=-1), "chargers[0].asked: -1 is below 0"),
    (box(wants=1), "chargers[0].wants: 1 is no truth value; give true or false"),
    (box(charging="no"), 'chargers[0].charging: "no" is no truth value'),
    (box(priority=0.5), "chargers[0].priority: 0.5 is no whole number"),
    (box(weight=0), "chargers[0].weight: 0 is below 1"),
    (box(waiting_s=-1), "chargers[0].waiting_s: -1 is below 0"),
    (box(energy_wh="1"), 'chargers[0].energy_wh: "1" is no whole number'),
    (box(drawn=[1, 2]), "chargers[0].drawn: 2 values"),
    (box(drawn=6000), "chargers[0].drawn: 6000; give three currents"),
    (box(drawn=[6000, None, 0]), "chargers[0].drawn[1]: null is no whole number"),
    (
        box(phases=1, drawn=[6000, 6000, 0]),
        "chargers[0].drawn[1]: 6000 on a phase that the wallbox does not have; give 0",
    ),
    (box(power=1), "chargers[0].power: unknown key; give one of name, phases"),
]


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_what_is_wrong_is_told(line, expected):
    assert said(line).startswith(expected)


def test_what_is_left_out_has_the_defaults_of_the_contract():
    (charger,) = scenario(json.dumps(box()).encode())["chargers"]
    assert charger == {
        "name": "A",
        "phases": 3,
        "rotation": None,
        "min": 6000,
        "min_1p": 6000,
        "max": 32000,
        "asked": None,
        "circuit": 0,
        "wants": True,
        "charging": False,
        "priority": 0,
        "weight": 1,
        "waiting_s": 0,
        "energy_wh": 0,
        "drawn": None,
        "used": 3,
    }


def test_the_largest_site_is_taken():
    chargers = [{"name": str(k), "circuit": str(k % 15)} for k in range(64)]
    found = scenario(json.dumps(site(circuits=flat(15), chargers=chargers)).encode())
    assert len(found["circuits"]) == 16 and len(found["chargers"]) == 64
    assert scenario(json.dumps(site(circuits=chain(3))).encode())["names"] == [None, "1", "2", "3"]
