"""Sound to the spectrogram that the encoder reads: loudness of 128 bands on a logarithmic scale."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from lofi.backends.ace_step.latents import FRAME, HOP, RATE
from lofi.backends.ace_step.resample import Samples

Mel = NDArray[np.float32]
"""Shape (channels, 128, frames), natural logarithms."""

SIZE = 2048
BANDS = 128
LOWEST, HIGHEST = 40.0, 16_000.0
"""Hertz that the bands cover."""
FLOOR = 1e-5
KNEE = 1000.0
"""Hertz up to which Slaney's scale is linear, with ``STEP`` Hertz to a mel."""
STEP = 200 / 3
GROWTH = np.log(6.4) / 27
"""Of the frequency above it, per mel, as a logarithm."""


def spectrogram(samples: Samples) -> Mel:
    """The spectrogram of ``samples`` at 44.1 kHz, shape (channels, n).

    What is missing to a whole frame of a latent is silence, so the frames are a multiple of 8.
    """
    count = samples.shape[1]
    whole = np.pad(samples, ((0, 0), (0, -count % FRAME)))
    return np.stack([_channel(each) for each in whole])


def _channel(samples: NDArray[np.float32]) -> Mel:
    edge = (SIZE - HOP) // 2
    padded = np.pad(samples, edge, mode="reflect")
    seen = np.lib.stride_tricks.sliding_window_view(padded, SIZE)[::HOP]
    window = np.hanning(SIZE + 1)[:-1].astype(np.float32)
    spectrum = np.fft.rfft(seen * window)
    size = np.sqrt(spectrum.real**2 + spectrum.imag**2 + 1e-6)
    loud = _filters() @ size.T
    return np.log(np.maximum(loud, FLOOR)).astype(np.float32)


@cache
def _filters() -> NDArray[np.float64]:
    """Triangles of equal area on Slaney's mel scale, shape (128, 1025)."""
    corners = _hertz(np.linspace(_mel(LOWEST), _mel(HIGHEST), BANDS + 2))
    bins = np.linspace(0, RATE / 2, SIZE // 2 + 1)
    widths = np.diff(corners)[:, None]
    away = corners[:, None] - bins
    rising, falling = -away[:-2] / widths[:-1], away[2:] / widths[1:]
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    result: NDArray[np.float64] = triangles * 2 / (corners[2:] - corners[:-2])[:, None]
    return result


def _mel(hertz: float) -> float:
    if hertz < KNEE:
        return hertz / STEP
    return float(KNEE / STEP + np.log(hertz / KNEE) / GROWTH)


def _hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    above = KNEE * np.exp(GROWTH * (mel - KNEE / STEP))
    return np.where(mel < KNEE / STEP, mel * STEP, above)
