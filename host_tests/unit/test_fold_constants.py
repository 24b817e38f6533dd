"""Constants in place of their names: the same values, and nothing that is no constant."""

import ast

from tools import build_image
from tools.fold_constants import constants, folded, named, undefined

SOURCES = {
    "codes": "from compat import const\nLOST = const(7)\nBACK = -1\nNAMES = ('a',)\n_OWN = 3\n",
    "pack.codes": "ON = 1\nOFF = 0\n",
    "compat": "import sys\nUPY = sys.platform\nif UPY:\n    A = 1\nelse:\n    A = 2\n",
}
KNOWN = constants(SOURCES)


def fold(source):
    return folded("user", source, KNOWN | {"user": constants({"user": source})["user"]})


def test_only_integers_in_capitals_are_constants():
    assert KNOWN["codes"] == {"LOST": "7", "BACK": "(-1)", "_OWN": "3"}
    assert KNOWN["compat"]["UPY"] == "True"


def test_a_name_that_is_imported_becomes_its_value():
    source = "from codes import BACK, LOST\nprint(LOST - BACK)\n"
    assert fold(source) == "pass\nprint(7 - (-1))\n"


def test_what_is_no_constant_is_imported_as_before():
    source = "from codes import (\n    LOST,\n    NAMES,\n    f as g,\n)\nprint(LOST, NAMES, g)\n"
    result = fold(source)
    assert result.count("\n") == source.count("\n")
    assert result.split() == "from codes import NAMES, f as g print(7, NAMES, g)".split()


def test_a_module_of_constants_only_is_not_imported():
    assert fold("from pack import codes, other\nother(codes.ON)\n") == (
        "from pack import other\nother(1)\n"
    )
    assert fold("from pack import codes\nprint(codes.ON, codes.NAME)\n") == (
        "from pack import codes\nprint(1, codes.NAME)\n"
    )
    assert fold("from pack import codes\nprint(codes)\n").startswith("from pack import codes\n")


def test_own_constants_are_put_in_and_stay():
    assert fold("A = 5\ndef f():\n    return A, 'ä', A\n") == (
        "A = 5\ndef f():\n    return 5, 'ä', 5\n"
    )


def test_a_name_with_a_second_meaning_is_left_alone():
    for source in (
        "A = 5\nA = 6\nprint(A)\n",
        "A = 5\ndef f(A):\n    return A\n",
        "from codes import LOST\nfor LOST in (1, 2):\n    print(LOST)\n",
        "def f():\n    from pack import codes\n    codes = codes.ON\n",
    ):
        assert fold(source) == source


def test_what_is_for_another_interpreter_is_left_out():
    assert "if True:" in folded("compat", SOURCES["compat"], KNOWN)


def test_a_board_needs_no_definitions():
    importing = "from compat import const, sleep_ms\n"
    source = importing + "A = 5\nB = const(\n    6\n)\nNAMES = ('a',)\nprint(5, 6)\n"
    values = {"A": "5", "B": "6"}
    without = "pass\npass\n\n\nNAMES = ('a',)\nprint(5, 6)\n"
    assert undefined(source, values, set()) == "from compat import sleep_ms\n" + without
    source += "C = const('c')\n"
    assert undefined(source, values, set()) == importing + without + "C = const('c')\n"
    # unless somebody still asks for them
    for other in ("from user import A, B\n", "user.A\nuser.B\n"):
        assert undefined(source, values, named([source, other])) == source
    assert undefined("A = 5\nA += 1\n", {"A": "5"}, set()) == "A = 5\nA += 1\n"


def test_no_module_of_the_board_is_imported_for_its_constants():
    """And all still is Python, with as many lines as before."""
    sources = {
        build_image.module(path): (build_image.ROOT / path).read_text()
        for path in build_image.device_files()
        if path.endswith(".py")
    }
    known = constants(sources)
    results = {name: folded(name, source, known) for name, source in sources.items()}
    needed = named(results.values())
    for name, source in sources.items():
        result = undefined(results[name], known[name], needed)
        assert result.count("\n") == source.count("\n")
        for node in ast.walk(ast.parse(result)):
            if isinstance(node, ast.ImportFrom) and node.module in known:
                assert not known[node.module].keys() & {alias.name for alias in node.names}
