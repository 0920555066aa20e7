"""Sound that is decided and not yet played; nothing about where it came from."""

import numpy as np

from lofi.sound.pcm import QUANTUM, SAMPLE_RATE, Signal


class Future:
    """A circular buffer that whole sounds are added to and quanta are taken from."""

    def __init__(self, seconds: float) -> None:
        """Room for sounds of ``seconds`` at most, counted from the playhead's quantum."""
        quanta = -(-round(seconds * SAMPLE_RATE) // QUANTUM) + 1
        self._ring = np.zeros((2, quanta * QUANTUM), np.float32)
        self._end = 0

    def add(self, start: int, signal: Signal, left: float, right: float) -> None:
        """Mix a signal, shape (1 or 2, frames), in from frame ``start`` with these gains."""
        size = self._ring.shape[1]
        signal = signal[:, : size - QUANTUM]
        place = start % size
        head = min(signal.shape[1], size - place)
        for row, source, gain in zip(
            self._ring, (signal[0], signal[-1]), (left, right), strict=True
        ):
            scaled = source * np.float32(gain)
            row[place : place + head] += scaled[:head]
            row[: scaled.size - head] += scaled[head:]
        self._end = max(self._end, start + signal.shape[1])

    def take(self, start: int) -> Signal | None:
        """The quantum that begins at ``start``, shape (2, QUANTUM); None where all is silent."""
        if start >= self._end:
            return None
        place = start % self._ring.shape[1]
        quantum = self._ring[:, place : place + QUANTUM].copy()
        self._ring[:, place : place + QUANTUM] = 0.0
        return quantum
