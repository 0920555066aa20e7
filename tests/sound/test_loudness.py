"""Our meter against the reference meter and the standard's own figures."""

import math

import numpy as np
import pyloudnorm
import pytest

from lofi.sound.loudness import Meter, QuickMeter
from lofi.sound.pcm import SAMPLE_RATE, Signal


def programme(sample_rate: int) -> Signal:
    """Coloured noise and tones that swell, with a long quiet passage for the gate."""
    rng = np.random.default_rng(5)
    clock = np.arange(12 * sample_rate) / sample_rate
    sound = np.cumsum(rng.standard_normal((2, clock.size)), axis=1)
    sound -= np.convolve(sound[0], np.ones(301) / 301, mode="same")
    sound = 0.01 * sound + 0.2 * np.sin(2 * np.pi * 330 * clock) * (1 + np.sin(clock))
    sound[1] *= 0.6
    sound *= np.where((clock > 5) & (clock < 8), 0.003, 1.0)
    return np.asarray(sound * 0.3, np.float32)


@pytest.mark.parametrize("sample_rate", [44_100, 48_000])
def test_integrated_loudness_is_the_reference_meters(sample_rate: int) -> None:
    sound, meter = programme(sample_rate), Meter(sample_rate)
    for start in range(0, sound.shape[1], 7_001):
        meter.add(sound[:, start : start + 7_001])
    reference = pyloudnorm.Meter(sample_rate)
    ours = meter.integrated()
    assert abs(ours - reference.integrated_loudness(sound.T.astype(float))) < 0.1
    assert abs(ours - reference.integrated_loudness(2 * sound.T.astype(float))) > 5


def test_a_full_scale_tone_reads_as_the_standard_says() -> None:
    clock = np.arange(5 * SAMPLE_RATE)
    tone = np.sin(2 * np.pi * 997 / SAMPLE_RATE * clock).astype(np.float32)
    meter = Meter()
    meter.add(np.stack([tone, np.zeros_like(tone)]))
    assert abs(meter.integrated() + 3.01) < 0.05


def test_short_term_loudness_follows_the_last_three_seconds() -> None:
    sound, meter = programme(SAMPLE_RATE), Meter()
    meter.add(sound[:, : 8 * SAMPLE_RATE])
    quiet = meter.short_term()
    meter.add(sound[:, 8 * SAMPLE_RATE :])
    assert meter.short_term() > quiet + 10


def test_silence_has_no_loudness() -> None:
    meter = Meter()
    assert meter.integrated() == -math.inf
    meter.add(np.zeros((2, SAMPLE_RATE), np.float32))
    assert meter.integrated() == meter.short_term() == -math.inf


@pytest.mark.parametrize("sample_rate", [8_000, 44_100, 48_000, 96_000])
def test_the_quick_meter_reads_the_same(sample_rate: int) -> None:
    sound = programme(sample_rate)
    meter, quick = Meter(sample_rate), QuickMeter(sample_rate)
    for start in range(0, sound.shape[1], 7_001):
        meter.add(sound[:, start : start + 7_001])
        quick.add(sound[:, start : start + 7_001])
    assert abs(quick.integrated() - meter.integrated()) < 1e-6
