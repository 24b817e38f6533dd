"""What each name in a Python source is: which scope it belongs to, and where it stands.

For rewriting sources of ours (tools/shorten_names.py): all of Python that MicroPython knows, so
neither `match` nor names within f-strings. A scope is a module, class, function, lambda or
comprehension.
"""

import ast
import re

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Scope:
    """Where names live. `bound`: what gets a meaning here; `imported`: what does so by import."""

    def __init__(self, node, parent):
        self.node = node
        self.parent = parent
        self.bound = set()
        self.imported = set()
        self.of_module = set()  # by a global statement
        self.of_outer = set()  # by a nonlocal statement

    def is_class(self):
        return isinstance(self.node, ast.ClassDef)

    def is_function(self):
        return isinstance(self.node, _FUNCTIONS)

    def owner(self, name):
        """The scope that a name belongs to that is used here; the module's for built-in ones."""
        scope = self
        while scope.parent is not None:
            if name in scope.of_module:
                return scope.module()
            skipped = scope.is_class() and scope is not self  # methods do not see its names
            if name in scope.bound and name not in scope.of_outer and not skipped:
                return scope
            scope = scope.parent
        return scope

    def module(self):
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def within(self, outer):
        """Whether this scope is `outer` or inside of it."""
        scope = self
        while scope is not None and scope is not outer:
            scope = scope.parent
        return scope is outer

    def parameters(self):
        """The argument nodes of a function, in the order of a call; first *, then ** at last."""
        if not self.is_function():
            return []
        arguments = self.node.args
        last = [node for node in (arguments.vararg, arguments.kwarg) if node is not None]
        return arguments.posonlyargs + arguments.args + arguments.kwonlyargs + last


class Use:
    """One place where a name stands: a line from 1, a column in bytes."""

    def __init__(self, name, scope, line, column):
        self.name = name
        self.scope = scope
        self.line = line
        self.column = column

    def owner(self):
        return self.scope.owner(self.name)


class Names(ast.NodeVisitor):
    """All scopes of a source, the outer ones first; all uses of names; all attributes.

    attributes: [(node, scope in which it stands)].
    """

    def __init__(self, source):
        self.lines = source.encode().split(b"\n")
        self.tree = ast.parse(source)
        self.scopes = []
        self.uses = []
        self.attributes = []
        self._scope = None
        self._enter(self.tree, self.tree.body)

    def _enter(self, node, content):
        scope = Scope(node, self._scope)
        self.scopes.append(scope)
        before, self._scope = self._scope, scope
        for parameter in scope.parameters():
            self._bind(parameter.arg, parameter.lineno, parameter.col_offset)
        for part in content:
            self.visit(part)
        self._scope = before

    def _use(self, name, line, column):
        self.uses.append(Use(name, self._scope, line, column))

    def _bind(self, name, line, column):
        self._scope.bound.add(name)
        self._use(name, line, column)

    def _find(self, name, line, column):
        """Where a name stands as a word of its own, from a place on."""
        pattern = re.compile(rb"(?<!\w)" + name.encode() + rb"(?!\w)")
        while not (match := pattern.search(self.lines[line - 1], column)):
            line, column = line + 1, 0
        return line, match.start()

    def _visit_all(self, nodes):
        for node in nodes:
            if node is not None:
                self.visit(node)

    def visit_Name(self, node):
        if isinstance(node.ctx, ast.Load):
            self._use(node.id, node.lineno, node.col_offset)
        else:
            self._bind(node.id, node.lineno, node.col_offset)

    def visit_Attribute(self, node):
        self.visit(node.value)
        self.attributes.append((node, self._scope))

    def _visit_function(self, node):
        arguments = node.args
        self._visit_all(getattr(node, "decorator_list", ()))
        self._visit_all(arguments.defaults + arguments.kw_defaults)
        self._visit_all([a.annotation for a in Scope(node, None).parameters()])
        self._visit_all([getattr(node, "returns", None)])
        if isinstance(node, ast.Lambda):
            self._enter(node, [node.body])
        else:
            keyword = b"def"
            line, column = self._find(keyword.decode(), node.lineno, node.col_offset)
            self._bind(node.name, *self._find(node.name, line, column + len(keyword)))
            self._enter(node, node.body)

    visit_FunctionDef = visit_AsyncFunctionDef = visit_Lambda = _visit_function

    def visit_ClassDef(self, node):
        self._visit_all(node.decorator_list + node.bases + node.keywords)
        column = node.col_offset + len("class")
        self._bind(node.name, *self._find(node.name, node.lineno, column))
        self._enter(node, node.body)

    def _visit_comprehension(self, node):
        first = node.generators[0]
        self.visit(first.iter)  # belongs to the outer scope
        rest = [first.target, *first.ifs, *node.generators[1:]]
        if isinstance(node, ast.DictComp):
            self._enter(node, [*rest, node.key, node.value])
        else:
            self._enter(node, [*rest, node.elt])

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _visit_comprehension

    def visit_NamedExpr(self, node):
        target, scope = node.target, self._scope
        while isinstance(scope.node, _COMPREHENSIONS):
            scope = scope.parent
        scope.bound.add(target.id)
        self._use(target.id, target.lineno, target.col_offset)
        self.visit(node.value)

    def visit_ExceptHandler(self, node):
        self._visit_all([node.type])
        if node.name:
            place = self._find("as", node.type.end_lineno, node.type.end_col_offset)
            self._bind(node.name, *self._find(node.name, place[0], place[1] + len("as")))
        self._visit_all(node.body)

    def visit_Global(self, node):
        self._visit_declared(node, self._scope.of_module)

    def visit_Nonlocal(self, node):
        self._visit_declared(node, self._scope.of_outer)

    def _visit_declared(self, node, declared):
        line, column = node.lineno, node.col_offset + len("global")
        for name in node.names:
            declared.add(name)
            line, column = self._find(name, line, column)
            self._use(name, line, column)
        if declared is self._scope.of_module:
            self._scope.module().bound.update(node.names)

    def _visit_import(self, node):
        for alias in node.names:
            name = (alias.asname or alias.name).partition(".")[0]
            self._scope.bound.add(name)
            self._scope.owner(name).imported.add(name)

    visit_Import = visit_ImportFrom = _visit_import

    def visit_JoinedStr(self, node):
        raise ValueError("no f-strings in code for the board: line %d" % node.lineno)

    def visit_Match(self, node):
        raise ValueError("no match in code for the board: line %d" % node.lineno)
