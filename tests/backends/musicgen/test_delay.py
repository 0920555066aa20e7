"""The delay pattern, against the table of contract.md 6A.5 and its own inverse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lofi.backends.musicgen.delay import UNKNOWN, DelayPattern, Tokens

PAD = 2048
MONO = DelayPattern(codebooks=4, channels=1, pad=PAD)
STEREO = DelayPattern(codebooks=8, channels=2, pad=PAD)
NOTHING = np.empty((4, 0), np.int64)


def test_music_and_padding_stand_where_the_paper_puts_them() -> None:
    music = MONO.columns(5, NOTHING) == UNKNOWN
    assert music.astype(int).tolist() == [
        [0, 1, 1, 1, 1, 1, 0, 0, 0],
        [0, 0, 1, 1, 1, 1, 1, 0, 0],
        [0, 0, 0, 1, 1, 1, 1, 1, 0],
        [0, 0, 0, 0, 1, 1, 1, 1, 1],
    ]


def test_left_and_right_share_their_delays() -> None:
    columns = STEREO.columns(5, np.empty((8, 0), np.int64))
    assert np.array_equal(columns[0::2], columns[1::2])
    assert np.array_equal(columns[0::2], MONO.columns(5, NOTHING))


@pytest.mark.parametrize("pattern", [MONO, STEREO])
def test_so_many_frames_take_three_evaluations_more(pattern: DelayPattern) -> None:
    assert pattern.evaluations(500) == 503
    assert pattern.evaluations(1500, known=600) == 903


def test_known_frames_are_laid_out_and_the_rest_is_to_be_drawn() -> None:
    known = np.arange(8).reshape(4, 2)
    columns = MONO.columns(3, known)
    assert columns.tolist() == [
        [PAD, 0, 1, UNKNOWN, PAD, PAD, PAD],
        [PAD, PAD, 2, 3, UNKNOWN, PAD, PAD],
        [PAD, PAD, PAD, 4, 5, UNKNOWN, PAD],
        [PAD, PAD, PAD, PAD, 6, 7, UNKNOWN],
    ]


@given(frames=st.integers(1, 40), stereo=st.booleans(), data=st.data())
def test_every_frame_comes_back_out_of_its_columns(
    frames: int, stereo: bool, data: st.DataObject
) -> None:
    pattern = STEREO if stereo else MONO
    seed = data.draw(st.integers(0, 99))
    tokens: Tokens = np.random.default_rng(seed).integers(0, PAD, (pattern.codebooks, frames))
    columns = pattern.columns(frames, tokens)
    gathered = np.stack([pattern.frame(columns, index) for index in range(frames)], axis=1)
    assert np.array_equal(gathered, tokens)
    assert (columns == PAD).sum() == pattern.codebooks * (pattern.longest + 1)
