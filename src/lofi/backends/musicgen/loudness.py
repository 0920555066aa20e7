"""Keeps the model's own level, and rounds off the peaks that a file cannot hold."""

import numpy as np
from numpy.typing import NDArray

KNEE = 0.8
"""Amplitude up to which nothing changes."""
ROOM = 0.99 - KNEE
"""What all higher amplitudes share: a sample of 1.0 would clip where a player resamples."""


def rounded(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Samples of any amplitude as samples within (-0.99, 0.99).

    Above the knee a hyperbola takes over, with the same slope where they meet: however loud two
    samples are, the louder one stays louder. Each sample depends on itself alone, so sound
    rounded in pieces is the same as rounded whole.
    """
    above = np.maximum(np.abs(samples) - KNEE, 0.0)
    peaks = np.sign(samples) * (KNEE + ROOM * above / (ROOM + above))
    return np.where(above > 0, peaks, samples).astype(np.float32)
