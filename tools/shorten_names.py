"""Gives the names that only one place knows short ones that all modules of a board share.

MicroPython keeps each name of code that it has loaded for ever. So in the image

- functions and variables of a module that begin with _ and that no other module asks for, and
  attributes and methods that begin with _ and that only objects of one module have, are _a, _b and
  so on; in one module each of these stands for one thing, so that a traceback can be read;
- parameters that nobody passes by name have names that the interpreter holds anyway.

What is named in any text keeps its name (getattr, on_demand), and so do classes, whose names are
compared when settings are taken over, and what a class shares with one of another module. Lines
stay where they are. tools/names.py turns back what a board prints.
"""

import ast
import builtins
import re
import string

from tools.scopes import Names

SHORT = ["_" + letter for letter in string.ascii_letters]
# part of the .mpy format ("static qstrs"): they take no memory in any interpreter
PARAMETERS = (
    "value key index count start stop step end args sep items keys values send find copy get "
    "format join split update read write close remove replace insert append extend clear"
).split()
_WORD = re.compile(r"[A-Za-z_]\w*")


def shortened(sources, others=(), texts=()):
    """Return ({module: text}, {module: {short: long}}).

    sources: {module: text}; others: sources that stay as they are; texts: data that may name
    something.
    """
    found = {module: Names(source) for module, source in sources.items()}
    world = _World(found, [Names(source) for source in others], texts)
    results, known = {}, {}
    for module, names in found.items():
        edits, known[module] = _private(names, world)
        results[module] = _edited(sources[module], edits + _parameters(names, world))
    return results, {module: shorts for module, shorts in known.items() if shorts}


class _World:
    """What all sources say of names."""

    def __init__(self, found, others, texts):
        self.words = {word for text in texts for word in _WORD.findall(text)}
        self.keywords = set()
        self.imported = set()
        self.asked = set()  # attributes that anything but self is asked for
        self.having = {}  # {attribute: the sources that have it}
        for names in [*found.values(), *others]:
            nodes = list(ast.walk(names.tree))
            docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
            for node in nodes:
                if isinstance(node, ast.keyword):
                    self.keywords.add(node.arg)
                elif isinstance(node, ast.alias):
                    self.imported.update(node.name.split("."))
                elif isinstance(node, ast.Constant) and id(node) not in docstrings:
                    self.words.update(_WORD.findall(_text(node.value)))
            for node, scope in names.attributes:
                self.having.setdefault(node.attr, set()).add(names)
                if not _is_own(node, scope):
                    self.asked.add(node.attr)
            for scope in names.scopes:
                for name in scope.bound if scope.is_class() else ():
                    self.having.setdefault(name, set()).add(names)
        if None in self.keywords:  # f(**values): any text may be a keyword
            self.keywords |= self.words
        self.related = {id(names): _related(names, found) for names in found.values()}


def _text(value):
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value if isinstance(value, str) else ""


def _is_private(name):
    return name.startswith("_") and not name.startswith("__") and name != "_"


def _is_own(node, scope):
    """Whether an attribute is one of `self`, in a method or in a function inside of it."""
    if not isinstance(node.value, ast.Name):
        return False
    owner = scope.owner(node.value.id)
    parameters = owner.parameters()
    is_self = node.value.id == "self" and parameters and parameters[0].arg == "self"
    return bool(is_self) and owner.parent.is_class()


def _class_of(scope):
    """The outermost class that a scope is in."""
    found = None
    while scope is not None:
        found = scope if scope.is_class() else found
        scope = scope.parent
    return found


def _related(names, found):
    """The classes here that share attributes with those of other modules, by inheritance."""
    local = {scope.node.name: scope for scope in names.scopes if scope.is_class()}
    shared = set()
    for scope in local.values():
        bases = [ast.unparse(base) for base in scope.node.bases]
        if any(base not in local and not hasattr(builtins, base) for base in bases):
            shared.add(scope.node.name)
    for other in found.values():
        if other is not names:
            bases = [
                word
                for scope in other.scopes
                if scope.is_class()
                for base in scope.node.bases
                for word in _WORD.findall(ast.unparse(base))
            ]
            shared.update(local.keys() & set(bases))
    grown = None
    while grown != shared:  # relatives of relatives
        grown = set(shared)
        for name, scope in local.items():
            bases = {ast.unparse(base) for base in scope.node.bases} & local.keys()
            if bases & shared or name in shared:
                shared |= bases | {name}
    return {local[name] for name in shared}


def _private(names, world):
    """Edits of the private names of a module, and {short: long}."""
    module = names.scopes[0]
    classes = [scope for scope in names.scopes if scope.is_class()]
    class_names = {scope.node.name for scope in classes}
    in_classes = {name for scope in classes for name in scope.bound}
    made = set(in_classes)  # attributes that come into being here
    kept = set(world.words)
    related = world.related[id(names)]
    for node, scope in names.attributes:
        if _is_own(node, scope) and not isinstance(node.ctx, ast.Load):
            made.add(node.attr)
        if _class_of(scope) in related:
            kept.add(node.attr)
    for scope in related:
        kept |= scope.bound
    attributes = {
        name
        for name in made - kept - module.bound  # the body of a class may ask for either
        if _is_private(name) and (name not in world.asked or world.having[name] == {names})
    }
    functions = {
        name
        for name in module.bound - module.imported - class_names - kept - world.imported
        if _is_private(name) and name not in world.asked and name not in in_classes
    }
    places = [
        (use.line, use.column, use.name)
        for use in names.uses
        if ((owner := use.owner()) is module and use.name in functions)
        or (owner.is_class() and use.name in attributes)
    ]
    places += [
        (node.end_lineno, node.end_col_offset - len(node.attr.encode()), node.attr)
        for node, _ in names.attributes
        if node.attr in attributes
    ]
    both = functions & attributes  # a traceback could not tell them apart
    taken = {use.name for use in names.uses} | {node.attr for node, _ in names.attributes}
    free = iter([name for name in SHORT if name not in taken])
    shorts = {}
    for _, _, name in sorted(places):
        if name not in shorts and name not in both and (short := next(free, None)):
            shorts[name] = short
    edits = [(*place, name, shorts[name]) for *place, name in places if name in shorts]
    return edits, {short: name for name, short in shorts.items()}


def _parameters(names, world):
    """Edits of the parameters of all functions of a module; outer functions come first."""
    final = {id(use): use.name for use in names.uses}
    edits = []
    for scope in names.scopes:
        parameters = scope.parameters()
        if not parameters or scope.node.args.kwarg:
            continue
        by_name = {node.arg for node in scope.node.args.kwonlyargs} | world.keywords
        by_name |= scope.imported
        if scope.parent.is_class():
            by_name.add(parameters[0].arg)  # self
        wanted = [node.arg for node in parameters if node.arg not in by_name | set(PARAMETERS)]
        own, taken = {}, set()
        for use in names.uses:
            if not use.scope.within(scope):
                continue
            if use.name in wanted and use.owner() is scope:
                own.setdefault(use.name, []).append(use)
            else:
                taken.add(final[id(use)])
                taken.add(use.name)
        free = iter([name for name in PARAMETERS if name not in taken])
        for name in wanted:
            short = next(free, name)
            for use in own[name]:
                final[id(use)] = short
                edits.append((use.line, use.column, name, short))
    return edits


def _edited(source, edits):
    """Put other names in their places."""
    lines = source.encode().split(b"\n")
    for line, column, name, short in sorted(edits, reverse=True):
        text, end = lines[line - 1], column + len(name.encode())
        assert text[column:end] == name.encode(), (line, column, name, text)
        lines[line - 1] = text[:column] + short.encode() + text[end:]
    return b"\n".join(lines).decode()
