"""The last minute of what was heard, before any volume. Knows no thread."""

import numpy as np

from lofi.sound.pcm import SAMPLE_RATE, Signal

SECONDS = 60
FULL = 32_767
"""As libsndfile scales 16 bits, but for its own 32768: nothing here is ever at full scale."""


class Tape:
    """A loop of 16 bits that always holds what was recorded last; guarded by its owner."""

    def __init__(self, seconds: int = SECONDS) -> None:
        self._store = np.zeros((2, seconds * SAMPLE_RATE), np.int16)
        self._at = 0
        self._recorded = 0

    def record(self, sound: Signal) -> None:
        """Append frames, shape (2, frames), no more than the tape holds."""
        size = self._store.shape[1]
        coded = np.rint(np.clip(sound, -1.0, 1.0) * FULL).astype(np.int16)
        first = min(sound.shape[1], size - self._at)
        self._store[:, self._at : self._at + first] = coded[:, :first]
        self._store[:, : sound.shape[1] - first] = coded[:, first:]
        self._at = (self._at + sound.shape[1]) % size
        self._recorded = min(size, self._recorded + sound.shape[1])

    def last(self, seconds: float) -> Signal:
        """What was recorded last, shape (2, frames); less if there is no more."""
        size = self._store.shape[1]
        count = min(self._recorded, round(seconds * SAMPLE_RATE))
        places = (self._at - count + np.arange(count)) % size
        return np.asarray(self._store[:, places] / np.float32(FULL), np.float32)
