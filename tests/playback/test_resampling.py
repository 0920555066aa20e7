"""From any rate to ours."""

import numpy as np
import pytest
from scipy.signal import resample_poly

from fixtures.sound import pitch, sine
from lofi.playback.resampling import Resampler
from lofi.sound.pcm import Signal

RATES = (8_000, 11_025, 22_050, 32_000, 44_100, 47_999, 88_200, 96_000, 192_000)


def resampled(sound: Signal, source: int, cuts: tuple[int, ...] = ()) -> Signal:
    resampler = Resampler(source, 48_000)
    blocks = np.split(sound, cuts, axis=1)
    return np.concatenate([*map(resampler.process, blocks), resampler.flush()], axis=1)


@pytest.mark.parametrize("rate", RATES)
def test_a_tone_keeps_its_pitch_level_and_length(rate: int) -> None:
    heard = resampled(sine(1_000.0, 2.0, rate), rate)
    assert heard.shape == (2, 96_000)
    assert pitch(heard[0]) == pytest.approx(1_000.0, abs=0.2)
    middle = heard[0, 10_000:-10_000]
    expected = sine(1_000.0, 2.0)[0, 10_000:-10_000]
    assert np.abs(middle - expected).max() < 2e-4


@pytest.mark.parametrize("rate", [32_000, 44_100, 96_000])
def test_the_cutting_changes_nothing(rate: int) -> None:
    noise = np.random.default_rng(1).standard_normal((2, 9_000)).astype(np.float32)
    whole = resampled(noise, rate)
    assert np.array_equal(resampled(noise, rate, (1, 2, 700, 701, 4_097)), whole)


@pytest.mark.parametrize("rate", [32_000, 44_100])
def test_it_agrees_with_another_resampler_within_the_pass_band(rate: int) -> None:
    rng = np.random.default_rng(2)
    clock = np.arange(rate) / rate
    tones = sum(np.sin(2 * np.pi * f * clock + rng.uniform(0, 6)) for f in (90, 700, 3_100, 9_000))
    sound = np.tile(np.asarray(tones, np.float32) * np.float32(0.1), (2, 1))
    other = resample_poly(sound, 480, rate // 100, axis=1, window=("kaiser", 9.0))
    assert np.abs(resampled(sound, rate) - other)[:, 2_000:-2_000].max() < 2e-3


def test_what_our_rate_cannot_hold_is_left_out() -> None:
    heard = resampled(sine(30_000.0, 1.0, 96_000), 96_000)
    assert np.abs(heard[:, 2_000:-2_000]).max() < 1e-4
