"""The spectrogram that the encoder reads."""

import numpy as np
import pytest

from lofi.backends.ace_step.mel import BANDS, spectrogram


@pytest.mark.parametrize("count", [4096, 4097, 44_100])
def test_frames_are_a_multiple_of_eight_that_covers_the_sound(count: int) -> None:
    mel = spectrogram(np.zeros((2, count), np.float32))
    assert mel.shape == (2, BANDS, 8 * -(-count // 4096))


def test_silence_is_as_soft_as_the_floor_lets_it_be() -> None:
    mel = spectrogram(np.zeros((1, 8192), np.float32))
    assert mel.max() < np.log(1e-3)
    assert mel.min() >= np.float32(np.log(1e-5))


def test_a_tone_is_loudest_in_its_band_and_twice_the_level_is_its_logarithm_more() -> None:
    time = np.arange(44_100) / 44_100
    soft, loud = (
        spectrogram((level * np.sin(2 * np.pi * 1000 * time))[None].astype(np.float32))
        for level in (0.25, 0.5)
    )
    middle = slice(20, -20)
    band = loud[0, :, middle].mean(axis=1).argmax()
    assert 20 < band < 40
    assert (loud - soft)[0, band, middle] == pytest.approx(np.log(2), abs=1e-3)


def test_channels_are_heard_apart() -> None:
    noise = np.random.default_rng(2).standard_normal((2, 8192)).astype(np.float32)
    both = spectrogram(noise)
    assert np.array_equal(both[1], spectrogram(noise[1:])[0])
    assert not np.allclose(both[0], both[1])
