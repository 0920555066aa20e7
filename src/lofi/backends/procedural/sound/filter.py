"""Second-order filters, and filters that remember their state from block to block.

Coefficients follow R. Bristow-Johnson's "Cookbook formulae for audio EQ biquad filter
coefficients"; every design is an array of second-order sections, shape (sections, 6).
"""

import math

import numpy as np
from numpy.typing import NDArray

from lofi.backends.procedural.sound.recursion import recur
from lofi.sound.pcm import SAMPLE_RATE, Signal

Sections = NDArray[np.float64]
State = list[NDArray[np.float64]]

BUTTERWORTH = math.sqrt(0.5)


def _section(b: tuple[float, float, float], a: tuple[float, float, float]) -> Sections:
    return np.array([[*b, *a]]) / a[0]


def _angle(frequency: float, q: float) -> tuple[float, float]:
    omega = 2 * math.pi * min(frequency, 0.49 * SAMPLE_RATE) / SAMPLE_RATE
    return math.cos(omega), math.sin(omega) / (2 * q)


def lowpass(frequency: float, q: float = BUTTERWORTH) -> Sections:
    """12 dB per octave above ``frequency`` Hz."""
    cosine, alpha = _angle(frequency, q)
    b = (1 - cosine) / 2
    return _section((b, 2 * b, b), (1 + alpha, -2 * cosine, 1 - alpha))


def highpass(frequency: float, q: float = BUTTERWORTH) -> Sections:
    """12 dB per octave below ``frequency`` Hz."""
    cosine, alpha = _angle(frequency, q)
    b = (1 + cosine) / 2
    return _section((b, -2 * b, b), (1 + alpha, -2 * cosine, 1 - alpha))


def bandpass(frequency: float, q: float) -> Sections:
    """Unity at ``frequency`` Hz, 6 dB per octave to both sides."""
    cosine, alpha = _angle(frequency, q)
    return _section((alpha, 0.0, -alpha), (1 + alpha, -2 * cosine, 1 - alpha))


def shelf(frequency: float, decibels: float) -> Sections:
    """Everything above ``frequency`` Hz raised by so many decibels, with a gentle slope."""
    cosine, alpha = _angle(frequency, 0.6)
    a = 10 ** (decibels / 40)
    root = 2 * math.sqrt(a) * alpha
    b = (
        a * (a + 1 + (a - 1) * cosine + root),
        -2 * a * (a - 1 + (a + 1) * cosine),
        a * (a + 1 + (a - 1) * cosine - root),
    )
    bottom = (
        a + 1 - (a - 1) * cosine + root,
        2 * (a - 1 - (a + 1) * cosine),
        a + 1 - (a - 1) * cosine - root,
    )
    return _section(b, bottom)


def band(low: float, high: float) -> Sections:
    """12 dB per octave outside ``low`` to ``high`` Hz."""
    return np.concatenate([highpass(low), lowpass(high)])


def _run(sections: Sections, signal: Signal, state: State) -> tuple[NDArray[np.float64], State]:
    """Section by section, which for short blocks is twice as fast as ``scipy.signal.sosfilt``."""
    after: State = []
    out: NDArray[np.float64] = signal.astype(np.float64)
    for section, memory in zip(sections, state, strict=True):
        out, left = recur(section[:3], section[3:], out, -1, memory)
        after.append(left)
    return out, after


def filtered(sections: Sections, signal: Signal) -> Signal:
    """A whole signal filtered from rest."""
    rest = [np.zeros((*signal.shape[:-1], 2)) for _ in sections]
    return _run(sections, signal, rest)[0].astype(np.float32)


class Filter:
    """A filter for a signal that comes in blocks of shape (channels, frames)."""

    def __init__(self, sections: Sections, channels: int = 2) -> None:
        self._sections = sections
        self._state: State = [np.zeros((channels, 2)) for _ in sections]

    def process(self, block: Signal, sections: Sections | None = None) -> Signal:
        """The next block; with new sections it ends in their sound, faded over in this block."""
        before, state = _run(self._sections, block, self._state)
        if sections is None:
            self._state = state
            return before.astype(np.float32)
        after, self._state = _run(sections, block, self._state)
        self._sections = sections
        fade = np.linspace(0.0, 1.0, block.shape[-1], endpoint=False)
        return (before + (after - before) * fade).astype(np.float32)
