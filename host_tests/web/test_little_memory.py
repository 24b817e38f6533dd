"""A heap in which not all can be done: 503, and nothing worse; what is loaded goes on."""

import json

import pytest

from host_tests.web import running_site

CONFIG = "/charge_manager/config"
AVAILABLE = "/charge_manager/available_current"
WRONG = b"[%s]" % (b"0," * 1000 + b"0")


@pytest.mark.parametrize("heap", ["130K", "138K", "150K"])
def test_what_does_not_fit_is_told_so(image, micropython, tmp_path, heap):
    log = tmp_path / "log"
    with running_site.running(image, micropython, log, heap) as site:
        before = json.loads(site.request("GET", "/api/status")[2])
        statuses = []
        for length in (1, 4000, 14000):
            for path in (CONFIG, AVAILABLE):
                statuses.append(site.request("PUT", path, b" " * length + WRONG)[0])
            for path in ("/", "/charge_manager/state", CONFIG, "/api/events", "/none"):
                statuses.append(site.request("GET", path)[0])
        assert set(statuses) <= {200, 400, 404, 503} and 503 in statuses
        status, _, text = site.request("GET", "/api/status")
        assert status == 200 and json.loads(text)["circuits"] == before["circuits"]
        assert site.process.poll() is None
    assert log.read_text() == ""
