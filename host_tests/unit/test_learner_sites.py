"""The judge of tools/benchmarks/learner.py knows a learner that lies from one that does not, and
the rotation learner passes it on a few of its sites; all of them: host_tests/soak/test_learner.py.
"""

import sys
import types

import pytest

from tools.benchmarks import learner, learner_judge, learner_sites

LIVELY = 10
SHORT_S = 500


class Oracle:
    """Says the truth after a while of charging."""

    def __init__(self, site, now_ms, uses, probe_ma):
        self.points = site.points
        self.site = site
        self.looks = [0] * len(site.points)
        self.truth = ORACLE["truth"]

    def look(self, site, now_ms):
        for p in site.points:
            self.looks[p.index] += p.car == 4

    def shown(self, i):
        if self.looks[i] < 60:
            return None, 0, False
        return self.say(i, self.truth[i]), 98, True

    def say(self, i, rotation):
        return rotation

    def wiring(self, c):
        return [0, 0, 0]


class Liar(Oracle):
    def say(self, i, rotation):
        return {"1": "L231", "2": "L312", "3": "L123"}[rotation[1]]


class SecondPhaseLiar(Oracle):
    """Wrong where a car uses two phases, though right in the first."""

    def say(self, i, rotation):
        return "L" + rotation[1] + rotation[3] + rotation[2]


class OrderLiar(Oracle):
    """Wrong where a car uses one phase, though a two-phase car does the same on both."""

    def say(self, i, rotation):
        return "L" + rotation[2] + rotation[1] + rotation[3]


class User(Liar):
    """Is not sure, and uses it nevertheless."""

    def shown(self, i):
        rotation, _, sure = super().shown(i)
        if sure and self.points[i].rotation is None:
            self.points[i].rotation = rotation
        return rotation, 40, False


class Hasty(Oracle):
    def shown(self, i):
        return self.truth[i], 98, True


class Alarmist(Oracle):
    def look(self, site, now_ms):
        super().look(site, now_ms)
        if max(self.looks) == 90:
            site.tell(12, 2, 1)
            site.tell(28, 0, 1)


class Boaster(Oracle):
    def shown(self, i):
        return None, 100, False


class Finder(Oracle):
    """Finds each wrong meter when the first car has charged for a while."""

    def wiring(self, c):
        return ORACLE["codes"] if c == 0 and max(self.looks) >= 20 else [0, 0, 0]


ORACLE = {}


def healthy(monkeypatch, kind):
    """What the judge makes of a learner on a small lively site."""
    document = learner_sites.document(LIVELY)
    document["seconds"] = SHORT_S
    document["options"]["learn"] = "use"
    for box in document["chargers"]:
        box["rotation"] = None
    ORACLE["truth"] = [box["wiring"] for box in document["chargers"]]
    return _judged(monkeypatch, kind, learner_judge.healthy, document)


def _judged(monkeypatch, kind, judge, *arguments):
    module = types.ModuleType("loadmgmt.learn")
    module.Learner = kind
    monkeypatch.setitem(sys.modules, "loadmgmt.learn", module)
    return judge(*arguments)


def kinds(result):
    return {one[-1] for one in result["wrong"]}


def test_who_says_the_truth_is_not_accused(monkeypatch):
    result = healthy(monkeypatch, Oracle)
    assert not result["wrong"] and not result["alarms"] and not result["unlearnt"]
    assert learner.times([result]) and max(learner.times([result])) < 60
    assert "wrong: 0" in "\n".join(learner.report([{**result, "still": False}], []))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Liar, {"sure"}),
        (User, {"used"}),
        (Hasty, {"sure before it charged"}),
        (Boaster, {"nonsense"}),
    ],
)
def test_who_says_something_wrong_is_accused(monkeypatch, kind, expected):
    result = healthy(monkeypatch, kind)
    assert kinds(result) == expected
    assert learner.wrongs([result])


def test_a_phase_that_no_car_uses_and_the_order_of_two_alike_are_not_judged(monkeypatch):
    for kind, told_by in ((SecondPhaseLiar, 2), (OrderLiar, 1)):
        result = healthy(monkeypatch, kind)
        assert result["wrong"] and all(one[-2] == told_by for one in result["wrong"])


def test_false_alarms_are_counted(monkeypatch):
    result = healthy(monkeypatch, Alarmist)
    assert [alarm[1:] for alarm in result["alarms"]] == [(0, 2, 1)]
    assert result["unlearnt"] == 1


@pytest.mark.parametrize("seed", [0, 2, 3, 5, 6])
def test_a_wrong_meter_has_to_be_found_in_time_and_named_rightly(monkeypatch, seed):
    document, fault = learner_sites.miswired(seed)
    document["seconds"] = 200
    ORACLE["truth"] = [box["wiring"] for box in document["chargers"]]
    clamps = document["circuits"][0]["meter"]["clamps"]
    code = {"truly excludes": 3, "truly includes": 4}.get(fault)
    named = [1 if x < 0 else 2 * (x != k + 1) for k, x in enumerate(clamps)]
    ORACLE["codes"] = [code] * 3 if code else named
    silent = _judged(monkeypatch, Oracle, learner_judge.faulty, document, fault)
    assert silent["found_s"] is None
    assert learner.is_late(silent) or silent["first_s"] is None
    found = _judged(monkeypatch, Finder, learner_judge.faulty, document, fault)
    assert not found["false"]
    assert (found["found_s"] is None) == (silent["first_s"] is None)
    ORACLE["codes"] = [5, 5, 5]
    false = _judged(monkeypatch, Finder, learner_judge.faulty, document, fault)
    assert false["found_s"] is None
    assert bool(false["false"]) == (silent["first_s"] is not None)


def test_sites_depend_on_their_seed_only():
    assert learner_sites.document(5) == learner_sites.document(5)
    assert learner_sites.document(5) != learner_sites.document(6)
    assert learner_sites.miswired(5) == learner_sites.miswired(5)


# --- the learner itself


@pytest.mark.parametrize("seed", range(5))
def test_the_learner_is_sure_of_nothing_wrong_and_gives_no_false_alarm(seed):
    document = learner_sites.document(seed)
    document["seconds"] = 600
    result = learner_judge.healthy(document)
    assert not result["wrong"] and not result["alarms"] and not result["unlearnt"]


@pytest.mark.parametrize("seed", [0, 7])
def test_the_learner_finds_a_reversed_clamp_before_or_at_the_first_charge(seed):
    document, fault = learner_sites.miswired(seed)
    document["seconds"] = 300
    result = learner_judge.faulty(document, fault)
    assert result["found_s"] is not None and not learner.is_late(result)
    assert not result["false"] and not result["wrong"]
