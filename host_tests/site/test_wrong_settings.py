"""A settings.json that cannot be used: a safe state, the reason in words, and nothing is lost."""

import json
import tempfile

import pytest

from host_tests.site.fleet import three_phase_site
from host_tests.site.running import Running


def changed(document, *path, value):
    """The text of the document with one value changed."""
    document = json.loads(json.dumps(document))
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return json.dumps(document)


WRONG = {
    "broken JSON": (lambda d: json.dumps(d)[:-40], "JSON"),
    "no object": (lambda d: "[1, 2]", "settings"),
    "empty": (lambda d: " ", "JSON"),
    "wrong type": (lambda d: changed(d, "circuits", 0, "main_ma", value="35 A"), "main_ma"),
    "out of range": (lambda d: changed(d, "chargers", 1, "max_ma", value=4000), "[1].max_ma"),
    "negative": (lambda d: changed(d, "meters", 0, "period_ms", value=-1), "meters[0].period_ms"),
    "unknown": (lambda d: changed(d, "colour", value="red"), "colour"),
    "loop": (lambda d: changed(d, "circuits", 0, "parent", value="grid"), "parent"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_settings_lead_to_a_safe_state(name):
    spoil, word = WRONG[name]
    config = three_phase_site(2)
    with tempfile.TemporaryDirectory(prefix="fusekeeper-flash-") as flash:
        with Running(config, flash=flash) as site:
            good = site.sim.site.settings()
        text = spoil(good)
        for left in ("settings.json", "settings.ok"):
            (site.flash / left).unlink(missing_ok=True)
        with Running(config, settings=text, flash=flash) as site:
            status = site.status()
            assert word in status["settings_error"], status["settings_error"]
            assert status["chargers"] == [] and status["meters"] == []
            assert "settings error" in site.log()
            # a write must not replace the meter and the fuse that the wrong file names
            code, why = site.put("/charge_manager/config", site.get("/charge_manager/config"))
            assert code == 400 and "not in force" in why, (code, why)
            site.watch(3)
            assert not site.record.events(kind="command"), "nobody is told to charge"
        assert (site.flash / "settings.json").read_text() == text, "the wrong file is kept"


def test_wrong_settings_after_good_ones_leave_the_good_ones_in_force():
    with tempfile.TemporaryDirectory(prefix="fusekeeper-flash-") as flash:
        config = three_phase_site(2)
        with Running(config, flash=flash) as site:
            assert site.status()["settings_error"] is None
            network = site.sim.site.network
        config.network = network
        with Running(config, settings='{"version": 1, "chargers": 7}', flash=flash) as site:
            status = site.status()
            assert "chargers" in status["settings_error"]
            assert [c["host"] for c in status["chargers"]] == [f"{network}.10", f"{network}.11"]
            text = (site.flash / "settings.json").read_text()
            assert text == '{"version": 1, "chargers": 7}'
