"""Programme loudness after ITU-R BS.1770-4, from blocks as they come."""

import math
from array import array

import numpy as np
from numpy.typing import NDArray

from lofi.sound.pcm import SAMPLE_RATE, Signal

OFFSET = -0.691
ABSOLUTE_GATE = -70.0
RELATIVE_GATE = -10.0
RESPONSE_SECONDS = 0.1
"""After which the filter rings below a ten-thousand-millionth."""


def k_weighting(sample_rate: int) -> NDArray[np.float64]:
    """The head's shelf and the low-frequency roll-off, shape (2, 6), for any sample rate.

    The analogue prototypes whose bilinear transform at 48 kHz is the standard's table.
    """
    k = math.tan(math.pi * 1_681.974450955533 / sample_rate)
    q, high = 0.7071752369554196, 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    shelf = [high + band * k / q + k * k, 2 * (k * k - high), high - band * k / q + k * k]
    pole = [1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k]
    k2 = math.tan(math.pi * 38.13547087602444 / sample_rate)
    q2 = 0.5003270373238773
    pole2 = [1 + k2 / q2 + k2 * k2, 2 * (k2 * k2 - 1), 1 - k2 / q2 + k2 * k2]
    first = np.array([*shelf, *pole]) / pole[0]
    second = np.array([1.0, -2.0, 1.0, *(np.array(pole2) / pole2[0])])
    return np.stack([first, second])


class Meter:
    """Adds up loudness, with 80 bytes of memory per second heard."""

    def __init__(self, sample_rate: int = SAMPLE_RATE) -> None:
        self._sections = k_weighting(sample_rate)
        self._step = sample_rate // 10
        self._state: NDArray[np.float64] | None = None
        self._rest = np.zeros(0)
        self._powers = array("d")

    def add(self, block: Signal) -> None:
        """Hear the next block, shape (channels, frames)."""
        power = np.concatenate([self._rest, (self._weighted(block) ** 2).sum(axis=0)])
        whole = power.size // self._step * self._step
        self._powers.extend(power[:whole].reshape(-1, self._step).mean(axis=1).tolist())
        self._rest = power[whole:]

    def _weighted(self, block: Signal) -> NDArray[np.float64]:
        from scipy.signal import sosfilt  # half a second that not everybody who plays has

        if self._state is None:
            self._state = np.zeros((2, block.shape[0], 2))
        weighted, self._state = sosfilt(self._sections, block, axis=-1, zi=self._state)
        return np.asarray(weighted)

    def integrated(self) -> float:
        """LUFS of everything heard, gated; -inf for silence and for less than 400 ms."""
        blocks = self._means(4)
        for gate in (0.0, RELATIVE_GATE):
            floor = ABSOLUTE_GATE if gate == 0.0 else _lufs(blocks) + gate
            blocks = blocks[blocks > 10 ** ((floor - OFFSET) / 10)]
        return _lufs(blocks)

    def short_term(self) -> float:
        """LUFS of the last three seconds, ungated; -inf for silence."""
        return _lufs(np.array(self._powers[-30:]))

    def _means(self, steps: int) -> NDArray[np.float64]:
        if len(self._powers) < steps:
            return np.zeros(0)
        windows = np.lib.stride_tricks.sliding_window_view(np.array(self._powers), steps)
        return np.asarray(windows.mean(axis=1))


class QuickMeter(Meter):
    """The same without scipy, for whoever cannot wait: the beginning of the filter's response,
    beyond which nothing is left of it."""

    def __init__(self, sample_rate: int) -> None:
        super().__init__(sample_rate)
        self._response = _response(self._sections, round(RESPONSE_SECONDS * sample_rate))
        self._past: NDArray[np.float64] | None = None

    def _weighted(self, block: Signal) -> NDArray[np.float64]:
        reach = self._response.size - 1
        if self._past is None:
            self._past = np.zeros((block.shape[0], reach))
        sound = np.concatenate([self._past, block], axis=1)
        self._past = sound[:, sound.shape[1] - reach :]
        size = 1 << (sound.shape[1] - 1).bit_length()
        spectrum = np.fft.rfft(sound, size) * np.fft.rfft(self._response, size)
        return np.fft.irfft(spectrum, size)[:, reach : sound.shape[1]]


def _response(sections: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """What the filter makes of a single impulse, shape (count,)."""
    sound = [1.0] + [0.0] * (count - 1)
    for b0, b1, b2, _, a1, a2 in sections.tolist():
        first = second = 0.0
        for at, value in enumerate(sound):
            sound[at] = b0 * value + first
            first, second = b1 * value - a1 * sound[at] + second, b2 * value - a2 * sound[at]
    return np.array(sound)


def _lufs(powers: NDArray[np.float64]) -> float:
    mean = float(powers.mean()) if powers.size else 0.0
    return OFFSET + 10 * math.log10(mean) if mean > 0.0 else -math.inf
