"""The mutator changes what it says, once, and the run tells who was noticed."""

import ast

import pytest

from tools import mutants

SOURCE = '''"""A docstring is left alone."""
LIMIT = 10


def clip(a, on):
    """So is this."""
    if a < LIMIT and not on:
        a += 1
    return max(a, 0)
'''


def test_each_mutant_is_a_program_and_another_one():
    seen = {ast.unparse(ast.parse(SOURCE))}
    for number, (line, kind) in enumerate(mutants.mutants(SOURCE)):
        changed = mutants.mutant(SOURCE, number)
        compile(changed, "mutant", "exec")
        assert changed.strip() not in seen, (line, kind)
        seen.add(changed.strip())
        assert "A docstring is left alone" in changed and "So is this" in changed


@pytest.mark.parametrize(
    "kind, line, words",
    [
        ("10 -> 11", 2, "LIMIT = 11"),
        ("Lt -> LtE", 7, "a <= LIMIT"),
        ("Lt -> GtE", 7, "a >= LIMIT"),
        ("And -> Or", 7, "a < LIMIT or not on"),
        ("Add -> Sub", 8, "a -= 1"),
        ("dropped: a += 1", 8, "pass"),
        ("max -> min", 9, "min(a, 0)"),
        ("0 -> -1", 9, "max(a, -1)"),
        ("return 0", 9, "return 0"),
    ],
)
def test_a_mutant_is_what_it_says(kind, line, words):
    number = mutants.mutants(SOURCE).index((line, kind))
    assert words in mutants.mutant(SOURCE, number)


def test_mutants_keep_their_numbers():
    assert mutants.mutants(SOURCE) == mutants.mutants(SOURCE)
