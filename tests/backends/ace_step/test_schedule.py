"""The noise levels of a run: those of the original's schedulers."""

import numpy as np
import pytest

from lofi.backends.ace_step.schedule import shifted, sigmas, timestep


def test_four_levels_are_those_of_the_original() -> None:
    assert sigmas(4) == pytest.approx([1, 0.857692, 0.602151, 0.008929, 0], abs=5e-7)


@pytest.mark.parametrize(
    ("steps", "first", "last"),
    [
        (60, [1, 0.994303, 0.988475], [0.102808, 0.057394, 0.008929, 0]),
        (27, [1, 0.986883, 0.973058], [0.206198, 0.114550, 0.008929, 0]),
    ],
)
def test_both_ends_of_usual_runs_are_those_of_the_original(
    steps: int, first: list[float], last: list[float]
) -> None:
    found = sigmas(steps)
    assert len(found) == steps + 1
    assert found[:3] == pytest.approx(first, abs=6e-7)
    assert found[-4:] == pytest.approx(last, abs=6e-7)


def test_one_step_goes_the_whole_way() -> None:
    assert sigmas(1).tolist() == [1, 0]


@pytest.mark.parametrize("steps", [2, 8, 200])
def test_levels_fall_and_the_last_but_one_is_always_the_same(steps: int) -> None:
    found = sigmas(steps)
    assert (np.diff(found) < 0).all()
    assert found[-2] == np.float32(shifted(shifted(0.001)))
    assert found.dtype == np.float32


def test_a_run_from_a_source_begins_at_a_level_shifted_twice() -> None:
    assert sigmas(30, 0.5)[0] == np.float32(shifted(shifted(0.5)))


def test_the_network_is_told_thousandths() -> None:
    assert timestep(np.float32(0.25)) == 250
