"""Endless backgrounds out of two materials: drifting beds of noise and scattered grains."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from lofi.backends.procedural.sound.filter import Filter, Sections
from lofi.backends.procedural.sound.future import Future
from lofi.backends.procedural.sound.oscillator import noise
from lofi.sound.pcm import QUANTUM, SAMPLE_RATE, Signal, panned

STRETCH = 8
"""Quanta of noise made at a time, because that is cheaper."""


class Texture(Protocol):
    """Something that goes on for ever."""

    def quantum(self, start: int) -> Signal | None:
        """The next quantum, shape (2, QUANTUM), which begins at frame ``start``; None if silent."""
        ...


class Drift:
    """A slow wandering between two values that does not come back for hours."""

    RATIOS = (1.0, 0.618, 0.2763)
    """Periods without a common multiple."""

    def __init__(self, rng: np.random.Generator, seconds: float, low: float, high: float) -> None:
        """``seconds`` is the shortest of its periods."""
        self._turns = np.array(self.RATIOS) / seconds * rng.uniform(0.93, 1.07, 3)
        self._phases = rng.random(3)
        self._middle, self._reach = (low + high) / 2, (high - low) / 2

    def at(self, frame: int) -> float:
        """The value at a frame."""
        angle = 2 * np.pi * (self._turns * (frame / SAMPLE_RATE) + self._phases)
        return float(self._middle + self._reach * (np.sin(angle) @ (0.55, 0.3, 0.15)))


class Bed:
    """Filtered noise whose level drifts; the right channel is the left one, long ago."""

    def __init__(
        self, rng: np.random.Generator, sections: Sections, level: float, drift: Drift | None = None
    ) -> None:
        self._rng = rng
        self._filter = Filter(sections, channels=1)
        self._level = np.float32(level)
        self._drift = drift
        self._right, self._left = self._stretch(), self._stretch()
        self._done = 0
        self._height: float | None = None

    def quantum(self, start: int) -> Signal:
        """The next quantum."""
        if self._done == STRETCH:
            self._left, self._right, self._done = self._stretch(), self._left, 0
        here = slice(self._done * QUANTUM, (self._done + 1) * QUANTUM)
        self._done += 1
        sides = np.stack([self._left[here], self._right[here]])
        return np.asarray(sides * self._slope(start))

    def _stretch(self) -> Signal:
        stretch = self._filter.process(noise(self._rng, 1, STRETCH * QUANTUM))
        return np.asarray(stretch[0])

    def _slope(self, start: int) -> Signal:
        if self._drift is None:
            return np.asarray(self._level)
        before = self._drift.at(start) if self._height is None else self._height
        self._height = self._drift.at(start + QUANTUM)
        slope = np.linspace(before, self._height, QUANTUM, endpoint=False, dtype=np.float32)
        return np.asarray(slope * self._level)


class Grains:
    """Short sounds from a pool, thrown in at random times, places and levels."""

    def __init__(
        self,
        rng: np.random.Generator,
        pool: Sequence[Signal],
        rate: float,
        level: float,
        spread: float = 0.8,
    ) -> None:
        """``rate`` is grains per second; the pool holds signals of shape (frames,)."""
        self._rng = rng
        self._pool = [np.atleast_2d(grain) for grain in pool]
        self._expected = rate * QUANTUM / SAMPLE_RATE
        self._level = level
        self._spread = spread
        self._future = Future(max(grain.size for grain in pool) / SAMPLE_RATE + 0.1)

    def quantum(self, start: int) -> Signal | None:
        """The next quantum."""
        for _ in range(self._rng.poisson(self._expected)):
            grain = self._pool[self._rng.integers(len(self._pool))]
            left, right = panned(self._rng.uniform(-self._spread, self._spread))
            gain = self._level * float(self._rng.lognormal(0.0, 0.5))
            at = start + int(self._rng.integers(QUANTUM))
            self._future.add(at, grain, left * gain, right * gain)
        return self._future.take(start)
