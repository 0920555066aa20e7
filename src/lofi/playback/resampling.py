"""From any sample rate to another, block by block, with the same result however it is cut."""

import math

import numpy as np
from numpy.typing import NDArray

from lofi.sound.pcm import Signal

ZEROS = 24
"""Zero crossings of the filter on each side: the pass band reaches 0.91 of the lower Nyquist."""
BETA = 9.0
"""Of the Kaiser window: 90 dB."""
CUTOFF = 0.95
"""Of the lower Nyquist frequency, where the filter has lost 6 dB."""


class Resampler:
    """A band-limited interpolator after Smith and Gossett: one filter per phase between samples.

    Output frame n lies at input frame ``n down / up``.
    """

    def __init__(self, source: int, target: int) -> None:
        """From ``source`` Hz to ``target`` Hz."""
        common = math.gcd(source, target)
        self._up, self._down = target // common, source // common
        lower = CUTOFF * min(1.0, target / source)
        self._half = math.ceil(ZEROS / lower)
        self._filters = _filters(self._up, self._half, lower)
        self._past: Signal = np.zeros((2, self._half - 1), np.float32)
        """Frames that filters of frames to come reach back to."""
        self._made = 0
        self._first = 1 - self._half
        """Index of the input frame that ``_past`` begins with."""
        self._taken = 0
        """Input frames so far."""

    def process(self, block: Signal) -> Signal:
        """What can be made of the next frames, shape (2, frames)."""
        self._past = np.concatenate([self._past, block], axis=1)
        self._taken += block.shape[1]
        # Frame n needs the input up to n down / up + half.
        ready = -(-max(0, self._taken - self._half) * self._up // self._down)
        return self._make(ready)

    def flush(self) -> Signal:
        """The rest, the input being followed by silence."""
        end = -(-self._taken * self._up // self._down)
        self._past = np.pad(self._past, ((0, 0), (0, self._half + 1)))
        return self._make(end)

    def _make(self, end: int) -> Signal:
        numbers = np.arange(self._made, max(end, self._made))
        place, phase = np.divmod(numbers * self._down, self._up)
        start = place - self._half + 1 - self._first
        taps = 2 * self._half
        if not numbers.size:
            return np.zeros((2, 0), np.float32)
        windows = np.lib.stride_tricks.sliding_window_view(self._past, taps, axis=1)
        sound = np.einsum("cnt,nt->cn", windows[:, start], self._filters[phase])
        self._made = int(numbers[-1]) + 1
        self._forget()
        return np.asarray(sound, np.float32)

    def _forget(self) -> None:
        begin = self._made * self._down // self._up - self._half + 1
        surplus = min(begin - self._first, self._past.shape[1])
        if surplus > 0:
            self._past = self._past[:, surplus:]
            self._first += surplus


def _filters(up: int, half: int, lower: float) -> NDArray[np.float32]:
    """Shape (up, 2 half): weights of the input frames around each place between two of them."""
    offsets = np.arange(-half + 1, half + 1) - np.arange(up)[:, None] / up
    inside = np.clip(1 - (offsets / half) ** 2, 0.0, 1.0)
    window = np.i0(BETA * np.sqrt(inside)) / np.i0(BETA)
    weights = lower * np.sinc(lower * offsets) * window
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)
