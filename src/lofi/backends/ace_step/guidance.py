"""How the network's answers with and without the prompt become one.

APG (arXiv 2410.02416), plain classifier-free guidance, and CFG-Zero* (arXiv 2503.18886), with the
numbers of ACE-Step's ``apg_guidance.py``.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lofi.backends.ace_step.latents import Latent

MOMENTUM = np.float32(-0.75)
LONGEST = np.float32(2.5)
"""How far apart the two answers may be in one channel, as a length over its other axes."""
ZEROED = 2
"""How many evaluations at the beginning of a run CFG-Zero* leaves the latent alone for."""
TINY = 1e-8


class Plan(NamedTuple):
    """When to guide, and how much."""

    scale: float
    """1: not at all."""
    interval: float
    """The share of the steps that are guided, in the middle of the run."""
    decay: float = 0.0
    """How far the scale falls towards ``least`` over the guided steps, 0 to 1."""
    least: float = 3.0

    def scale_at(self, step: int, steps: int) -> float | None:
        """The scale at a step, counted from 0; None where there is no guidance."""
        start = int(steps * ((1 - self.interval) / 2))
        stop = int(steps * (self.interval / 2 + 0.5))
        if self.scale == 1 or not start <= step < stop:
            return None
        done = (step - start) / max(1, stop - start - 1)
        return self.scale - (self.scale - self.least) * done * self.decay


class Guidance:
    """One way to guide, with what it remembers of the run."""

    def __init__(self, kind: str) -> None:
        """Guide a run.

        Args:
            kind: ``apg``, ``cfg`` or ``cfg_star``.
        """
        self._kind = kind
        self._average: Latent | None = None

    def guided(self, evaluation: int, scale: float, given: Latent, free: Latent) -> Latent:
        """What to follow.

        Args:
            evaluation: how many there were before.
            scale: how much to guide.
            given: the network's answer to the prompt.
            free: its answer to none.
        """
        by = np.float32(scale)
        if self._kind == "apg":
            return self._apg(by, given, free)
        if self._kind == "cfg":
            return _beyond(by, given, free)
        if evaluation < ZEROED:
            return np.zeros_like(given)
        fitted = (given * free).sum() / ((free * free).sum() + np.float32(TINY))
        return _beyond(by, given, fitted * free)

    def _apg(self, scale: np.float32, given: Latent, free: Latent) -> Latent:
        """Only what is at right angles to the answer, no longer than it may be, is followed."""
        difference = given - free
        if self._average is not None:
            difference = difference + MOMENTUM * self._average
        self._average = difference
        length = _length(difference)
        shortened = difference * np.minimum(np.float32(1), LONGEST / np.maximum(length, TINY))
        aside = _aside(shortened.astype(np.float64), given.astype(np.float64))
        result: Latent = given + (scale - np.float32(1)) * aside.astype(np.float32)
        return result


def _beyond(scale: np.float32, given: Latent, free: Latent) -> Latent:
    result: Latent = free + scale * (given - free)
    return result


def _length(latent: NDArray[np.floating]) -> NDArray[np.floating]:
    """Of each channel, shape (1, channels, 1, 1)."""
    result: NDArray[np.floating] = np.sqrt((latent**2).sum(axis=(-2, -1), keepdims=True))
    return result


def _aside(change: NDArray[np.float64], answer: NDArray[np.float64]) -> NDArray[np.float64]:
    """``change`` without its part in the direction of ``answer``, channel by channel."""
    along = answer / np.maximum(_length(answer), 1e-12)
    result: NDArray[np.float64] = (
        change - (change * along).sum(axis=(-2, -1), keepdims=True) * along
    )
    return result
