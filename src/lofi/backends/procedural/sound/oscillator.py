"""Periodic and decaying tones as whole arrays; no envelopes and no instruments."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lofi.sound.pcm import SAMPLE_RATE, Signal

Cycles = NDArray[np.uint32]
"""A running phase: the fraction of a cycle in units of 2^-32, wrapping around by itself."""

CYCLE = 2**32
TABLE_BITS = 14
STEP = 64
PRODUCT = 262_144
"""Multiplications that a linear algebra library still does in the calling thread."""


def cycles(frequency: float, frames: int, bend: Signal | None = None) -> Cycles:
    """The phase of an oscillator; ``bend`` is a deviation in cycles, shape (frames,)."""
    step = np.uint32(round(frequency / SAMPLE_RATE * CYCLE) % CYCLE)
    phase = np.arange(frames, dtype=np.uint32) * step
    if bend is not None:
        phase += (bend * np.float32(CYCLE)).astype(np.int64).astype(np.uint32)
    return phase


def radians(phase: Cycles) -> Signal:
    """The phase as an angle in [-pi, pi)."""
    return phase.view(np.int32).astype(np.float32) * np.float32(2 * np.pi / CYCLE)


def sine(phase: Cycles) -> Signal:
    """A sine, full scale."""
    return np.sin(radians(phase))


def lfo(hertz: float, start: int, frames: int) -> Signal:
    """A sine that has been running since frame 0, from frame ``start`` on."""
    step = round(hertz / SAMPLE_RATE * CYCLE)
    return sine(cycles(hertz, frames) + np.uint32(start * step % CYCLE))


def wavetable(harmonics: ArrayLike) -> Signal:
    """One cycle with these amplitudes of the harmonics 1, 2, 3, ... in sine phase."""
    size = 1 << TABLE_BITS
    spectrum = np.zeros(size // 2 + 1, np.complex128)
    amplitudes = np.asarray(harmonics, np.float64)
    spectrum[1 : amplitudes.size + 1] = -0.5j * size * amplitudes
    return np.fft.irfft(spectrum).astype(np.float32)


def wave(table: Signal, phase: Cycles) -> Signal:
    """The table played back along a phase."""
    return table.take(phase >> np.uint32(32 - TABLE_BITS))


def harmonic_numbers(frequency: float, top: float) -> NDArray[np.float64]:
    """1, 2, 3, ... up to the last harmonic below ``top`` Hz, at least one."""
    return np.arange(1.0, max(1, int(top / frequency)) + 1.0)


def modes(frequencies: ArrayLike, amplitudes: ArrayLike, rates: ArrayLike, frames: int) -> Signal:
    """The sum of exponentially decaying sines.

    Frequencies are in Hz (those above 20 kHz are left out), rates in nepers per second. By the
    addition theorem a mode at sample i + j is a product of what depends on i and what depends on
    j, so that the whole sum is one matrix product over coarse and fine time.
    """
    hertz = np.asarray(frequencies, np.float64)
    heard = hertz < 20_000.0
    omega = 2 * np.pi * hertz[heard] / SAMPLE_RATE
    decay = np.broadcast_to(np.asarray(rates, np.float64), hertz.shape)[heard] / SAMPLE_RATE
    level = np.broadcast_to(np.asarray(amplitudes, np.float64), hertz.shape)[heard]
    batch = max(1, PRODUCT // (STEP * 2 * max(1, omega.size)))
    batches = -(-frames // (STEP * batch))
    coarse = np.arange(batches * batch)[:, None] * STEP
    angle = (coarse * omega % (2 * np.pi)).astype(np.float32)
    fading = (level * np.exp(-coarse * decay)).astype(np.float32)
    rows = np.concatenate([fading * np.sin(angle), fading * np.cos(angle)], axis=1)
    fine = np.arange(STEP)
    bend = np.exp(-np.outer(decay, fine))
    turn = np.outer(omega, fine)
    columns = np.concatenate([bend * np.cos(turn), bend * np.sin(turn)]).astype(np.float32)
    product = rows.reshape(batches, batch, -1) @ columns
    return product.reshape(-1)[:frames]


def noise(rng: np.random.Generator, *shape: int) -> Signal:
    """White noise, uniform in [-1, 1)."""
    return rng.random(shape, np.float32) * np.float32(2.0) - np.float32(1.0)
