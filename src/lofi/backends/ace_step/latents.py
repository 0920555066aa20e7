"""The latent that a track is made in: its shape, and which frames of it are to change."""

from math import ceil

import numpy as np
from numpy.typing import NDArray

Latent = NDArray[np.float32]
"""Shape (1, 8, 16, frames)."""

CHANNELS, HEIGHT = 8, 16
RATE = 44_100
"""Samples per second that the model makes."""
HOP = 512
"""Samples in a frame of a spectrogram."""
SPAN = 8
"""Frames of a spectrogram in one of a latent."""
FRAME = SPAN * HOP
"""Samples in a frame of a latent."""


def frames(seconds: float) -> int:
    """Frames that cover so many seconds.

    The original leaves out a frame that is not covered wholly, and its tracks end up to 93 ms
    early; ours are made longer and cut.
    """
    return max(1, ceil(seconds * RATE / FRAME))


def whole_frames(seconds: float) -> int:
    """Frames that so many seconds cover wholly: where a moment lies in a latent."""
    return int(seconds * RATE / FRAME)


def mixed(first: Latent, second: Latent, variance: float) -> Latent:
    """Noise between two noises, of the same variance: the first at 0, the second at 1."""
    angle = np.float32(variance * np.pi / 2)
    result: Latent = np.cos(angle) * first + np.sin(angle) * second
    return result


def between(source: Latent, noise: Latent, level: np.float32) -> Latent:
    """``source`` with so much of it replaced by noise, 0 to 1."""
    result: Latent = (np.float32(1) - level) * source + level * noise
    return result
