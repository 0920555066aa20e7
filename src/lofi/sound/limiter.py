"""A ceiling for the true peak, by looking ahead; it does not touch what stays below.

With numpy alone, as scipy takes half a second to import and every player needs this.
"""

import numpy as np
from numpy.typing import NDArray

from lofi.sound.pcm import Signal, amplitude

CEILING = amplitude(-1.5)
"""Detected peaks stay below this, which keeps the measured true peak below -1 dB."""
TAPS = 16
"""Per phase of the fourfold oversampling; ITU-R BS.1770-4, annex 2, asks for 12."""
SMOOTH = 240
"""Frames over which the gain moves: 5 ms."""
HOLD = SMOOTH + TAPS + 720
"""Frames for which a reduction is kept: 15 ms longer than it takes to get there."""


def _prototype() -> NDArray[np.float64]:
    """Of the oversampling: a low-pass at a quarter of the rate, in a Kaiser window."""
    taps = np.arange(4 * TAPS) - (4 * TAPS - 1) / 2
    response = np.sinc(0.25 * taps) * np.kaiser(4 * TAPS, 5.0)
    return np.asarray(4.0 * response / response.sum())


_PROTOTYPE = _prototype()
_PHASES = _PROTOTYPE.reshape(TAPS, 4).T[:, ::-1].astype(np.float32)
_WORST = float(np.abs(_PHASES).sum(axis=1).max())
_WEIGHTS = np.hanning(SMOOTH + 2)[1:-1] / np.hanning(SMOOTH + 2).sum()


class Limiter:
    """Look-ahead limiter with linked channels; any cutting into blocks gives the same samples."""

    latency = TAPS + SMOOTH
    """Frames by which the output is late."""

    def __init__(self, ceiling: float = CEILING) -> None:
        self._ceiling = ceiling
        self._past: Signal | None = None
        self._reduction: NDArray[np.float64] = np.zeros(HOLD + SMOOTH - 2)

    def process(self, block: Signal) -> Signal:
        """The next block, shape (channels, frames), ``latency`` frames late."""
        if self._past is None:
            self._past = np.zeros((block.shape[0], self.latency), np.float32)
        count = block.shape[1]
        source = np.concatenate([self._past, block], axis=1)
        self._past = source[:, count:]
        wanted = np.concatenate([self._reduction, self._wanted(source, count)])
        self._reduction = wanted[count:]
        late = source[:, :count]
        if count == 0 or not wanted.any():
            return late
        held = _highest(wanted, HOLD)
        smooth = np.convolve(held, _WEIGHTS, mode="valid")
        return (late * (1.0 - smooth)).astype(np.float32)

    def flush(self) -> Signal:
        """What is still on its way, shape (channels, ``latency``)."""
        channels = 2 if self._past is None else self._past.shape[0]
        return self.process(np.zeros((channels, self.latency), np.float32))

    def _wanted(self, source: Signal, count: int) -> NDArray[np.float64]:
        """For each new frame how far the peaks around it must come down, 0 to 1."""
        recent = source[:, source.shape[1] - count - TAPS + 1 :]
        if count == 0 or float(np.abs(recent).max()) * _WORST < self._ceiling:
            return np.zeros(count)
        peak = np.abs(recent[:, :count]).max(axis=0)
        for phase in _PHASES:
            between = np.zeros((recent.shape[0], count), np.float32)
            for tap, weight in enumerate(phase):
                between += recent[:, tap : tap + count] * weight
            np.maximum(peak, np.abs(between).max(axis=0), out=peak)
        excess = 1.0 - self._ceiling / np.maximum(peak, 1e-9).astype(np.float64)
        return np.asarray(np.maximum(0.0, excess))


def _highest(values: NDArray[np.float64], span: int) -> NDArray[np.float64]:
    """The highest of each ``span`` neighbours, by doubling what is known."""
    known = 1
    while 2 * known <= span:
        values = np.maximum(values[:-known], values[known:])
        known *= 2
    rest = span - known
    return np.maximum(values[: values.size - rest], values[rest:])
