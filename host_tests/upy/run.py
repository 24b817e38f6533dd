"""Run the tests of one module on MicroPython: `micropython run.py TEST_MODULE.py`.

The current folder is a flash image; modules are found in it as on the board (root, frozen, lib).
Every `test_*` function is called, a coroutine function in a fresh event loop. Prints `PASS name`,
or `FAIL name` and the traceback after it. Exit code: 0 all passed, 1 some failed, 2 nothing ran.
"""

import asyncio
import gc
import sys


def main(path):
    folder, _, name = path.rpartition("/")
    sys.path[:] = ["", ".frozen", "lib", folder]
    try:
        module = __import__(name[:-3])
    except Exception as error:  # noqa: BLE001 - whatever the module raises is the result
        print("FAIL import")
        sys.print_exception(error, sys.stdout)
        return 2
    names = sorted(name for name in dir(module) if name.startswith("test_"))
    failures = 0
    for name in names:
        gc.collect()
        failures += not passes(name, getattr(module, name))
    return 2 if not names else 1 if failures else 0


def passes(name, test):
    """Call one test, report it, and tell whether it passed."""
    try:
        outcome = test()
        if hasattr(outcome, "send"):
            asyncio.new_event_loop()
            asyncio.run(outcome)
    except Exception as error:  # noqa: BLE001 - a test fails with any exception
        print("FAIL", name)
        sys.print_exception(error, sys.stdout)
        return False
    print("PASS", name)
    return True


sys.exit(main(sys.argv[1]))
