"""Site tests mostly wait, so several run at once, each on its own site in its own network.

When the first of them is reached, all that were selected are started, AT_ONCE at a time, each in a
process of its own, so that judging one does not slow down the physics of another. Each test then
stands for the result of its process. They take parameters but no fixtures.
"""

import concurrent.futures
import multiprocessing
import os
import sys

import pytest

from host_tests.site import judge, running

AT_ONCE = int(os.environ.get("SITES_AT_ONCE", "12"))
TIMEOUT_S = 600

_processes = multiprocessing.get_context("fork")
_stopping = _processes.Event()
_pool = None
_results = {}


def pytest_collection_modifyitems(items):
    """Waiting for its turn counts against the time of a test."""
    for item in items:
        if "site" in item.path.parts[-2:-1]:
            item.add_marker(pytest.mark.timeout(TIMEOUT_S))


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Return when the test's process has ended; raise what it raised."""
    if not _results:
        _start_all(pyfuncitem)
    judge.add(_results[pyfuncitem.nodeid].result())
    return True


def _start_all(first):
    global _pool
    _pool = concurrent.futures.ProcessPoolExecutor(
        AT_ONCE, _processes, running.stop_with, (_stopping,)
    )
    for item in first.session.items:
        if item.path.parent == first.path.parent:
            arguments = item.callspec.params if hasattr(item, "callspec") else {}
            _results[item.nodeid] = _pool.submit(
                _run, item.module.__name__, item.originalname, arguments
            )


def _run(module, name, arguments):
    judge.taken.clear()
    getattr(sys.modules[module], name)(**arguments)
    return judge.taken


def pytest_sessionfinish():
    """End what still runs, after a failure with -x or Ctrl-C."""
    _stopping.set()
    if _pool:
        _pool.shutdown(cancel_futures=True)


def pytest_terminal_summary(terminalreporter):
    """The figures of all sites together."""
    text = judge.figures()
    if text:
        terminalreporter.write_sep("-", "sites")
        terminalreporter.write_line(text)
