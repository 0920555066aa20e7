"""Sound at another rate, by torchaudio's windowed sinc: what the original uses."""

from functools import cache
from math import ceil, gcd

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""Shape (channels, samples)."""

CROSSINGS = 6
"""Zeros of the sinc on each side."""
ROLLOFF = 0.99
"""Edge of the low-pass filter, as a share of the lower rate's half."""


def resampled(samples: Samples, source: int, target: int) -> Samples:
    """``samples`` at the rate ``source`` as samples at ``target``, ``ceil(n * target / source)``.

    Nothing is moved in time: the first sample stays the first. Values may pass 1 by a little.
    """
    if source == target:
        return samples
    shared = gcd(source, target)
    down, up = source // shared, target // shared
    kernels, reach = _kernels(down, up)
    padded = np.pad(samples, ((0, 0), (reach, reach + down)))
    seen = np.lib.stride_tricks.sliding_window_view(padded, kernels.shape[1], axis=1)[:, ::down]
    made = (seen @ kernels.T).reshape(len(samples), -1)
    return np.ascontiguousarray(made[:, : ceil(samples.shape[1] * up / down)])


@cache
def _kernels(down: int, up: int) -> tuple[Samples, int]:
    """For each of ``up`` places between samples its filter, and how far back they all reach."""
    edge = min(down, up) * ROLLOFF
    reach = ceil(CROSSINGS * down / edge)
    sample, place = np.arange(-reach, reach + down), np.arange(up)[:, None]
    time = np.clip((sample / down - place / up) * edge, -CROSSINGS, CROSSINGS)
    kernels = np.sinc(time) * np.cos(np.pi * time / CROSSINGS / 2) ** 2 * edge / down
    return kernels.astype(np.float32), reach
