"""How a kick presses the rest of the band down, drawn from known onsets instead of detected."""

import numpy as np

from lofi.sound.pcm import QUANTUM, SAMPLE_RATE, Signal

ATTACK = 0.006
"""Seconds to full pressure."""
RECOVERY = 8.0
"""Nepers per second."""
MEMORY = SAMPLE_RATE
"""Frames after which a kick is forgotten; it has recovered to a thousandth."""


class Sidechain:
    """Collects kicks and tells the pressure they put on everyone else."""

    def __init__(self) -> None:
        self._kicks: list[tuple[int, float]] = []

    def strike(self, frame: int, strength: float) -> None:
        """A kick of ``strength`` 0 to 1 begins at ``frame``."""
        self._kicks.append((frame, strength))

    def pressure(self, start: int) -> Signal | None:
        """0 (none) to 1 over the quantum at ``start``, shape (QUANTUM,); None if none at all."""
        self._kicks = [kick for kick in self._kicks if kick[0] > start - MEMORY]
        if not self._kicks:
            return None
        clock = np.arange(start, start + QUANTUM)
        total = np.zeros(QUANTUM, np.float32)
        for frame, strength in self._kicks:
            since = np.maximum(clock - frame, 0).astype(np.float32) * np.float32(1 / SAMPLE_RATE)
            rise = np.minimum(since * np.float32(1 / ATTACK), 1.0)
            dip = rise * np.exp(since * np.float32(-RECOVERY)) * np.float32(strength)
            np.maximum(total, dip, out=total)
        return total
