"""A little sound made ahead, between who mixes it and who plays it. Knows no thread."""

import numpy as np

from lofi.sound.pcm import Signal


class Ring:
    """Frames in the order in which they were put; guarded by whoever owns it."""

    def __init__(self, capacity: int) -> None:
        self._store = np.zeros((2, capacity), np.float32)
        self._start = 0
        self.filled = 0

    @property
    def room(self) -> int:
        """How many frames fit."""
        return self._store.shape[1] - self.filled

    def put(self, sound: Signal) -> None:
        """Append; there must be room."""
        self._write(self.filled, sound)
        self.filled += sound.shape[1]

    def take(self, count: int) -> Signal:
        """The first frames, at most ``count``, shape (2, frames)."""
        count = min(count, self.filled)
        sound = self._read(count)
        self._start = (self._start + count) % self._store.shape[1]
        self.filled -= count
        return sound

    def cut(self, tail: int) -> None:
        """Drop all but the first ``tail`` frames, and have those die away."""
        self.filled = min(tail, self.filled)
        down = np.linspace(1.0, 0.0, self.filled, dtype=np.float32)
        self._write(0, self._read(self.filled) * down)

    def _places(self, at: int, count: int) -> tuple[slice, slice]:
        """Where ``count`` frames from ``at`` lie: to the end of the store, then from its start."""
        size = self._store.shape[1]
        begin = (self._start + at) % size
        first = min(count, size - begin)
        return slice(begin, begin + first), slice(0, count - first)

    def _read(self, count: int) -> Signal:
        first, second = self._places(0, count)
        return np.concatenate([self._store[:, first], self._store[:, second]], axis=1)

    def _write(self, at: int, sound: Signal) -> None:
        first, second = self._places(at, sound.shape[1])
        split = first.stop - first.start
        self._store[:, first] = sound[:, :split]
        self._store[:, second] = sound[:, split:]
