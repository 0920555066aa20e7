"""Turns the steps of a model into percent and time left."""

import time
from collections.abc import Callable
from typing import NamedTuple

from lofi.backends.base import Step

SMOOTHING = 0.2
"""Weight of the newest step in the running mean of step times."""


class Progress(NamedTuple):
    """How far a job is."""

    step: Step
    percent: int
    """0 to 99: only a finished track is 100 % done."""
    eta_seconds: float
    """Expected time until the last step, at the recent speed; 0 while nobody knows, which is as
    long as no step is done."""


START = Progress(Step(0, 0), 0, 0.0)
"""Nothing is done yet, and nobody knows how long it will take."""


class Meter:
    """Percent and ETA from the times at which steps arrive."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = clock()
        self._step_seconds: float | None = None

    def read(self, step: Step) -> Progress:
        """Take note of a finished step."""
        now = self._clock()
        spent, self._last = now - self._last, now
        mean = self._step_seconds
        self._step_seconds = spent if mean is None else mean + SMOOTHING * (spent - mean)
        percent = min(99, 100 * step.done // max(1, step.total))
        return Progress(step, percent, self._step_seconds * (step.total - step.done))
