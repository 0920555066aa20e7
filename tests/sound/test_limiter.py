"""The ceiling holds, exactly and only when it must."""

from itertools import pairwise

import numpy as np

from backends.procedural.sound.measures import decibels, rms, true_peak
from lofi.sound.limiter import Limiter
from lofi.sound.pcm import SAMPLE_RATE, Signal


def hot() -> Signal:
    """Loud tones with peaks between the samples, bursts of noise and silence."""
    rng = np.random.default_rng(3)
    clock = np.arange(2 * SAMPLE_RATE)
    tone = np.sin(2 * np.pi * (SAMPLE_RATE / 4) / SAMPLE_RATE * clock + np.pi / 4) * 1.2
    tone += 1.5 * np.sin(2 * np.pi * 61 / SAMPLE_RATE * clock) * (clock % 30_000 > 20_000)
    bursts = rng.standard_normal((2, clock.size)) * (clock % 17_000 < 900)
    return np.asarray((tone + bursts) * (clock % 40_000 > 4_000), np.float32)


def test_the_true_peak_stays_below_one_decibel_under_full_scale() -> None:
    limiter = Limiter()
    limited = np.concatenate([limiter.process(hot()), limiter.flush()], axis=1)
    assert true_peak(limited) < -1
    assert true_peak(hot()) > 0
    assert rms(limited) > 0.2


def test_any_cutting_into_blocks_gives_the_same_samples() -> None:
    sound, whole, cut = hot(), Limiter(), Limiter()
    expected = whole.process(sound)
    edges = [0, 1, 1, 480, 1_717, 11_716, 16_516, sound.shape[1]]
    parts = [cut.process(sound[:, a:b]) for a, b in pairwise(edges)]
    assert np.array_equal(np.concatenate(parts, axis=1), expected)
    assert np.array_equal(whole.flush(), cut.flush())


def test_what_stays_below_the_ceiling_is_only_late() -> None:
    quiet = hot() * np.float32(0.1)
    limiter = Limiter()
    limited = np.concatenate([limiter.process(quiet), limiter.flush()], axis=1)
    assert np.array_equal(limited[:, limiter.latency :], quiet)
    loud = Limiter().process(hot())
    assert not np.array_equal(loud[:, limiter.latency :], hot()[:, : -limiter.latency])


def test_gain_returns_after_a_peak() -> None:
    clock = np.arange(SAMPLE_RATE)
    sound = (0.3 * np.sin(2 * np.pi * 200 / SAMPLE_RATE * clock))[None].astype(np.float32)
    sound[:, 10_000] = 4.0
    limited = Limiter().process(sound)[:, Limiter.latency :]
    after = slice(14_000, 40_000)
    assert abs(decibels(rms(limited[:, after]), rms(sound[:, after]))) < 0.01
    assert rms(limited[:, 9_950:10_000]) < 0.5 * rms(sound[:, 9_950:10_000])
