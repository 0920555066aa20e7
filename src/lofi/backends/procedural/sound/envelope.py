"""How tones begin, fade, waver and end, as arrays over the frames of one note."""

import numpy as np

from lofi.sound.pcm import SAMPLE_RATE, Signal, frames


def times(count: int) -> Signal:
    """Seconds since the onset."""
    return np.asarray(np.arange(count, dtype=np.float32) * np.float32(1.0 / SAMPLE_RATE))


def decay(count: int, rate: float) -> Signal:
    """Exponential fading from 1 by ``rate`` nepers per second."""
    return np.asarray(np.exp(times(count) * np.float32(-rate)))


def onset(count: int, delay: float, rise: float) -> Signal:
    """0 until ``delay`` seconds, then a straight line to 1 that takes ``rise`` seconds."""
    line = (times(count) - np.float32(delay)) / np.float32(rise)
    return np.asarray(np.clip(line, 0.0, 1.0))


def gate(signal: Signal, attack: float, release: float) -> Signal:
    """The signal, in place, with a smooth start and an end at exactly zero; times in seconds.

    Both are quarter periods of a sine, squared and cubed so that they have a quiet foot.
    """
    count = signal.shape[-1]
    head = min(count, max(2, frames(attack)))
    tail = min(count, max(2, frames(release)))
    rise = np.sin(np.linspace(0.0, np.pi / 2, head, endpoint=False)) ** 2
    fall = np.cos(np.linspace(0.0, np.pi / 2, tail)) ** 3
    fall[-1] = 0.0
    signal[..., :head] *= rise.astype(np.float32)
    signal[..., count - tail :] *= fall.astype(np.float32)
    return signal


def vibrato(frequency: float, count: int, rate: float, cents: float, delay: float) -> Signal:
    """The phase deviation, in cycles, of a vibrato that sets in late (rate in Hz)."""
    swing = frequency * (2.0 ** (cents / 1200.0) - 1.0) / (2 * np.pi * rate)
    turn = np.cos(times(count) * np.float32(2 * np.pi * rate))
    return np.asarray(turn * onset(count, delay, 0.5) * np.float32(-swing))


def scoop(frequency: float, count: int, cents: float, seconds: float) -> Signal:
    """The phase deviation, in cycles, of a note that starts flat and reaches its pitch."""
    depth = frequency * (1.0 - 2.0 ** (-cents / 1200.0)) * seconds
    return decay(count, 1.0 / seconds) * np.float32(depth)
