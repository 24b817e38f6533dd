"""The arithmetic of `make bench`, and that its passes run on the image."""

import pytest

from tools import bench
from tools.benchmarks import reaction
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
    assert all(0 < best <= median for _, times in rows for best, median in times)
    bench.print_passes(rows)
    assert "full share" in capsys.readouterr().out
