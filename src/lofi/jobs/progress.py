"""Turns the steps of a model into percent and time left."""

import time
from collections.abc import Callable
from typing import NamedTuple

from lofi.backends.base import Step

SMOOTHING = 0.2
"""How much of what was measured earlier each step makes forgotten."""
ROUNDING = 1e-9
"""What a share of the work may lack to a whole percent by the rounding of its sum."""


class Progress(NamedTuple):
    """How far a job is."""

    step: Step
    percent: int
    """0 to 99: only a finished track is 100 % done."""
    eta_seconds: float
    """Expected time until the last step, at the recent speed; 0 while nobody knows, which is as
    long as no work but preparation is done."""


START = Progress(Step(0, 0), 0, 0.0)
"""Nothing is done yet, and nobody knows how long it will take."""


class Meter:
    """Percent and ETA from the times at which steps arrive, and how much of the work they are."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = clock()
        self._reached = 0.0
        self._seconds = self._work = 0.0
        """What was spent lately, and on how much of the work."""

    def read(self, step: Step) -> Progress:
        """Take note of a finished step."""
        now = self._clock()
        spent, self._last = now - self._last, now
        work, self._reached = step.reached - self._reached, step.reached
        if step.reached > 0:
            self._seconds += spent - SMOOTHING * self._seconds
            self._work += work - SMOOTHING * self._work
        percent = min(99, int(100 * step.reached + ROUNDING))
        left = max(0.0, 1 - step.reached)
        return Progress(step, percent, left * self._seconds / self._work if self._work else 0.0)
