"""Clamps on the wrong conductors, a meter at another place than the settings say, and a house that
steps when a car does, in tools/virtual."""

import pytest

from tools.virtual.keys import ScenarioError
from tools.virtual.run import Run
from tools.virtual.scenario import check


def site(**circuit):
    return {
        "seconds": 60,
        "circuits": [
            {
                "name": "grid",
                "main_ma": 63000,
                "fallback_load_ma": 1000,
                "house": [{"ma": [20000, 21000, 22000]}],
                "meter": {"noise_ma": 0},
                **circuit,
            }
        ],
        "chargers": [{"name": "box", "applied_ma": 10000}],
        "cars": [{"charger": "box", "phases": 1, "short_ma": 0, "drawn_ma": 10000}],
    }


def shown(**circuit):
    """What the meter shows first, while the car draws 10 A on L1."""
    run = Run(check(site(**circuit)))
    values = []
    sampled = run._sampled

    def note(c, now_ma, same):
        values.append(now_ma)
        sampled(c, now_ma, same)

    run._sampled = note
    run.clock.run(2000)
    return values[0]


@pytest.mark.parametrize(
    ("clamps", "expected"),
    [
        ([1, 2, 3], [30000, 21000, 22000]),
        ([-1, 2, 3], [-30000, 21000, 22000]),
        ([2, 1, 3], [21000, 30000, 22000]),
        ([1, -3, 2], [30000, -22000, 21000]),
    ],
)
def test_each_clamp_shows_its_own_conductor_its_way_round(clamps, expected):
    assert shown(meter={"noise_ma": 0, "clamps": clamps}) == expected


@pytest.mark.parametrize("truly", [True, False, None])
@pytest.mark.parametrize("told", [True, False])
def test_where_the_meter_is_and_what_the_settings_say(told, truly):
    meter = {"noise_ma": 0, "truly_includes": truly}
    sees = told if truly is None else truly
    assert shown(meter=meter, includes_chargers=told)[0] == (30000 if sees else 20000)


@pytest.mark.parametrize(
    ("clamps", "words"),
    [
        ([1, 2], "a list of three"),
        ([1, 2, 2], "once each"),
        ([1, 2, -1], "once each"),
        ([1, 0, 3], "clamps[1]"),
        (1, "a list of three"),
    ],
)
def test_clamps_that_cannot_be_are_refused(clamps, words):
    with pytest.raises(ScenarioError) as caught:
        check(site(meter={"clamps": clamps}))
    assert words in str(caught.value)


def test_a_meter_whose_wiring_is_wrong_is_no_ground_to_accuse_the_brain():
    run = Run(check(site(meter={"clamps": [2, 1, 3]})))
    run.play()
    assert not run.meters[0].genuine


def steps(seed=1, **mimic):
    """The house beside its constant load each 100 ms, and what the car draws, in mA: rows of
    [L1, L2, L3, car]. The car's limit changes four times."""
    mimic = {"chance_pct": 100, "both_pct": 0, "ramp_pct": 0, "noise_ma": 0, **mimic}
    document = site(mimic={"range_ma": 20000, "keep_s": 20, **mimic}, meter=None)
    document["seed"] = seed
    document["seconds"] = 300
    document["events"] = [
        {"at_s": at, "available_ma": ma}
        for at, ma in ((30, 8000), (80, 16000), (130, 9000), (180, 14000))
    ]
    run = Run(check(document))
    rows = []

    def note():
        now = run.clock.now
        house = [round(line.now(now)) for line in run.house[0]]
        rows.append([house[0] - 20000, house[1] - 21000, house[2] - 22000])
        rows[-1].append(round(run.boxes[0].car.drawn_ma()))
        run.clock.at(now + 100, note)

    run.clock.at(1, note)
    run.play()
    return rows


def test_a_house_that_mimics_steps_by_as_much_as_the_car_in_the_same_second():
    hidden = elsewhere = 0
    for seed in range(8):
        rows = steps(seed)
        for at in range(250, len(rows)):
            for k in range(3):
                step = rows[at][k] - rows[at - 1][k]
                if step and rows[at][k]:  # else it is taken back
                    near = [row[3] for row in rows[max(0, at - 12) : at + 100]]
                    assert abs(abs(step) - (max(near) - min(near))) <= 2
                    hidden += k == 0
                    elsewhere += k > 0
        assert rows[-1][:3] == [0, 0, 0]
    assert hidden >= 8 and elsewhere >= 8


def test_a_house_that_hides_a_ramp_hides_it_all_the_way():
    rows = steps(both_pct=100, ramp_pct=100)
    begin = at = next(i for i in range(300, len(rows)) if rows[i][0])
    while rows[at][3] != rows[at + 1][3]:
        assert (
            abs(rows[at][0] + rows[at][3] - rows[begin - 1][3]) <= 5
        )  # on its own phase nothing moves
        assert max(rows[at][1:3]) == 0 or min(rows[at][1:3]) == 0
        assert abs(sum(rows[at][:3])) <= 5
        at += 1
    assert at >= begin + 10


def test_a_house_that_mimics_keeps_to_its_range_and_to_its_seed():
    assert steps(3) == steps(3)
    assert steps(3) != steps(4)
    assert not any(any(row[:3]) for row in steps(range_ma=500))
    assert not any(any(row[:3]) for row in steps(chance_pct=0))
