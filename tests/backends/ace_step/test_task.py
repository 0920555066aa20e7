"""What a run starts from: seeds, variations, and the frames that may change."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fixtures.ace_step import request
from lofi.backends.ace_step import latents, schedule
from lofi.backends.ace_step.latents import Latent
from lofi.backends.ace_step.noise import Noise
from lofi.backends.ace_step.options import AceStepOptions
from lofi.backends.ace_step.task import Part, Whole, plan
from lofi.errors import InvalidParams

SOURCE: dict[str, Any] = {"source": {"path": "/sound.wav", "sha256": "0" * 64}}


def sound(seconds: float) -> Latent:
    """A latent whose frames are numbered from 1 on."""
    count = latents.frames(seconds)
    return np.broadcast_to(np.arange(1, count + 1, dtype=np.float32), (1, 8, 16, count))


def planned(
    seconds: int = 5,
    seed: int = 1,
    encoded: Callable[[float], Latent] = sound,
    **options: Any,  # noqa: ANN401
) -> Whole | Part:
    asked = request(seconds, seed, **options)
    assert isinstance(asked.options, AceStepOptions)
    return plan(asked, asked.options, Noise(seed), encoded)


def whole(**options: Any) -> Whole:  # noqa: ANN401
    task = planned(**options)
    assert isinstance(task, Whole)
    return task


def part(seconds: int = 5, **options: Any) -> Part:  # noqa: ANN401
    task = planned(seconds, **SOURCE, **options)
    assert isinstance(task, Part)
    return task


@pytest.mark.parametrize(
    ("seconds", "frames"), [(5, 54), (10, 108), (30, 323), (60, 646), (120, 1292), (240, 2584)]
)
def test_frames_cover_what_is_asked_for(seconds: int, frames: int) -> None:
    assert latents.frames(seconds) == frames
    assert (frames - 1) * latents.FRAME < seconds * latents.RATE <= frames * latents.FRAME


def test_noise_has_unit_variance_and_its_streams_have_nothing_in_common() -> None:
    noise = Noise(3)
    start, first, second = noise.start(500), noise.step(500), noise.step(500)
    for each in (start, first, second):
        assert each.shape == (1, 8, 16, 500)
        assert each.dtype == np.float32
        assert abs(each.mean()) < 0.02
        assert each.std() == pytest.approx(1, abs=0.02)
    for one, other in ((start, first), (first, second)):
        assert abs((one * other).mean()) < 0.02
    assert np.array_equal(Noise(3).start(500), start)


def test_a_retake_of_all_variance_is_the_track_of_the_other_seed() -> None:
    taken = whole(seed=1, retake_variance=1.0, retake_seed=2).start
    assert taken == pytest.approx(whole(seed=2).start, abs=1e-6)


def test_a_retake_of_none_is_the_track_itself_and_of_a_little_is_near() -> None:
    itself = whole().start
    assert np.array_equal(whole(retake_variance=0.0, retake_seed=9).start, itself)
    little = whole(retake_variance=0.1).start
    assert 0.95 < np.corrcoef(little.ravel(), itself.ravel())[0, 1] < 0.999
    assert not np.array_equal(little, whole(retake_variance=0.1, retake_seed=9).start)


def test_a_repaint_changes_its_range_alone() -> None:
    task = part(repaint_start=1, repaint_end=2)
    assert np.flatnonzero(task.mask).tolist() == list(range(10, 21))
    assert task.source.shape == task.noise.shape == (1, 8, 16, 54)
    assert np.array_equal(task.noise[..., ~task.mask], whole().start[..., ~task.mask])
    assert not np.allclose(task.noise[..., task.mask], whole().start[..., task.mask])
    assert task.skipped == 4  # half of 8 steps


def test_a_repaint_without_an_end_goes_to_the_end_and_of_all_is_a_new_take() -> None:
    assert part(repaint_start=4).mask.tolist() == [False] * 43 + [True] * 11
    task = planned(repaint_start=0, retake_variance=0.3, **SOURCE)
    assert isinstance(task, Whole)
    assert np.array_equal(task.start, whole(retake_variance=0.3).start)


@pytest.mark.parametrize(
    "options", [{"repaint_start": 5}, {"repaint_start": 1, "repaint_end": 1.01}]
)
def test_a_repaint_of_nothing_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InvalidParams, match="lies between repaint_start and repaint_end"):
        part(**options)


@pytest.mark.parametrize(("left", "right"), [(0, 4), (4, 0), (2, 3), (2.5, 2.25)])
def test_an_extension_makes_the_rest_of_the_duration(left: float, right: float) -> None:
    task = part(10, extend_left=left, extend_right=right)
    kept = np.flatnonzero(~task.mask)
    expected = (10 - left - right) * latents.RATE / latents.FRAME
    assert len(task.mask) == task.source.shape[-1] == latents.frames(10)
    assert len(kept) == pytest.approx(expected, abs=1)
    assert np.array_equal(kept, np.arange(kept[0], kept[-1] + 1))
    assert (kept[0] == 0) == (left == 0)
    assert (kept[-1] == len(task.mask) - 1) == (right == 0)
    assert task.source[0, 0, 0, kept].tolist() == list(range(1, len(kept) + 1))
    assert not task.source[..., task.mask].any()
    assert task.skipped == 0


def test_an_extension_that_leaves_no_room_for_the_source_is_refused() -> None:
    with pytest.raises(InvalidParams, match="leaves 0 s for the source") as refused:
        part(10, extend_left=5, extend_right=6)
    assert "whole" in (refused.value.hint or "")


def test_sound_made_anew_has_as_much_noise_and_as_many_steps_as_its_strength_leaves() -> None:
    task = planned(strength=0.5, **SOURCE)
    assert isinstance(task, Whole)
    level = np.float32(schedule.shifted(0.5))
    expected = (1 - level) * sound(5) + level * whole().start
    assert task.start == pytest.approx(expected, abs=1e-5)
    assert np.array_equal(task.sigmas, schedule.sigmas(4, 0.5))


def test_a_strength_of_one_keeps_all_and_of_zero_nothing() -> None:
    kept, made = (planned(strength=each, **SOURCE) for each in (1, 0))
    assert isinstance(kept, Whole)
    assert isinstance(made, Whole)
    assert np.array_equal(kept.start, sound(5))
    assert len(kept.sigmas) == 1
    assert np.array_equal(made.start, whole().start)
    assert np.array_equal(made.sigmas, whole().sigmas)


def test_a_source_is_not_asked_for_where_it_is_not_needed() -> None:
    def never(_seconds: float) -> Latent:
        raise AssertionError

    assert planned(encoded=never)
