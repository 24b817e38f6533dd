"""The web server on MicroPython, one for each module; the whole firmware, one for all of them."""

import pytest

from host_tests.web import running_site, whole_firmware


@pytest.fixture(scope="module")
def site(image, micropython, tmp_path_factory):
    """The running server; it must neither die nor print anything (a traceback, most likely)."""
    log = tmp_path_factory.mktemp("web") / "log"
    with running_site.running(image, micropython, log) as running:
        yield running
        assert running.process.poll() is None
    assert log.read_text() == ""


@pytest.fixture(scope="session")
def firmware():
    """The whole firmware before a simulated site, for all that ask over HTTP only."""
    with whole_firmware.running() as running:
        yield running
