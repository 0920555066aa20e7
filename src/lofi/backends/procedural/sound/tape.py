"""An old cassette machine: unsteady speed, soft saturation, dull top; and a sampler's grit."""

import numpy as np
from numpy.typing import NDArray

from lofi.backends.procedural.sound.filter import Filter, Sections, lowpass
from lofi.backends.procedural.sound.oscillator import lfo
from lofi.sound.pcm import QUANTUM, SAMPLE_RATE, Signal

REACH = 512
"""Frames of the past that the moving head can reach."""
REST = 200.0
"""Frames of delay around which it moves."""
MOTION = ((0.55, 4.6), (0.23, 1.4), (6.3, 1.3))
"""Hz and cents of wow, its slow companion and flutter, at full amount: 7 cents in all."""


def _excursion(hertz: float, cents: float) -> float:
    """Frames of delay whose sinusoidal change bends pitch by so many cents at most."""
    return float((2.0 ** (cents / 1200) - 1) * SAMPLE_RATE / (2 * np.pi * hertz))


class Tape:
    """Everything that the tape does, quantum by quantum."""

    def __init__(self, amount: float) -> None:
        self._past = np.zeros((2, REACH), np.float32)
        self._dull = Filter(_top(amount))

    def process(self, block: Signal, start: int, amount: tuple[float, float]) -> Signal:
        """The quantum that begins at frame ``start``; amount at its start and its end, 0 to 1."""
        depth = np.linspace(*amount, QUANTUM, endpoint=False)
        moved = self._moved(block, start, depth**0.8)
        drive = (1.0 + 1.4 * depth).astype(np.float32)
        top = None if amount[0] == amount[1] else _top(amount[1])
        return self._dull.process(np.tanh(moved * drive) / drive, top)

    def _moved(self, block: Signal, start: int, depth: NDArray[np.float64]) -> Signal:
        """Read at a varying distance behind the head, by Catmull-Rom interpolation."""
        sway = np.zeros(QUANTUM)
        for hertz, cents in MOTION:
            sway += lfo(hertz, start, QUANTUM) * _excursion(hertz, cents)
        source = np.concatenate([self._past, block], axis=1)
        self._past = source[:, -REACH:]
        place = np.arange(REACH - REST, REACH - REST + QUANTUM) + depth * sway
        whole = place.astype(np.int64)
        part = (place - whole).astype(np.float32)
        a, b, c, d = (source.take(whole + shift, axis=1) for shift in (-1, 0, 1, 2))
        curve = 3 * (b - c) + d - a
        curve = c - a + part * (2 * a - 5 * b + 4 * c - d + part * curve)
        return np.asarray(b + np.float32(0.5) * part * curve, np.float32)


def _top(amount: float) -> Sections:
    return lowpass(17_000.0 * 0.5**amount)


HOLD = 4
"""Frames that the sampler repeats: 12 kHz."""
STEPS = 160.0
"""Levels per unit of amplitude: about 8 bits."""


def crushed(block: Signal, amount: tuple[float, float]) -> Signal:
    """The quantum blended with itself at 12 kHz and 8 bits; amount at its start and its end."""
    coarse = np.repeat(np.round(block[:, ::HOLD] * np.float32(STEPS)) / np.float32(STEPS), HOLD, 1)
    blend = np.linspace(*amount, QUANTUM, endpoint=False, dtype=np.float32)
    return np.asarray(block + (coarse - block) * blend, np.float32)
