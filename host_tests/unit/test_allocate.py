"""tools/allocate.py as people script against it (contract C4): answers, streaming, both
interpreters. What is wrong with a line is in test_allocate_check.py."""

import json
import pathlib
import random
import re
import subprocess
import sys
import threading

import pytest

from tools import allocate
from tools.allocate_check import scenario as checked

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = [sys.executable, str(ROOT / "tools" / "allocate.py")]
EXAMPLES = sorted((ROOT / "host_tests" / "scenarios").glob("*.jsonl"))
ROTATIONS = ("L123", "L132", "L231", "L213", "L321", "L312", None)


@pytest.fixture(scope="module", params=allocate.INTERPRETERS)
def solver(request):
    with allocate.Solver(request.param) as running:
        yield running


def ask(solver, scenario):
    answer = solver.answer(json.dumps(scenario).encode())
    assert "error" not in answer, answer
    return answer


def currents(answer):
    return {row["name"]: row["current"] for row in answer["allocations"]}


def boxes(*rows):
    """Wallboxes A, B, C... with what each of them differs in."""
    return [{"name": "ABCDEFG"[k], **row} for k, row in enumerate(rows)]


SITE = [30000, 30000, 30000]
L1 = {"phases": 1, "rotation": "L123"}
L2 = {"phases": 1, "rotation": "L231"}
# limits, wallboxes, currents: what the keys of a wallbox mean
TABLE = [
    # alike ones share alike; one phase or three
    (SITE, boxes({}, {}), [15000, 15000]),
    (SITE, boxes({}, L1), [15000, 15000]),
    # one on another phase has no part in it
    (SITE, boxes(L1, L1, L2), [15000, 15000, 30000]),
    # unknown rotation counts on all phases
    (SITE, boxes(L1, {"phases": 1}, L2), [15000, 15000, 15000]),
    # two phases of its rotation
    ([8000, 9000, 10000], boxes({"phases": 2, "rotation": "L231"}), [9000]),
    ([8000, 9000, 10000], boxes({"phases": 2}), [8000]),
    # a phase or a whole circuit without a limit
    ([None, 9000, 8000], boxes(L1, L2), [32000, 9000]),
    (None, boxes({}, {"max": 80000}), [32000, 80000]),
    # its own minimum and maximum, and what its car asks for
    ([7000] * 3, boxes({"min": 7001}), [0]),
    ([7000] * 3, boxes({"min": 7000}), [7000]),
    (SITE, boxes({"max": 10000}, {}), [10000, 20000]),
    (SITE, boxes({"asked": 10000}, {}), [10000, 20000]),
    (SITE, boxes({"asked": 100}, {}), [6000, 24000]),
    (SITE, boxes({"asked": 50000, "max": 16000}), [16000]),
    # the other minimum, when the car uses one phase
    ([9000] * 3, boxes({"min_1p": 10000}), [9000]),
    ([9000] * 3, boxes({"min_1p": 10000, "phases": 1}), [0]),
    ([9000] * 3, boxes({"min_1p": 10000, "drawn": [6000, 0, 0], "charging": True}), [0]),
    ([9000] * 3, boxes({"min": 10000, "drawn": [6000, 0, 0], "charging": True}), [9000]),
    # a car on fewer phases than its wallbox has
    (
        SITE,
        boxes({"rotation": "L123", "drawn": [9000, 90, 0], "charging": True}, L1, L2),
        [15000, 15000, 30000],
    ),
    # who does not want to charge
    (SITE, boxes({"wants": False}, {}), [0, 30000]),
    (SITE, boxes({"wants": False, "charging": True}, {}), [0, 30000]),
    # who charges goes on; who has waited longer comes first; then who has received less
    ([9000] * 3, boxes({"waiting_s": 899}, {"charging": True}), [0, 9000]),
    ([9000] * 3, boxes({"waiting_s": 2000}, {"waiting_s": 4000}), [0, 9000]),
    ([9000] * 3, boxes({"energy_wh": 20000}, {"energy_wh": 3000}), [0, 9000]),
    # but not where there is no legal setpoint for it
    ([5999] * 3, boxes({"charging": True}), [0]),
    ([9000] * 3, boxes({"charging": True}, {"charging": True, "priority": 1}), [0, 9000]),
    # a priority, a weight
    (SITE, boxes({}, {"priority": 1, "asked": 20000}), [10000, 20000]),
    (SITE, boxes({}, {"weight": 2}), [10000, 20000]),
    # nobody there, nothing there
    (SITE, [], []),
    ([0, 0, 0], boxes({}, {}), [0, 0]),
]


@pytest.mark.parametrize(("limits", "chargers", "expected"), TABLE)
def test_what_the_keys_mean(solver, limits, chargers, expected):
    answer = ask(solver, {"limits": limits, "chargers": chargers})
    assert [row["current"] for row in answer["allocations"]] == expected
    assert [row["name"] for row in answer["allocations"]] == [box["name"] for box in chargers]


def test_circuits_hang_below_the_grid_connection_in_any_order(solver):
    circuits = [
        {"name": "Row", "parent": "Garage", "limits": [None, 8000, None]},
        {"name": "Garage", "limits": [20000] * 3},
    ]
    chargers = boxes({"circuit": "Row"}, {"circuit": "Garage"}, {})
    site = {"limits": SITE, "circuits": circuits, "chargers": chargers}
    assert list(currents(ask(solver, site)).values()) == [8000, 11000, 11000]
    site["circuits"] = circuits[::-1]
    assert list(currents(ask(solver, site)).values()) == [8000, 11000, 11000]


def test_phases_totals_and_reasons(solver):
    chargers = boxes(
        {"rotation": "L231", "drawn": [9000, 9000, 0], "charging": True, "asked": 10000},
        {"phases": 1},
        {"phases": 1, "rotation": "L321", "max": 7000},
        {"wants": False},
        {"min": 31000},
    )
    answer = ask(solver, {"limits": SITE, "chargers": chargers})
    assert list(currents(answer).values()) == [10000, 13000, 7000, 0, 0]
    assert answer["phase_totals"] == [13000, 23000, 30000]
    assert isinstance(answer["us"], int) and answer["us"] >= 0
    assert [row["phases"] for row in answer["allocations"]] == [2, 1, 1, 0, 0]
    assert [row["reason"] for row in answer["allocations"]] == [
        "Its car asks for no more than 10.0 A.",
        "Limited by the grid connection, phase L3: its share is 13.0 A.",
        "Gets all that it and its car can take.",
        "Does not want to charge.",
        "Its minimum of 31.0 A does not fit on the grid connection, phase L1.",
    ]


ONES = [{"phases": 1, "rotation": rotation} for rotation in ("L123", "L231", "L312")]
# imbalance_ma, wallboxes, currents
IMBALANCES = [
    # one phase alone; three alike ones lend each other all that they draw
    (10000, boxes(ONES[0]), [10000]),
    (10000, boxes(*ONES), [32000, 32000, 32000]),
    (0, boxes(*ONES), [32000, 32000, 32000]),
    # up to what the lowest phase has
    (
        10000,
        boxes(ONES[0], {**ONES[1], "asked": 8000}, {**ONES[2], "asked": 12000}),
        [18000, 8000, 12000],
    ),
    (10000, boxes(ONES[0], ONES[0], ONES[1], {**ONES[2], "max": 7000}), [8500, 8500, 17000, 7000]),
    # its minimum does not fit
    (5999, boxes(ONES[0], {"rotation": "L123"}), [0, 32000]),
    (6000, boxes(ONES[0]), [6000]),
    (5000, boxes({**ONES[0], "charging": True, "drawn": [6000, 0, 0]}), [0]),
    # three phases never count, known or not; those that a car leaves alone do
    (0, boxes({}, {"rotation": "L231"}), [32000, 32000]),
    (8000, boxes({"rotation": "L231", "charging": True, "drawn": [6000, 0, 0]}), [8000]),
    (8000, boxes({"rotation": "L231", "charging": True, "drawn": [6000, 6000, 0]}), [8000]),
    # one of unknown rotation may be on any phase, and lends nothing
    (10000, boxes({"phases": 1}), [10000]),
    (20000, boxes({"phases": 1}, ONES[0]), [10000, 10000]),
    (10000, boxes({"phases": 1, "max": 8000}, *ONES), [8000, 32000, 32000, 32000]),
]


@pytest.mark.parametrize(("imbalance_ma", "chargers", "expected"), IMBALANCES)
def test_how_the_imbalance_is_limited(solver, imbalance_ma, chargers, expected):
    site = {"limits": None, "imbalance_ma": imbalance_ma, "chargers": chargers}
    answer = ask(solver, site)
    assert [row["current"] for row in answer["allocations"]] == expected


def test_the_reason_of_one_that_is_limited_for_the_balance(solver):
    chargers = boxes(ONES[0], {**ONES[1], "min_1p": 11000}, {})
    answer = ask(solver, {"limits": SITE, "imbalance_ma": 10000, "chargers": chargers})
    why = "Limited so that the phases do not differ by more: the grid connection, phase L%d."
    assert [row["reason"] for row in answer["allocations"]][:2] == [why % 1, why % 2]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_are_named_in_words_and_keep_the_limits(solver, path):
    assert len(path.stem.split("_")) >= 4
    for line in path.read_text().splitlines():
        scenario = json.loads(line)
        judge(checked(line.encode()), ask(solver, scenario))


def test_the_worked_example_of_the_docs(solver):
    page = (ROOT / "docs" / "allocate.md").read_text()
    given, expected = map(json.loads, re.findall(r"```json\n(.*?)```", page, re.DOTALL))
    assert {**ask(solver, given), "us": 0} == {**expected, "us": 0}
    (example,) = [path for path in EXAMPLES if path.stem.startswith("three_cars_share")]
    assert json.loads(example.read_text()) == given


def random_scenario(dice):
    names = [f"circuit {k}" for k in range(dice.randrange(7))]
    circuits = []
    depth = {None: 0}
    for name in names:
        parent = dice.choice([known for known in depth if depth[known] < 3])
        depth[name] = depth[parent] + 1
        limits = [dice.choice((None, dice.randint(0, 90000))) for _ in range(3)]
        circuits.append({"name": name, "parent": parent, "limits": limits})
    chargers = []
    for k in range(dice.choice((1, 3, 8, 24, 64))):
        phases = dice.choice((1, 2, 3, 3))
        chargers.append(
            {
                "name": f"box {k}",
                "phases": phases,
                "rotation": dice.choice(ROTATIONS),
                "min": dice.choice((6000, 6000, 9200)),
                "min_1p": dice.choice((6000, 6000, 10000)),
                "max": dice.choice((16000, 32000)),
                "asked": dice.choice((None, dice.randint(0, 40000))),
                "circuit": dice.choice(list(depth)),
                "wants": dice.random() < 0.9,
                "charging": dice.random() < 0.3,
                "priority": dice.choice((0, 0, 0, 1)),
                "weight": dice.choice((1, 1, 3)),
                "waiting_s": dice.choice((0, dice.randrange(20000))),
                "energy_wh": dice.choice((0, dice.randrange(40000))),
                "drawn": dice.choice((None, [9000] * phases + [0] * (3 - phases), [7000, 0, 0])),
            }
        )
    limits = dice.choice((None, [dice.randint(0, 400) * 1000 for _ in range(3)]))
    dice.shuffle(circuits)
    imbalance = dice.choice((None, None, 0, 6000, 20000, dice.randint(0, 60000)))
    return {
        "limits": limits,
        "circuits": circuits,
        "imbalance_ma": imbalance,
        "chargers": chargers,
    }


def judge(scenario, answer):
    """Every limit holds, and every setpoint is legal (R1, R4)."""
    tree = scenario["circuits"]
    used = [[0, 0, 0] for _ in tree]
    for charger, row in zip(scenario["chargers"], answer["allocations"], strict=True):
        current = row["current"]
        assert (row["phases"] > 0) == (current > 0)
        assert row["reason"] and "{" not in row["reason"] and "reason." not in row["reason"]
        if not current:
            continue
        least = charger["min_1p"] if row["phases"] == 1 else charger["min"]
        asked = charger["max"] if charger["asked"] is None else max(charger["asked"], least)
        assert charger["wants"] and least <= current <= min(asked, charger["max"])
        rotation = charger["rotation"]
        at = charger["circuit"]
        while at is not None:
            for k in range(3):
                if rotation is None or str(k + 1) in rotation[1 : 1 + row["phases"]]:
                    used[at][k] += current
            at = tree[at][0]
    assert answer["phase_totals"] == used[0]
    for (_, limits), sums in zip(tree, used, strict=True):
        for k in range(3):
            assert limits is None or limits[k] is None or sums[k] <= limits[k]
    if scenario["imbalance_ma"] is not None:
        assert apart(scenario, answer) <= scenario["imbalance_ma"]


def apart(scenario, answer):
    """By how much the phases may differ, a wallbox of unknown rotation being where it is worst."""
    most = [0, 0, 0]
    sure = [0, 0, 0]
    for charger, row in zip(scenario["chargers"], answer["allocations"], strict=True):
        rotation = charger["rotation"]
        for k in range(3) if row["phases"] < 3 else ():
            if rotation is None or str(k + 1) in rotation[1 : 1 + row["phases"]]:
                most[k] += row["current"]
                sure[k] += 0 if rotation is None else row["current"]
    totals = answer["phase_totals"]
    return max(
        max(totals) - min(totals), *[most[k] - min(sure[:k] + sure[k + 1 :]) for k in range(3)]
    )


def test_limits_hold_and_the_order_of_the_list_does_not_matter(solver):
    dice = random.Random(4)
    for _ in range(150):
        scenario = random_scenario(dice)
        answer = ask(solver, scenario)
        judge(checked(json.dumps(scenario).encode()), answer)
        dice.shuffle(scenario["chargers"])
        again = ask(solver, scenario)
        assert currents(again) == currents(answer), json.dumps(scenario)
        reasons = {row["name"]: row["reason"] for row in answer["allocations"]}
        assert {row["name"]: row["reason"] for row in again["allocations"]} == reasons
        assert again["phase_totals"] == answer["phase_totals"]


def test_both_interpreters_agree():
    dice = random.Random(5)
    scenarios = [random_scenario(dice) for _ in range(60)]
    answers = []
    for name in allocate.INTERPRETERS:
        with allocate.Solver(name) as solver:
            answers.append([{**ask(solver, scenario), "us": 0} for scenario in scenarios])
    assert answers[0] == answers[1]


def test_each_answer_comes_at_once():
    with subprocess.Popen(TOOL, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        deadline = threading.Timer(60, process.kill)
        deadline.start()
        for limit in (8000, 9000):
            line = json.dumps({"limits": [limit] * 3, "chargers": [{"name": "Ä"}]})
            process.stdin.write(line.encode() + b"\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
            assert currents(answer) == {"Ä": limit}
        process.stdin.close()
        assert process.stdout.read() == b""
        assert process.wait() == 0
        deadline.cancel()


@pytest.mark.parametrize("name", allocate.INTERPRETERS)
def test_thousands_of_lines_and_wrong_ones_between_them(name):
    good = b'{"limits": [9000, 9000, 9000], "chargers": [{"name": "A"}]}\n'
    lines = (good * 9 + b"{]\n") * 300
    done = subprocess.run(
        [*TOOL, "--interpreter", name], input=lines, capture_output=True, timeout=100
    )
    assert done.returncode == 0
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == 3000
    assert all(("error" in answer) == (k % 10 == 9) for k, answer in enumerate(answers))


def test_the_set_up_of_the_tools_is_not_heard_among_the_answers():
    noisy = (
        "import runpy, sys\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "from tools import environment\n"
        "def setup():\n"
        "    print('setting up', sys.stdin.readline(), flush=True)\n"
        "environment.setup = setup\n"
        "sys.argv = sys.argv[1:]\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", noisy, TOOL[1]],
        input='{"limits": null}\n',
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "setting up" in done.stderr
    assert [json.loads(line)["allocations"] for line in done.stdout.splitlines()] == [[]]


def test_help_and_wrong_options():
    done = subprocess.run([*TOOL, "--help"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "--interpreter" in done.stdout
    done = subprocess.run([*TOOL, "--interpreter", "perl"], capture_output=True, timeout=60)
    assert done.returncode == 2


def test_a_solver_that_dies_costs_one_line():
    with allocate.Solver("cpython") as solver:
        scenario = {"limits": SITE, "chargers": [{"name": "A"}]}
        assert currents(ask(solver, scenario)) == {"A": 30000}
        solver._process.kill()
        solver._process.wait()
        assert "solver" in solver.answer(json.dumps(scenario).encode())["error"]
        assert currents(ask(solver, scenario)) == {"A": 30000}
