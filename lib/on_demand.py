"""Frees the code of modules that are needed once in a while: the chip's heap is small."""

import gc
import sys

from compat import UPY


def call(package: str, part: str, function: str, *arguments):
    """Call a function of package.part, whose code is loaded for that and freed again. What the
    function returns, a generator for example, holds its own code as long as it lives."""
    try:
        module = __import__(package + "." + part, None, None, (function,))
        return getattr(module, function)(*arguments)
    finally:
        module = None
        unload(package, (part,))


def take(package: str, part: str, name: str):
    """What package.part defines under that name; its code lives as long as that is held."""
    try:
        return getattr(__import__(package + "." + part, None, None, (name,)), name)
    finally:
        unload(package, (part,))


def unload(package: str, parts: tuple) -> None:
    """Forget package.part; the memory comes back when nobody holds what it defined.

    CPython keeps its modules: what it holds of them elsewhere would no longer be the same.
    """
    if UPY:
        holder = sys.modules.get(package)  # not there where its loading has failed
        found = None
        for part in parts:
            found = sys.modules.pop(package + "." + part, found)
            if part in getattr(holder, "__dict__", ()):  # hasattr() would ask a __getattr__
                delattr(holder, part)
        if found:
            found = None
            gc.collect()
