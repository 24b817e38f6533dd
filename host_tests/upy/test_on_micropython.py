"""Every module of unit/both runs on MicroPython too, against the compiled image."""

import pathlib
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
BOTH = HERE.parent / "unit" / "both"
RUNNER = HERE / "run.py"
# heap enough for the test's own source, which is compiled on the fly
HEAP = "heapsize=4M"


def on_micropython(micropython, image, module):
    """Run one test module; return (exit code, output)."""
    command = [micropython, "-X", HEAP, str(RUNNER), str(module)]
    done = subprocess.run(
        command,
        cwd=image,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=100,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("module", sorted(BOTH.glob("test_*.py")), ids=lambda path: path.stem)
def test_module_passes_on_micropython(micropython, image, module):
    code, output = on_micropython(micropython, image, module)
    if code:
        pytest.fail(f"{module.name} on MicroPython, exit code {code}:\n{output}", pytrace=False)


# what the runner itself must notice
MODULES = {
    "test_good.py": ("def test_a():\n    assert 1 + 1 == 2\n", 0, "PASS test_a"),
    "test_bad.py": ("def test_a():\n    assert 1 + 1 == 3\n", 1, "FAIL test_a"),
    "test_bad_async.py": ("async def test_a():\n    raise ValueError(7)\n", 1, "ValueError: 7"),
    "test_not_there.py": ("import nowhere\n", 2, "no module named 'nowhere'"),
    "test_empty.py": ("A = 1\n", 2, ""),
}


@pytest.mark.parametrize("name", MODULES)
def test_runner_tells_good_from_bad(micropython, image, tmp_path, name):
    source, expected, words = MODULES[name]
    (tmp_path / name).write_text(source)
    code, output = on_micropython(micropython, image, tmp_path / name)
    assert code == expected
    assert words in output
