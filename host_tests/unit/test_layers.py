"""The layers: lib/ knows no board and no application, only firmware/board knows the chip.

Also: every device file compiles for the board, and none swallows the Ctrl-C that mpremote needs.
"""

import ast
import pathlib

import pytest

from tools import build_image

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHIP = {"machine", "network", "esp32"}
MODULES = [path for path in build_image.device_files() if path.endswith(".py")]
MODULES += [path for path in build_image.SOURCE_FILES if (ROOT / path).exists()]


def tree(path):
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), path)


def imports(path):
    """Return the top-level names of all that a file imports, wherever it does."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def swallows_interrupts(handler):
    """Tell whether an except clause catches KeyboardInterrupt along with everything else."""
    if handler.type is None:
        return True
    return any(getattr(n, "id", "") == "BaseException" for n in ast.walk(handler.type))


@pytest.mark.parametrize("path", [path for path in MODULES if path.startswith("lib/")])
def test_lib_knows_no_board_and_no_application(path):
    assert not imports(path) & (CHIP | {"firmware", "tools"})


@pytest.mark.parametrize("path", [path for path in MODULES if path.startswith("firmware/")])
def test_only_the_board_layer_knows_the_chip(path):
    if not path.startswith("firmware/board/"):
        assert not imports(path) & CHIP


@pytest.mark.parametrize("path", MODULES)
def test_compiles_for_the_board(path):
    assert build_image.compiled(path, (ROOT / path).read_bytes()).startswith(b"M\x06")


@pytest.mark.parametrize("path", MODULES)
def test_no_handler_swallows_the_interrupt(path):
    handlers = [node for node in ast.walk(tree(path)) if isinstance(node, ast.ExceptHandler)]
    assert not [node.lineno for node in handlers if swallows_interrupts(node)]
