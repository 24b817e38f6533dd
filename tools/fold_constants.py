"""Puts the integer constants of all modules into the code that uses them.

mpy-cross does so within a module, for const() only. Here `NAME = 5` or `NAME = const(5)` at the
top of any module of ours takes effect wherever it is imported, as `from module import NAME` or as
`module.NAME`: no import, no name and no look-up of it is left on the board, and a module of
nothing but constants is not loaded. A board does without the definitions, too; scripts that run on
MicroPython (tests, benchmarks) need them. Lines stay where they are, so that the compiler's
complaints name the right ones.
"""

import ast
import collections

# true in every image: what is for CPython is left out
ON_THE_BOARD = {"compat": {"UPY": "True"}}


def constants(sources):
    """Return {module: {NAME: its value as text}}. sources: {module: text}."""
    return {
        module: _assigned(ast.parse(source, module)) | ON_THE_BOARD.get(module, {})
        for module, source in sources.items()
    }


def folded(module, source, known):
    """Return the text of a module with all constants in place. known: what constants() gave."""
    tree = ast.parse(source)
    bound = _bound(tree)
    values = {name: known[module][name] for name in known[module] if bound[name] == 1}
    modules = {}
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    for node in imports:
        for alias in node.names:
            name = alias.asname or alias.name
            if bound[name] > 1:
                continue  # not always this one
            if alias.name in known.get(node.module, {}):
                values[name] = known[node.module][alias.name]
            elif f"{node.module}.{alias.name}" in known:
                modules[name] = known[f"{node.module}.{alias.name}"]
    edits = []
    needed = collections.Counter(  # how often each name is still used
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name)
    )
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            name, value = node.id, values.get(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            name, value = node.value.id, modules.get(node.value.id, {}).get(node.attr)
        else:
            continue
        if value is not None:
            edits.append((node, value))
            needed[name] -= 1
    for node in imports:
        gone = [
            alias
            for alias in node.names
            if (name := alias.asname or alias.name) in values | modules and not needed[name]
        ]
        if gone:
            edits.append((node, _import(node, gone)))
    return _edited(source, edits)


def named(sources):
    """The names by which modules still speak of what is in others. sources: folded texts."""
    found = set()
    for node in [node for source in sources for node in ast.walk(ast.parse(source))]:
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.alias):
            found.add(node.name)
    return found


def undefined(source, values, needed):
    """Return the text of a folded module without its constants. values: its {NAME: value}; needed:
    what named() gave."""
    tree = ast.parse(source)
    names = collections.Counter(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
    edits = []
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name in values and name not in needed and names[name] == 1:
                edits.append((node, "pass" + "\n" * (node.end_lineno - node.lineno)))
                names["const"] -= "const(" in ast.unparse(node)
    if names["const"] == 0:
        for node in tree.body:
            if isinstance(node, ast.ImportFrom) and node.module == "compat":
                edits.append((node, _import(node, [a for a in node.names if a.name == "const"])))
    return _edited(source, edits)


def _assigned(tree):
    """The constants that a module defines."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            value = node.value
            if isinstance(value, ast.Call) and getattr(value.func, "id", "") == "const":
                value = value.args[0]
            try:
                number = ast.literal_eval(value)
            except ValueError:
                continue
            if node.targets[0].id.isupper() and type(number) is int:
                found[node.targets[0].id] = str(number) if number >= 0 else f"({number})"
    return found


def _bound(tree):
    """How often each name is given a meaning, in any scope."""
    bound = collections.Counter()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound[node.id] += 1
        elif isinstance(node, ast.arg):
            bound[node.arg] += 1
        elif isinstance(node, ast.alias):
            bound[(node.asname or node.name).partition(".")[0]] += 1
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bound[node.name] += 1
        elif isinstance(node, ast.ExceptHandler) and node.name:
            bound[node.name] += 1
    return bound


def _import(node, gone):
    """An import statement without some of its names, as many lines long as before."""
    kept = [ast.unparse(alias) for alias in node.names if alias not in gone]
    text = f"from {node.module} import {', '.join(kept)}" if kept else "pass"
    return text + "\n" * (node.end_lineno - node.lineno)


def _edited(source, edits):
    """Put other text in the place of nodes."""
    lines = source.encode().splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    data = source.encode()
    for node, text in sorted(edits, key=lambda edit: (-edit[0].lineno, -edit[0].col_offset)):
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[node.end_lineno - 1] + node.end_col_offset
        data = data[:start] + text.encode() + data[end:]
    return data.decode()
