"""The whole firmware on a simulated site, for tests of its HTTP side: started once, logged in.

    firmware.request("GET", "/api/status")            as the WebSite does
    firmware.asked("PUT", "/api/settings", {...})     JSON in and out
    firmware.site                                     the Running of host_tests/site
"""

import contextlib
import json
import time

from host_tests.site.fleet import three_phase_site
from host_tests.site.running import Running
from host_tests.web.running_site import WebSite
from tools import login

BOXES = 3
SETTINGS = {
    "inputs": [{"name": "grid-operator", "source": "api"}],
    "timezone": "CET-1CEST,M3.5.0,M10.5.0/3",
}


class Firmware(WebSite):
    """The running firmware; what it answers to one who is logged in."""

    def __init__(self, site):
        address, _, port = site.url.removeprefix("http://").partition(":")
        super().__init__(address, int(port), None)
        self.site = site
        site.credentials = login.first_password(site.url)
        self.credentials = [f"{name}: {value}" for name, value in site.credentials.items()]

    def asked(self, method, path, value=None):
        """Return (status, JSON or text or None) of a request of the administrator."""
        body = None if value is None else json.dumps(value)
        status, headers, answer = self.request(method, path, body)
        if headers.get("content-type", "").startswith("application/json"):
            return status, json.loads(answer)
        return status, answer.decode() or None

    def get(self, path):
        status, value = self.asked("GET", path)
        assert status == 200, (path, value)
        return value

    def events(self):
        """The codes of all events so far."""
        return [event["code"] for event in self.get("/api/events")["events"]]

    def least_used(self):
        """Bytes of the heap in use, shortly after a clean-up: the least of some looks."""
        found = []
        for _ in range(12):
            found.append(self.get("/api/status/mem_used"))
            time.sleep(0.1)
        return min(found)


@contextlib.contextmanager
def running(count=BOXES, heap=None):
    """Start site and firmware; the cars charge."""
    config = three_phase_site(count, main_ma=(63000,) * 3)
    config.settings = SETTINGS
    with Running(config, circuit={"operator_limit_ma": 40000}, heap=heap) as site:
        yield Firmware(site)
