"""Another rate: lengths, levels and times stay."""

import numpy as np
import pytest
from scipy.signal import resample_poly

from lofi.backends.ace_step.resample import resampled


def tone(rate: int, hertz: float, seconds: float = 1) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate).astype(np.float32)


@pytest.mark.parametrize("count", [1, 146, 147, 148, 4096, 44_100, 221_184])
def test_the_length_is_that_of_the_ratio_rounded_up(count: int) -> None:
    samples = np.zeros((2, count), np.float32)
    assert resampled(samples, 44_100, 48_000).shape == (2, -(-count * 160 // 147))


@pytest.mark.parametrize("hertz", [50, 1000, 15_000])
@pytest.mark.parametrize(("source", "target"), [(44_100, 48_000), (48_000, 44_100)])
def test_a_tone_stays_the_same_tone_at_the_same_moment(
    hertz: float, source: int, target: int
) -> None:
    made = resampled(tone(source, hertz)[None], source, target)[0]
    expected = tone(target, hertz)
    inner = slice(1000, -1000)
    assert np.abs(made[inner] - expected[inner]).max() < 0.02  # ripple of a short filter


def test_it_agrees_with_another_implementation_of_the_same_filter() -> None:
    """The table of filters, laid out as one filter at the common rate of both."""
    up, down, width = 160, 147, 6
    edge = down * 0.99
    reach = int(np.ceil(width * up * down / edge))
    time = np.arange(-reach, reach + 1) * edge / (up * down)
    window = np.where(np.abs(time) < width, np.cos(np.pi * time / width / 2) ** 2, 0)
    kernel = np.sinc(time) * window * edge / down / up
    noise = np.random.default_rng(1).standard_normal(10_000)
    expected = resample_poly(noise, up, down, window=kernel.tolist())
    made = resampled(noise.astype(np.float32)[None], 44_100, 48_000)[0]
    assert np.abs(made - expected).max() < 1e-5


def test_the_same_rate_changes_nothing() -> None:
    samples = tone(44_100, 440)[None]
    assert resampled(samples, 44_100, 44_100) is samples
