"""Windows: how a long track is divided, and what each one is primed with."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from lofi.backends.musicgen.delay import UNKNOWN, DelayPattern, Tokens
from lofi.backends.musicgen.sampling import Sampler
from lofi.backends.musicgen.window import Author, Window, plan

PATTERN = DelayPattern(codebooks=4, channels=1, pad=64)
STATES = np.zeros((1, 3, 8), np.float32)


class Echo:
    """A decoder whose every token follows from all columns before it; remembers its calls."""

    def __init__(self) -> None:
        self.windows: list[list[Tokens]] = []
        self.guided: list[bool] = []

    def start(self, states: NDArray[np.float32], *, guided: bool) -> None:
        assert states is STATES
        self.windows.append([])
        self.guided.append(guided)

    def step(self, columns: Tokens) -> NDArray[np.float32]:
        assert (columns != UNKNOWN).all()
        self.windows[-1].append(columns.copy())
        seen = np.concatenate(self.windows[-1], axis=1)
        logits = np.zeros((1, 4, 64), np.float32)
        logits[0, np.arange(4), (seen.sum(axis=1) * 7 + seen.shape[1]) % 64] = 1.0
        return logits

    def finish(self) -> None:
        pass


def author(decoder: Echo) -> Author:
    return Author(decoder, PATTERN, Sampler(1.0, 1, 0.0, seed=0))


def blank(frames: int) -> Tokens:
    return np.full((4, frames), UNKNOWN, np.int64)


def test_a_long_track_is_divided_as_audiocraft_does() -> None:
    assert plan(1500, 1500, 900, 0) == [Window(0, 1500, 0)]
    assert plan(2250, 1500, 900, 0) == [Window(0, 1500, 0), Window(900, 1350, 600)]
    assert plan(1501, 1500, 900, 0) == [Window(0, 1500, 0), Window(900, 601, 600)]
    assert plan(400, 1500, 900, 200) == [Window(0, 400, 200)]


@given(
    frames=st.integers(1, 15_000),
    window=st.integers(2, 2000),
    data=st.data(),
)
def test_windows_cover_every_frame_once_and_are_never_too_long(
    frames: int, window: int, data: st.DataObject
) -> None:
    stride = data.draw(st.integers(max(1, window // 20), window - 1))
    known = data.draw(st.integers(0, min(window, frames) - 1))
    made = known
    for each in plan(frames, window, stride, known):
        assert each.start + each.known == made
        assert 0 < each.frames <= window
        assert each.frames > each.known
        made = each.start + each.frames
    assert made == frames


def test_a_window_takes_three_evaluations_more_than_it_has_frames() -> None:
    decoder, tokens = Echo(), blank(50)
    complete = list(author(decoder).write(tokens, Window(0, 50, 0), STATES, 3.0))
    assert len(complete) == len(decoder.windows[0]) == PATTERN.evaluations(50) == 53
    assert complete == [0, 0, 0, *range(1, 51)]
    assert (tokens != UNKNOWN).all()


def test_frames_are_whole_when_they_are_said_to_be() -> None:
    tokens = blank(30)
    for complete in author(Echo()).write(tokens, Window(0, 30, 0), STATES, 3.0):
        assert (tokens[:, :complete] != UNKNOWN).all()
        assert (tokens[:, complete:] == UNKNOWN).all()


def test_a_later_window_sees_the_end_of_the_former_and_keeps_it() -> None:
    decoder, tokens = Echo(), blank(80)
    writer = author(decoder)
    list(writer.write(tokens, Window(0, 50, 0), STATES, 3.0))
    before = tokens[:, :50].copy()
    complete = list(writer.write(tokens, Window(30, 50, 20), STATES, 3.0))
    assert np.array_equal(tokens[:, :50], before)
    assert complete == [50, 50, 50, *range(51, 81)]
    prime = decoder.windows[1][0]
    assert prime.shape == (4, 21)
    assert np.array_equal(prime[0, 1:], tokens[0, 30:50])
    assert np.array_equal(prime[3, 4:], tokens[3, 30:47])
    later = np.concatenate(decoder.windows[1], axis=1)
    assert np.array_equal(later[3, 21:24], tokens[3, 47:50]), "known tokens, not the draws"


@pytest.mark.parametrize(("scale", "both"), [(1.0, False), (3.0, True)])
def test_without_guidance_the_second_row_is_saved(scale: float, both: bool) -> None:
    decoder = Echo()
    list(author(decoder).write(blank(10), Window(0, 10, 0), STATES, scale))
    assert decoder.guided == [both]
