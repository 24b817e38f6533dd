"""Site tests mostly wait, so several run at once, each on its own site in its own network.

When the first of them is reached, all that were selected are started in threads, AT_ONCE at a
time; each test then stands for the result of its thread. They take parameters but no fixtures.
"""

import concurrent.futures
import os

import pytest

from host_tests.site import judge, running

AT_ONCE = int(os.environ.get("SITES_AT_ONCE", "8"))
TIMEOUT_S = 600

_pool = concurrent.futures.ThreadPoolExecutor(AT_ONCE, thread_name_prefix="site-test")
_results = {}


def pytest_collection_modifyitems(items):
    """Waiting for its turn counts against the time of a test."""
    for item in items:
        if "site" in item.path.parts[-2:-1]:
            item.add_marker(pytest.mark.timeout(TIMEOUT_S))


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Return when the test's thread has ended; raise what it raised."""
    if not _results:
        here = pyfuncitem.path.parent
        for item in pyfuncitem.session.items:
            if item.path.parent == here:
                arguments = item.callspec.params if hasattr(item, "callspec") else {}
                _results[item.nodeid] = _pool.submit(item.obj, **arguments)
    _results[pyfuncitem.nodeid].result()
    return True


def pytest_sessionfinish():
    """End what still runs, after a failure with -x or Ctrl-C."""
    running.stopping.set()
    _pool.shutdown(cancel_futures=True)


def pytest_terminal_summary(terminalreporter):
    """The figures of all sites together."""
    text = judge.figures()
    if text:
        terminalreporter.write_sep("-", "sites")
        terminalreporter.write_line(text)
