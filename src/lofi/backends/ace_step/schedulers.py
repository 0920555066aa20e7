"""How a step is taken from one noise level to the next: Euler, Heun and PingPong.

With ``v`` for what the network says, ``x`` for the latent and ``s`` for noise levels. All computed
in float32. A scheduler is used for one run, whose evaluations of the network it counts.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from lofi.backends.ace_step.latents import Latent
from lofi.backends.ace_step.schedule import Sigmas


class Scheduler(Protocol):
    """One way of taking steps."""

    levels: Sequence[int]
    """Of every evaluation of the network, which noise level it is made at."""

    def advance(self, evaluation: int, latent: Latent, velocity: Latent) -> Latent:
        """The latent for the next evaluation, or the finished one."""
        ...


def weight(omega: float) -> np.float32:
    """How much of a change's deviation from its mean is taken: 1 at 0, within 0.9 and 1.1."""
    return np.float32(0.9 + 0.2 / (1 + np.exp(-0.1 * omega)))


def weighted(change: Latent, by: np.float32) -> Latent:
    """``change`` with its deviations from the mean multiplied; the mean is over all of it."""
    mean = change.mean(dtype=np.float32)
    result: Latent = (change - mean) * by + mean
    return result


class Euler:
    """One evaluation a step: ``x + (s' - s) v``."""

    def __init__(self, sigmas: Sigmas, omega: float) -> None:
        self.levels: Sequence[int] = range(len(sigmas) - 1)
        self._sigmas = sigmas
        self._weight = weight(omega)

    def advance(self, evaluation: int, latent: Latent, velocity: Latent) -> Latent:
        """See ``Scheduler``."""
        change = self._sigmas[evaluation + 1] - self._sigmas[evaluation]
        result: Latent = latent + weighted(change * velocity, self._weight)
        return result


class Heun:
    """Two evaluations a step, where it begins and where Euler's would end; one for the last."""

    def __init__(self, sigmas: Sigmas, omega: float) -> None:
        steps = len(sigmas) - 1
        self.levels: Sequence[int] = [(count + 1) // 2 for count in range(2 * steps - 1)]
        self._sigmas = sigmas
        self._weight = weight(omega)
        self._start: tuple[Latent, Latent] | None = None

    def advance(self, evaluation: int, latent: Latent, velocity: Latent) -> Latent:
        """See ``Scheduler``."""
        level = self.levels[evaluation]
        if self._start is None:
            self._start = latent, velocity
            change = self._sigmas[level + 1] - self._sigmas[level]
            return latent + weighted(change * velocity, self._weight)
        (start, first), self._start = self._start, None
        change = self._sigmas[level] - self._sigmas[level - 1]
        mean = np.float32(0.5) * (first + velocity)
        return start + weighted(change * mean, self._weight)


class PingPong:
    """To the end and back: noise is taken out wholly, and less of other noise is added."""

    def __init__(self, sigmas: Sigmas, fresh: Callable[[], Latent]) -> None:
        """Steps with noise drawn by ``fresh`` for each."""
        self.levels: Sequence[int] = range(len(sigmas) - 1)
        self._sigmas = sigmas
        self._fresh = fresh

    def advance(self, evaluation: int, latent: Latent, velocity: Latent) -> Latent:
        """See ``Scheduler``."""
        now, then = self._sigmas[evaluation : evaluation + 2]
        clean = latent - now * velocity
        result: Latent = (np.float32(1) - then) * clean + then * self._fresh()
        return result
