"""What many tests need: the flash image of the working tree, and the interpreter that runs it."""

import asyncio
import inspect

import pytest

from tools import build_image, interpreter, system_packages


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Run a coroutine function in a fresh event loop, as upy/run.py does on MicroPython."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@pytest.fixture(scope="session")
def image():
    """The folder of an up to date flash image, with the constants that tests name."""
    build_image.build(build_image.FOR_SCRIPTS, constants=True)
    return build_image.FOR_SCRIPTS


@pytest.fixture(scope="session")
def chromium():
    """The path of the browser; `make test` installs it where it can."""
    path = system_packages.find_chromium()
    if path is None:
        pytest.fail("there is no Chromium: run make test, or install it")
    return path


@pytest.fixture(scope="session")
def micropython():
    """The path of the micropython that runs the firmware on this machine."""
    return interpreter.micropython()
