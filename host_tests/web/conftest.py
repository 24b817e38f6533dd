"""The web server on MicroPython, one for all tests of a module."""

import pytest

from host_tests.web import running_site


@pytest.fixture(scope="module")
def site(image, micropython, tmp_path_factory):
    """The running server; it must neither die nor print anything (a traceback, most likely)."""
    log = tmp_path_factory.mktemp("web") / "log"
    with running_site.running(image, micropython, log) as running:
        yield running
        assert running.process.poll() is None
    assert log.read_text() == ""
