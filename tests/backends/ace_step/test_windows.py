"""Windows cover everything once, and what agrees in them has no seams."""

from itertools import pairwise

import numpy as np
import pytest

from lofi.backends.ace_step.windows import Window, joined, plan


def test_what_is_short_is_one_window() -> None:
    assert plan(322) == plan(322, 512, fixed=True) == [Window(0, 322)]


def test_windows_of_two_minutes_are_those_of_the_original() -> None:
    starts = [window.start for window in plan(1291)]
    assert starts == [0, 256, 512, 768, 1024]
    assert all(window.stop - window.start == 512 for window in plan(1291)[:-1])


@pytest.mark.parametrize(("longest", "fixed"), [(512, False), (128, True)])
def test_any_number_of_frames_is_covered_with_room_on_both_sides(longest: int, fixed: bool) -> None:
    for frames in range(1, 2600):
        covered(frames, longest, fixed=fixed)


def covered(frames: int, longest: int, *, fixed: bool) -> None:
    windows = plan(frames, longest, fixed=fixed)
    assert windows[0].start == 0
    assert windows[-1].stop == frames
    for former, latter in pairwise(windows):
        assert former.start < latter.start
        assert former.stop - latter.start >= longest // 2
    for window in windows:
        assert window.stop - window.start == min(frames, longest) or not fixed
        assert window.stop - window.start <= longest


@pytest.mark.parametrize("frames", [1, 100, 128, 129, 300, 1291])
@pytest.mark.parametrize(("longest", "fixed"), [(512, False), (128, True)])
def test_pieces_that_agree_are_joined_to_the_whole(frames: int, longest: int, fixed: bool) -> None:
    whole = np.random.default_rng(3).standard_normal((2, 4, frames * 8)).astype(np.float32)
    windows = plan(frames, longest, fixed=fixed)
    pieces = [whole[..., each.start * 8 : each.stop * 8] for each in windows]
    assert np.abs(joined(windows, pieces) - whole).max() < 1e-6


def test_pieces_that_differ_pass_into_each_other() -> None:
    windows = plan(256, 128, fixed=True)
    pieces = [np.full((1, 1, 1024), number, np.float32) for number in range(len(windows))]
    steps = np.diff(joined(windows, pieces)[0, 0])
    assert steps.max() < 0.05
    assert (steps >= 0).all()
