"""The form sound has while it is made; nothing about what makes it."""

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 48_000
QUANTUM = 2_400
"""Frames that busses are rendered in: 50 ms."""

Signal = NDArray[np.float32]
"""Shape (frames,) or (channels, frames)."""


def frames(seconds: float) -> int:
    """The nearest whole number of frames."""
    return round(seconds * SAMPLE_RATE)


def amplitude(decibels: float) -> float:
    """The factor that changes a level by so many decibels."""
    return float(10.0 ** (decibels / 20.0))


def panned(place: float) -> tuple[float, float]:
    """Gains of left and right for a place from -1 to 1, their powers adding up to 1."""
    return ((1 - place) / 2) ** 0.5, ((1 + place) / 2) ** 0.5
