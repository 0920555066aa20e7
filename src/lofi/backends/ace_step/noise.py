"""Where chance comes from: streams that a seed decides, on every machine the same."""

import numpy as np

from lofi.backends.ace_step.latents import CHANNELS, HEIGHT, Latent


class Noise:
    """Two independent streams of one seed: for the start of a run, and for its steps."""

    def __init__(self, seed: int) -> None:
        start, steps = np.random.SeedSequence(seed).spawn(2)
        self._start = np.random.default_rng(start)
        self._steps = np.random.default_rng(steps)

    def start(self, frames: int) -> Latent:
        """What a run begins with: unit variance, shape (1, 8, 16, frames)."""
        return _drawn(self._start, frames)

    def step(self, frames: int) -> Latent:
        """Fresh noise for a step, other at each call."""
        return _drawn(self._steps, frames)


def another(seed: int) -> int:
    """The seed of a variation, where none is given."""
    return int(np.random.SeedSequence(seed).spawn(3)[2].generate_state(1, np.uint64)[0])


def _drawn(generator: np.random.Generator, frames: int) -> Latent:
    return generator.standard_normal((1, CHANNELS, HEIGHT, frames), np.float32)
