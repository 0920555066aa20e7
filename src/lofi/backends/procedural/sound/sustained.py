"""Instruments that hold their notes: winds, bows and voices."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lofi.backends.procedural.sound.cue import Cue
from lofi.backends.procedural.sound.envelope import decay, gate, onset, scoop, vibrato
from lofi.backends.procedural.sound.filter import band, filtered
from lofi.backends.procedural.sound.oscillator import (
    cycles,
    harmonic_numbers,
    noise,
    sine,
    wave,
    wavetable,
)
from lofi.sound.pcm import Signal


class Formant(NamedTuple):
    """A resonance of a body or a throat."""

    centre: float
    """Hz."""
    width: float
    """Hz."""
    gain: float


def spectrum(
    frequency: float, tilt: float, formants: Sequence[Formant], top: float = 9_000
) -> NDArray[np.float64]:
    """Amplitudes of the harmonics: falling as n^-tilt, raised where the body resonates."""
    number = harmonic_numbers(frequency, top)
    hertz = number * frequency
    body = 0.25 + sum(
        (f.gain / (1 + ((hertz - f.centre) / f.width) ** 2) for f in formants),
        start=np.zeros_like(hertz),
    )
    levels = body / number**tilt
    return np.asarray(levels / np.sqrt((levels**2).sum()))


def swelling(
    cue: Cue, bend: Signal, dark: NDArray[np.float64], bright: NDArray[np.float64]
) -> Signal:
    """A tone whose harmonics open as it grows, from one spectrum to another."""
    phase = cycles(cue.frequency, bend.size, bend)
    low = wave(wavetable(dark), phase)
    high = wave(wavetable(bright), phase)
    open_ = onset(bend.size, 0.0, 0.35) * np.float32(0.35 + 0.65 * cue.velocity)
    return low + (high - low) * open_


def breath(cue: Cue, count: int, low: float, high: float) -> Signal:
    """Moving air, a little stronger as the note starts."""
    return filtered(band(low, high), noise(cue.rng, count)) * (
        np.float32(0.6) + np.float32(0.7) * decay(count, 12.0)
    )


def saxophone(cue: Cue) -> Signal:
    """A breathy tenor, close to the microphone."""
    count = cue.frames(0.16)
    body = (Formant(520, 260, 1.0), Formant(1_150, 400, 0.5), Formant(2_300, 600, 0.2))
    bend = vibrato(cue.frequency, count, 4.9, 14, 0.35)
    bend += scoop(cue.frequency, count, 45, 0.035)
    dark = spectrum(cue.frequency, 1.5, body)
    tone = swelling(cue, bend, dark, spectrum(cue.frequency, 0.85, body, 7_000))
    tone += breath(cue, count, 700, 4_500) * np.float32(0.11)
    return gate(tone, 0.07, 0.15)


def flute(cue: Cue) -> Signal:
    """Few harmonics, much air, and a vibrato of breath as well as of pitch."""
    count = cue.frames(0.16)
    bend = vibrato(cue.frequency, count, 4.8, 9, 0.3) + scoop(cue.frequency, count, 25, 0.03)
    tone = swelling(cue, bend, np.array([1.0, 0.1, 0.03]), np.array([1.0, 0.34, 0.16, 0.05, 0.02]))
    tone *= 1 + sine(cycles(4.8, count)) * onset(count, 0.3, 0.5) * np.float32(0.09)
    tone += breath(cue, count, cue.frequency * 0.9, cue.frequency * 4) * np.float32(0.2)
    return gate(tone, 0.08, 0.15)


def cello(cue: Cue) -> Signal:
    """A slow bow: the tone opens over the first third of a second."""
    count = cue.frames(0.25)
    body = (Formant(230, 90, 1.0), Formant(480, 150, 0.8), Formant(1_900, 700, 0.35))
    bend = vibrato(cue.frequency, count, 5.1, 13, 0.3)
    dark = spectrum(cue.frequency, 1.7, body)
    tone = swelling(cue, bend, dark, spectrum(cue.frequency, 1.05, body, 6_000))
    tone += breath(cue, count, 400, 3_000) * np.float32(0.05)
    return gate(tone, 0.13, 0.24)


def hum(cue: Cue) -> Signal:
    """Two people humming with closed mouths."""
    count = cue.frames(0.3)
    throat = (Formant(270, 110, 1.0), Formant(900, 200, 0.16), Formant(2_250, 300, 0.05))
    table = wavetable(spectrum(cue.frequency, 1.3, throat, 4_000))
    tone = np.zeros(count, np.float32)
    for cents, rate in ((-5.0, 4.6), (4.0, 5.2)):
        frequency = cue.frequency * 2.0 ** (cents / 1200)
        bend = vibrato(frequency, count, rate, 11, 0.4) + scoop(frequency, count, 35, 0.05)
        tone += wave(table, cycles(frequency, count, bend))
    tone += breath(cue, count, 300, 2_500) * np.float32(0.05)
    return gate(tone, 0.12, 0.28)
