"""Every scenario of host_tests/scenarios comes to what it expects, played by the real brain."""

import json
import pathlib

import pytest

from tools.simulate import play
from tools.virtual import summary
from tools.virtual.scenario import read

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "scenarios"
FILES = sorted(FOLDER.glob("*.json"))
# what the brain does not reach yet: scenario -> why
MISSED = {
    "a_telegram_every_ten_seconds_that_nobody_told_of": "readings are newer than the telegram",
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_scenario_comes_to_what_it_expects(path):
    scenario = read(path)
    assert scenario.expect, "a scenario without expectations proves nothing"
    result = play(scenario)
    unmet = summary.unmet(result, scenario.expect)
    if path.stem in MISSED:
        assert unmet, "it is reached: about, docs/simulate.md and MISSED need not name it any more"
        pytest.xfail(MISSED[path.stem])
    assert not unmet, json.dumps(result["rules"], indent=1)


def test_what_is_missed_says_so_itself_and_in_the_docs():
    page = (FOLDER.parents[1] / "docs" / "simulate.md").read_text()
    limits = {path.stem for path in FILES if "a known limit (exit status 1)" in read(path).about}
    assert limits == set(MISSED)
    assert all(f"| `{name}` |" in page for name in MISSED)
    table = page.partition("One of them ends with")[2].partition("## ")[0]
    assert table.count("\n| `") == len(MISSED)


def test_scenarios_are_named_in_sentences_and_say_what_they_are_about():
    assert len(FILES) >= 15
    for path in FILES:
        assert path.stem.count("_") >= 3, path
        assert len(read(path).about) > 30, path


def test_the_law_of_warp_plays_every_scenario():
    for path in FILES[::4]:
        scenario = read(path)
        scenario.seconds = min(scenario.seconds, 400)
        assert play(scenario, "warp")["law"] == "warp"
