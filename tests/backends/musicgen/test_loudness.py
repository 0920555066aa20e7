"""The level is the model's own; only what a file cannot hold is rounded off."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lofi.backends.musicgen.loudness import KNEE, rounded


def test_sound_below_the_knee_is_untouched() -> None:
    quiet = np.linspace(-KNEE, KNEE, 1001, dtype=np.float32)[None]
    assert np.array_equal(rounded(quiet), quiet)


@given(st.floats(-1e6, 1e6, width=32))
def test_no_sample_leaves_the_range_or_changes_sign(sample: float) -> None:
    (result,) = rounded(np.array([[sample]], np.float32))[0]
    assert abs(result) <= 0.99
    assert np.sign(result) == np.sign(np.float32(sample))


def test_louder_in_is_louder_out_without_a_corner() -> None:
    ramp = np.linspace(0, 1.5, 3001, dtype=np.float32)[None].astype(np.float64)
    slope = np.diff(rounded(ramp.astype(np.float32))[0].astype(np.float64)) / np.diff(ramp[0])
    assert (slope > 0).all()
    assert np.abs(np.diff(slope)).max() < 0.01


def test_pieces_are_rounded_as_the_whole_is() -> None:
    sound = np.random.default_rng(0).normal(0, 0.7, (2, 4000)).astype(np.float32)
    pieces = [rounded(sound[:, start : start + 700]) for start in range(0, 4000, 700)]
    assert np.array_equal(np.concatenate(pieces, axis=1), rounded(sound))
