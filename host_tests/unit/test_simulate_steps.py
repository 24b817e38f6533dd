"""The figures of tools/benchmarks/steps.py with fewer runs: medians stay within the goals."""

import pytest

from tools.benchmarks import steps

RUNS = 25


@pytest.mark.parametrize("row", steps.ROWS, ids=lambda row: row[0])
def test_overload_after_a_step_is_within_the_goal(row):
    found = steps.measure_row(row, "fusekeeper", RUNS)
    assert found["median"] <= row[5], found


@pytest.mark.parametrize("row", steps.ROWS, ids=lambda row: row[0])
def test_the_model_of_warp_is_near_what_was_published(row):
    found = steps.measure_row(row, "warp", RUNS)
    assert 0.75 * row[6] <= found["median"] <= 1.25 * row[6], found


@pytest.mark.parametrize("seed", range(3))
def test_setpoints_are_back_soon_after_the_load_has_gone(seed):
    assert steps.back_s(seed) <= steps.GOAL_BACK_S


@pytest.mark.parametrize("seed", range(3))
def test_a_stopped_car_is_back_within_90_seconds(seed):
    assert steps.back_s(seed, stops=True) <= steps.GOAL_RESTART_S


@pytest.mark.parametrize("seed", range(6))
def test_a_car_on_an_unknown_phase_settles_at_its_full_current(seed):
    changes, drawn, full = steps.unknown_rotation(seed)
    assert changes <= 3
    assert drawn >= full - 500


@pytest.mark.parametrize("seed", range(12))
def test_wallboxes_that_report_each_1300_ms_are_not_cut_while_they_ramp_up(seed):
    assert steps.ramp_up(seed) == 0


def test_the_report_names_every_row_and_goal():
    lines = "\n".join(steps.report(steps.measure(3)))
    for row in steps.ROWS:
        assert row[0] in lines
    assert "goal" in lines and "published" in lines
