"""A warm room by convolution with decaying noise; nothing about who is sent into it."""

import numpy as np
import scipy.fft

from lofi.sound.pcm import QUANTUM, SAMPLE_RATE, Signal, frames

SECONDS = 1.45
PREDELAY = 0.02
SPREAD = 0.012
"""Seconds by which the channels may run apart."""
LOW = 350.0
"""Hz. Below, the channels are one; from an octave above, they are apart as far as they go."""
BANDS = ((400.0, 4.6, 1.0), (1_500.0, 5.6, 0.8), (4_500.0, 9.0, 0.45))
"""Hz, nepers per second and level of what makes up the tail."""


def room(seed: int) -> Signal:
    """An impulse response of unit energy, shape (2, frames): high frequencies fade first.

    The channels have one magnitude spectrum and differ in phase alone, by delays that wander
    with frequency: wide, and no note is louder on one side than on the other. Low notes stay in
    the middle, where what is dry and what comes from the room would else cancel on one side.
    """
    rng = np.random.default_rng([seed, 0x726F6F6D])
    count = frames(SECONDS)
    t = np.arange(count, dtype=np.float32) / np.float32(SAMPLE_RATE)
    white = scipy.fft.rfft(rng.standard_normal(count, np.float32))
    hertz = np.maximum(scipy.fft.rfftfreq(count, 1 / SAMPLE_RATE), 1.0)
    response = np.zeros(count, np.float32)
    for centre, rate, level in BANDS:
        shape = level * np.exp(-(np.log2(hertz / centre) ** 2) / 1.2)
        band = scipy.fft.irfft(white * shape.astype(np.float32), n=count)
        response += band * np.exp(t * np.float32(-rate))
    build = frames(0.03)
    response[:build] *= np.linspace(0, 1, build, dtype=np.float32)
    response[-build:] = 0.0
    spectrum = scipy.fft.rfft(response) * np.exp(-2j * np.pi * hertz * PREDELAY)
    knots = rng.uniform(-SPREAD, SPREAD, 240)
    delays = np.interp(np.arange(hertz.size), np.linspace(0, hertz.size, knots.size), knots)
    phase = 2 * np.pi * np.cumsum(delays) * hertz[-1] / hertz.size
    phase *= np.clip(np.log2(hertz / LOW), 0.0, 1.0)
    sides = scipy.fft.irfft(np.stack([spectrum, spectrum]) * np.exp([1j * phase, -1j * phase]))
    sides /= np.sqrt((sides**2).sum(axis=1, keepdims=True))
    return np.asarray(sides, np.float32)


class Reverb:
    """Uniformly partitioned overlap-save convolution, one quantum in, one out, no latency."""

    def __init__(self, response: Signal) -> None:
        self._count = -(-response.shape[1] // QUANTUM)
        padded = np.zeros((2, self._count * QUANTUM), np.float32)
        padded[:, : response.shape[1]] = response
        parts = padded.reshape(2, self._count, QUANTUM).transpose(1, 0, 2)
        self._filter = scipy.fft.rfft(parts, n=2 * QUANTUM)
        self._past = np.zeros_like(self._filter)
        self._newest = 0
        self._before = np.zeros((2, QUANTUM), np.float32)
        self._quiet = self._count

    def process(self, block: Signal | None) -> Signal | None:
        """The room's answer to the next quantum, shape (2, QUANTUM); None stands for silence."""
        self._quiet = 0 if block is not None else self._quiet + 1
        if self._quiet > self._count:
            return None
        if block is None:
            block = np.zeros((2, QUANTUM), np.float32)
        self._newest = (self._newest - 1) % self._count
        self._past[self._newest] = scipy.fft.rfft(np.concatenate([self._before, block], axis=1))
        self._before = block
        split = self._count - self._newest
        total = (self._past[self._newest :] * self._filter[:split]).sum(axis=0)
        total += (self._past[: self._newest] * self._filter[split:]).sum(axis=0)
        return scipy.fft.irfft(total, n=2 * QUANTUM)[:, QUANTUM:]
