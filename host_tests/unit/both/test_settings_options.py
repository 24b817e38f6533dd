"""What can be switched on: its settings, what they demand of each other, what is built of them."""

import json

from on_demand import take
from test_settings import SMALLEST, copy, good, put

from firmware import build, settings

SHARING = {
    "welcome_slot": True,
    "offer_to_full": True,
    "minimum_on_s": 300,
    "minimum_off_s": 600,
    "start_margin_ma": 1500,
    "free_phases_s": 45,
}
LEARNING = {"rotation": "use", "probe_ma": 3000}
BALANCE = {"imbalance_ma": 20000, "imbalance_mode": "preventive", "breaker": "B"}


def full():
    document = copy(SMALLEST)
    document["sharing"] = copy(SHARING)
    document["learning"] = copy(LEARNING)
    document["wake_up"] = {"attempts": 3}
    document["circuits"][0].update(BALANCE)
    return document


def error_of(path, value):
    return settings.validate(put(full(), path, value))[1]


class Attached:
    """Notes what a site is given instead of giving it that."""

    def __enter__(self):
        self.calls = []
        self.call = build.call
        build.call = self.called
        return self

    def __exit__(self, *_):
        build.call = self.call

    def called(self, package, part, function, *arguments):
        if part != "options":
            return self.call(package, part, function, *arguments)
        self.calls.append(arguments)
        return None


def test_what_is_not_switched_on_is_not_stored():
    plain = full()
    plain["sharing"] = {
        "slot_minutes": 15,
        "welcome_slot": False,
        "offer_to_full": False,
        "minimum_on_s": 0,
        "minimum_off_s": 0,
        "start_margin_ma": 0,
        "free_phases_s": 30,
    }
    plain["learning"] = {"rotation": "off", "probe_ma": 0}
    plain["wake_up"] = {"attempts": 0}
    plain["circuits"][0].update(
        {"imbalance_ma": None, "imbalance_mode": "measured", "breaker": "strict"}
    )
    assert good(plain) == good(SMALLEST)
    assert "learning" not in good({}) and "wake_up" not in good({})


def test_what_is_switched_on_is_kept():
    document = good(full())
    assert good(copy(document)) == document
    assert document["learning"] == LEARNING and document["wake_up"] == {"attempts": 3}
    for key in SHARING:
        assert document["sharing"][key] == SHARING[key], key
    for key in BALANCE:
        assert document["circuits"][0][key] == BALANCE[key], key


def test_ranges():
    for path, values, error in (
        ("sharing.welcome_slot", (1, "yes", None), "give true or false"),
        ("sharing.offer_to_full", (0,), "give true or false"),
        ("sharing.minimum_on_s", (-1, 3601, 1.5, True), "give 0..3600"),
        ("sharing.minimum_off_s", (-1, 3601), "give 0..3600"),
        ("sharing.start_margin_ma", (-1, 32001), "give 0..32000"),
        ("sharing.free_phases_s", (-1, 1, 9, 3601, None, "30"), "give 0 or 10..3600"),
        ("learning.rotation", ("on", True, None), "give one of off, show, use"),
        ("learning.probe_ma", (1, 1999, 4001, -1), "give 0 or 2000..4000"),
        ("learning", (None, "use", True), "give {...}"),
        ("wake_up", (3,), "give {...}"),
        ("wake_up.attempts", (-1, 11, True), "give 0..10"),
        ("circuits.0.imbalance_ma", (-1, 1000001, [1, 2, 3]), "give 0..1000000"),
        ("circuits.0.imbalance_mode", ("strict", None), "give one of measured, preventive"),
        ("circuits.0.breaker", ("b", "D", None), "give one of strict, B, C, gG"),
    ):
        for value in values:
            words = error_of(path, value)
            assert words and words.endswith(error), (path, value, words)
    for path, value in (
        ("sharing.free_phases_s", 0),
        ("sharing.free_phases_s", 3600),
        ("learning.probe_ma", 2000),
        ("circuits.0.imbalance_ma", 0),
        ("circuits.0.breaker", "gG"),
        ("wake_up.attempts", 10),
    ):
        assert error_of(path, value) is None, path


def test_what_does_not_fit_together():
    assert error_of("learning.rotation", "off").startswith("learning.probe_ma: rotation is off;")
    right = "circuits[0].imbalance_mode: no imbalance_ma; give imbalance_ma beside it"
    assert error_of("circuits.0.imbalance_ma", None) == right
    document = put(full(), "meters", [])
    document["circuits"][0] = {"name": "grid", "limit_ma": 32000, "breaker": "C"}
    error = settings.validate(document)[1]
    assert error == "circuits[0].breaker: no meter watches this fuse; give strict, or a meter"
    document["circuits"][0] = {"name": "grid", "limit_ma": 32000, "imbalance_ma": 0}
    assert settings.validate(document)[1] is None


def test_a_site_without_any_is_not_touched():
    with Attached() as attached:
        site = build.build(good(SMALLEST), None, 7, None, None)[0]
    assert attached.calls == []
    circuit = site.circuits[0]
    assert (circuit.imbalance_ma, circuit.is_preventive, circuit.breaker) == (None, False, None)
    assert site.modules == () and site.leave_ms == 30000


def test_what_is_built_of_them():
    with Attached() as attached:
        site = build.build(good(full()), None, 7, None, None)[0]
    ((found, given, now_ms),) = attached.calls
    assert found is site and now_ms == 7
    assert given == {
        "welcomes": True,
        "offers_full": True,
        "on_ms": 300000,
        "off_ms": 600000,
        "start_margin_ma": 1500,
        "leave_ms": 45000,
        "learn": "use",
        "probe_ma": 3000,
        "wake": 3,
    }
    circuit = site.circuits[0]
    assert (circuit.imbalance_ma, circuit.is_preventive, circuit.breaker) == (20000, True, "B")


def test_a_limit_of_the_imbalance_alone_is_enough():
    document = copy(SMALLEST)
    document["circuits"][0]["imbalance_ma"] = 0
    with Attached() as attached:
        site = build.build(good(document), None, 0, None, None)[0]
    assert [given for _, given, _ in attached.calls] == [{}]
    assert site.circuits[0].imbalance_ma == 0 and not site.circuits[0].is_preventive


def test_plain_values_need_no_module():
    document = copy(SMALLEST)
    document["sharing"] = dict(SHARING, free_phases_s=0)
    site = build.build(good(document), None, 0, None, None)[0]
    assert (site.welcomes, site.on_ms, site.off_ms, site.leave_ms) == (True, 300000, 600000, 0)
    assert site.start_margin_ma == 1500 and site.modules == ()
    assert site.learner is None and site.balance is None and site.breaker is None


def test_they_are_stored_in_the_order_of_the_settings():
    pieces = take("firmware", "store", "_pieces")
    keys = ("sharing", "learning", "wake_up")
    document = {"wake_up": {"attempts": 1}, "sharing": {}}
    assert "".join(pieces(document, keys)) == '{"sharing": {},\n"wake_up": {"attempts": 1},\n'
    assert json.loads("".join(pieces({}, keys)) + "}") == {}
