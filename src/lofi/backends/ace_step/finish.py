"""What the vocoder made as a finished track: at 48 kHz, of the exact length."""

import numpy as np

from lofi.backends.ace_step import latents
from lofi.backends.ace_step.resample import Samples, resampled
from lofi.track import Audio

RATE = 48_000
FADE = RATE // 50
"""Samples at the end of a track over which it is faded out, where it is cut."""


def finished(samples: Samples, seconds: int) -> Audio:
    """``samples`` at 44.1 kHz, shape (2, at least ``seconds``), as a track of ``seconds``."""
    track = resampled(samples, latents.RATE, RATE)[:, : seconds * RATE]
    track = np.clip(track, -1, 1)  # the filter may swing beyond what it was given
    track[:, -FADE:] *= np.linspace(1, 0, FADE, dtype=np.float32)
    return Audio(track, RATE)
