"""firmware/web/api.py and paths.py: resources in pieces, and paths into them."""

import json

from firmware.web import Refusal
from firmware.web.api import pieces
from firmware.web.paths import walk


def items(count, make):
    for i in range(count):
        yield make(i)


def tree():
    return {
        "name": 'a "b"',
        "list": [1, [2, 3]],
        "none": None,
        "each": items(3, lambda i: {"i": i, "name": "x%d" % i}),
        "nobody": items(0, None),
    }


def test_pieces_are_the_json_of_the_tree():
    found = json.loads("".join(pieces(tree())))
    assert found == {
        "name": 'a "b"',
        "list": [1, [2, 3]],
        "none": None,
        "each": [{"i": 0, "name": "x0"}, {"i": 1, "name": "x1"}, {"i": 2, "name": "x2"}],
        "nobody": [],
    }
    assert "".join(pieces({})) == "{}"
    assert "".join(pieces(items(0, None))) == "[]"
    assert "".join(pieces(7)) == "7"


def test_an_item_is_made_only_when_its_turn_comes():
    made = []
    stream = pieces({"each": items(64, made.append)})
    next(stream)
    assert made == []
    for _ in range(3):
        next(stream)
    assert len(made) <= 3


def test_paths():
    for path, value in (
        ("", None),
        ("name", 'a "b"'),
        ("list/1/0", 2),
        ("each/2/name", "x2"),
        ("none", None),
    ):
        found = walk(tree(), [step for step in path.split("/") if step])
        assert path == "" or found == value, path


def test_paths_that_lead_nowhere():
    for path in (
        "nome", "name/x", "list/2", "list/-1", "list/x", "each/3", "each/03x", "each/", "none/0",
        "list/1/0/0", "each/0/i/0", "list/99999999999999999999", "nobody/0",
    ):  # fmt: skip
        try:
            found = walk(tree(), path.split("/"))
        except Refusal as refusal:
            assert refusal.args[0] == 404
        else:
            raise AssertionError("%s leads to %r" % (path, found))


def test_a_tuple_of_dicts_is_one_dict_in_parts():
    parts = ({"a": 1, "b": {"c": 2}}, {}, {"d": [3]})
    assert json.loads("".join(pieces(parts))) == {"a": 1, "b": {"c": 2}, "d": [3]}
    assert json.loads("".join(pieces({"each": items(2, lambda i: parts)}))) == {
        "each": [{"a": 1, "b": {"c": 2}, "d": [3]}] * 2
    }
    assert walk(parts, ["b", "c"]) == 2
    assert walk(parts, ["d", "0"]) == 3
    try:
        walk(parts, ["e"])
        raise AssertionError("found it")
    except Refusal as refusal:
        assert refusal.args[0] == 404
