"""Small mistakes made on purpose in a Python source: a test suite ought to notice each.

Comparisons flipped, constants one off, + and - (and, or, min, max) exchanged, statements dropped,
values returned that are none. The order is that of ast.walk, so a mutant is known by its number.
"""

import ast

COMPARISONS = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
OPERATORS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
}
NAMES = {"min": "max", "max": "min"}
DROPPED = (ast.Expr, ast.Assign, ast.AugAssign, ast.Continue, ast.Break, ast.Delete)


def mutants(source: str) -> list:
    """Return [(line, what was changed)] of all mutants of a source, by number."""
    return [(line, kind) for line, kind, _ in _all(ast.parse(source))]


def mutant(source: str, number: int) -> str:
    """Return the source of one mutant."""
    tree = ast.parse(source)
    _all(tree)[number][2]()
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def _all(tree):
    """Return [(line, kind, function that changes the tree)]."""
    found = []
    for node in ast.walk(tree):
        for kind, change in _of(node):
            found.append((getattr(node, "lineno", 1), kind, change))
        for name in ("body", "orelse"):
            block = getattr(node, name, None)
            if isinstance(block, list):
                found += _dropped(block)
    return found


def _setter(record, name, value):
    return lambda: setattr(record, name, value)


def _of(node):
    if isinstance(node, ast.Compare):
        for at, operator in enumerate(node.ops):
            for other in COMPARISONS[type(operator)]:
                ops = list(node.ops)
                ops[at] = other()
                kind = f"{type(operator).__name__} -> {other.__name__}"
                yield kind, _setter(node, "ops", ops)
    elif isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in OPERATORS:
        other = OPERATORS[type(node.op)]
        yield f"{type(node.op).__name__} -> {other.__name__}", _setter(node, "op", other())
    elif isinstance(node, ast.BoolOp):
        other = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield f"{type(node.op).__name__} -> {other.__name__}", _setter(node, "op", other())
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        for value in (node.value + 1, node.value - 1):
            yield f"{node.value} -> {value}", _setter(node, "value", value)
    elif isinstance(node, ast.Constant) and type(node.value) is bool:
        yield f"{node.value} -> {not node.value}", _setter(node, "value", not node.value)
    elif isinstance(node, ast.Call) and getattr(node.func, "id", None) in NAMES:
        other = NAMES[node.func.id]
        yield f"{node.func.id} -> {other}", _setter(node.func, "id", other)
    elif isinstance(node, (ast.If, ast.While)) and isinstance(node.test, ast.UnaryOp):
        if isinstance(node.test.op, ast.Not):
            yield "not dropped", _setter(node, "test", node.test.operand)
    elif isinstance(node, ast.Return) and node.value is not None:
        if not (isinstance(node.value, ast.Constant) and not node.value.value):
            yield "return 0", _setter(node, "value", ast.Constant(0))


def _dropped(block):
    for at, statement in enumerate(block):
        if not isinstance(statement, DROPPED):
            continue
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue  # a docstring
        words = ast.unparse(statement).split("\n")[0]

        def drop(at=at):
            block[at] = ast.Pass()

        yield statement.lineno, f"dropped: {words[:60]}", drop
