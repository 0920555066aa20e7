"""Which class of pitch sounds loudest, frame by frame: what MusicGen Melody hears of a piece.

The steps and numbers of transformers' ``MusicgenMelodyFeatureExtractor``, which follow librosa's
``filters.chroma`` and torchaudio's ``resample``, computed in float64.
"""

from functools import cache
from math import gcd

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Chroma = NDArray[np.float32]
"""Shape (frames, 12): 1 for the loudest class, C first, 0 for the others."""

CLASSES = 12
RATE = 32_000
SIZE, HOP = 16_384, 4_096
"""Samples in a frame, and from one to the next."""
LONGEST = 30 * RATE
"""Samples that are looked at; the rest of a longer piece is cut off."""
CROSSINGS, ROLLOFF = 24, 0.945
"""Of the low-pass filter: zeros on each side, and its edge as a share of the lower rate's half."""
CENTRE, HALF_WIDTH = 5.0, 2.0
"""Octaves above 27.5 Hz that are heard best, and how far hearing reaches around them."""


def resampled(samples: Floats, rate: int) -> Floats:
    """``samples`` at ``rate`` as samples at ``RATE``, by a sinc within a Hann window.

    Their number is multiplied by the ratio of the rates, rounded up.
    """
    if rate == RATE:
        return samples
    shared = gcd(rate, RATE)
    up, down = RATE // shared, rate // shared
    edge = min(up, down) * ROLLOFF  # in units of the rates' highest common one
    reach = int(CROSSINGS * up * down / edge)
    time = np.arange(-reach, reach + 1) * edge / (up * down)
    window = np.cos(time * np.pi / CROSSINGS / 2) ** 2
    kernel = np.sinc(time) * window * edge / down / up  # the last is multiplied in again
    from scipy.signal import resample_poly  # half a second that few tracks need

    result: Floats = resample_poly(samples, up, down, window=kernel)
    return result


def extract(samples: Floats) -> Chroma:
    """The chroma of mono ``samples`` at ``RATE``: 1 + samples / ``HOP`` frames.

    What is shorter than a frame is put in the middle of one.
    """
    heard = samples[:LONGEST]
    missing = max(0, SIZE - len(heard))
    heard = np.pad(heard, (missing // 2, missing - missing // 2))
    mirrored = np.pad(heard, SIZE // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(mirrored, SIZE)[::HOP]
    power = np.abs(np.fft.rfft(frames * _hann())) ** 2
    loudest = (power @ _filters().T).argmax(axis=1)
    result: Chroma = np.eye(CLASSES, dtype=np.float32)[loudest]
    return result


def _hann() -> Floats:
    """A periodic Hann window as long as a frame."""
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(SIZE) / SIZE)


def fitted(chroma: Chroma, frames: int) -> Chroma:
    """``chroma`` over and over until there are so many frames."""
    return np.resize(chroma, (frames, CLASSES))


@cache
def _filters() -> Floats:
    """How much each frequency counts for each class, shape (12, 1 + SIZE / 2)."""
    octaves = np.log2(np.arange(1, SIZE) * (RATE / SIZE) / 27.5)
    # below the lowest frequency there is 0 Hz: 1.5 octaves lower
    notes = CLASSES * np.concatenate(([octaves[0] - 1.5], octaves))
    widths = np.append(np.maximum(np.diff(notes), 1.0), 1.0)
    above: Floats = notes - np.arange(CLASSES)[:, None]
    away = (above + CLASSES / 2) % CLASSES - CLASSES / 2
    bumps = np.exp(-0.5 * (2 * away / widths) ** 2)
    bumps /= np.sqrt((bumps**2).sum(axis=0))
    bumps *= np.exp(-0.5 * ((notes / CLASSES - CENTRE) / HALF_WIDTH) ** 2)
    from_c: Floats = np.roll(bumps, -3, axis=0)  # 27.5 Hz is an A
    return from_c[:, : 1 + SIZE // 2]
