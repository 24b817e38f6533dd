"""The arithmetic of `make bench`, and that its passes run on the image; what it prints."""

import pytest

from tools import bench
from tools.benchmarks import optimum, reaction, steps
from tools.simsite.analysis import Reduction


def test_quantiles():
    values = list(range(1, 101))
    assert reaction.quantile(values, 0.5) == 50
    assert reaction.quantile(values, 0.99) == 99
    assert reaction.quantile([7], 0.99) == 7


def test_summary_leaves_out_what_a_later_pass_reduced():
    found = [Reduction(10.0, 10.01, 10.11, [0, 1]), Reduction(11.0, 11.5, 11.5, [1])]
    row = reaction.summary(2, found)
    assert (row["count"], row["others"], row["packets"]) == (1, 1, 2)
    assert row["median_ms"] == pytest.approx(110)
    assert row["groups_ms"] == pytest.approx(100)


def test_passes_run_for_every_number_of_wallboxes(image, capsys):
    rows = bench.measure_passes(image)
    assert [n for n, _ in rows] == [2, 8, 16, 32, 64]
    assert all(len(times) == 5 for _, times in rows)
    assert all(0 < best <= median for _, times in rows for best, median in times)
    bench.print_passes(rows)
    shown = capsys.readouterr().out
    for name in ("fresh sample", "reduction", "full share", "solve"):
        assert shown.count(f" us  {name} ") == len(rows)
    goals = [line.partition("<=")[2].strip() for line in shown.splitlines() if "<=" in line]
    assert goals == ["300 us", "1000 us", "1000 us", "10 x"]


def test_the_passes_with_everything_on_stand_beside_those_without(image, capsys):
    ((n, times),) = bench.measure_passes(image, "on")
    assert n == 64 and len(times) == 5
    bench.print_all_on((64, [(1, 2)] * 5), (64, times))
    shown = capsys.readouterr().out.splitlines()
    assert [line.split()[-3:] for line in shown[1:5]] == [["2", "/", str(t[1])] for t in times[1:]]


def test_the_growth_is_that_of_the_solve():
    rows = [
        (n, [(1, 150), (1, 7), (1, 7), (1, 7), (1, median)]) for n, median in ((8, 90), (64, 450))
    ]
    assert bench.growth(rows) == 5


def test_the_control_laws_are_shown_with_goals_and_the_models_of_warp(capsys):
    found = steps.measure(1)
    bench.print_laws(found, optimum.measure(("mixed",), count=4))
    shown = capsys.readouterr().out
    for row in steps.ROWS:
        line = next(line for line in shown.splitlines() if line.startswith(row[0]))
        assert f"<= {row[5]} " in line
    assert "WARP law, modelled" in shown and "model of WARP" in shown
    assert "goal, at least   0.960  0.880  0.960" in shown
