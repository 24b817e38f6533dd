"""The whole firmware in a heap no larger than the chip's, with a client that asks every second.

Design section 8: 150 KB for 16 wallboxes and 250 KB for 64, on the 64-bit port.
"""

import json
import time
import urllib.request

import pytest

from host_tests.site.fleet import car
from host_tests.site.running import Running
from tools.simsite import BoxConfig, SiteConfig

WATCH_S = 35
CONFIG = "/charge_manager/config"
OTHERS = (CONFIG, "/charge_manager/state", "/charge_manager/available_current", "/api/events")


@pytest.mark.parametrize(("boxes", "heap"), [(16, "150K"), (64, "250K")])
def test_a_client_is_served_in_a_small_heap(boxes, heap):
    config = SiteConfig(
        boxes=[BoxConfig(name=f"Wallbox number {i + 1}") for i in range(boxes)],
        cars=[car() for _ in range(boxes)],
        main_ma=(15000 * boxes,) * 3,
    )
    with Running(config, heap=heap) as site:
        end = time.monotonic() + WATCH_S
        asked = 0
        while time.monotonic() < end:
            assert len(site.status()["chargers"]) == boxes  # anything but 200 raises
            if asked % 5 == 4:
                site.get(OTHERS[asked // 5 % len(OTHERS)])
            asked += 1
            site.watch(0.7)
        site.charging(*range(boxes), timeout_s=30)
        with urllib.request.urlopen(site.url + "/", timeout=10) as page:
            assert page.status == 200 and len(page.read()) > 1000
        site.step("oven", [20000, 20000, 20000])
        for current in (8000 * boxes, 16000):
            assert site.put("/charge_manager/available_current", current) == (200, "")
        assert site.status()["available_ma"] == 16000
        check_config_is_written_or_refused(site, boxes)
        assert "MemoryError" not in site.log()


def check_config_is_written_or_refused(site, boxes):
    """A whole new configuration may be too much; then nothing of it is in force."""
    before = site.get(CONFIG)
    assert len(before["chargers"]) == boxes
    stored = json.loads((site.flash / "settings.json").read_text())
    status, _ = site.put(CONFIG, {**before, "requested_current_margin": 2500})
    assert status in (200, 503)
    if status == 200:
        before["requested_current_margin"] = 2500
    else:
        assert json.loads((site.flash / "settings.json").read_text()) == stored
    assert site.get(CONFIG) == before
    assert len(site.status()["chargers"]) == boxes
