"""Keyboard and mallet instruments: frequency modulation, drawbars and struck modes."""

import numpy as np

from lofi.backends.procedural.sound.cue import Cue
from lofi.backends.procedural.sound.envelope import decay, gate, times
from lofi.backends.procedural.sound.filter import band, filtered
from lofi.backends.procedural.sound.oscillator import (
    cycles,
    harmonic_numbers,
    modes,
    noise,
    radians,
    wave,
    wavetable,
)
from lofi.sound.pcm import Signal, frames


def thump(cue: Cue, low: float, high: float, rate: float) -> Signal:
    """The felt, finger or mallet itself: a short breath of noise, shape (60 ms,)."""
    count = frames(0.06)
    return filtered(band(low, high), noise(cue.rng, count)) * decay(count, rate)


def electric_piano(cue: Cue) -> Signal:
    """Two-operator FM for the tone bar, a short high mode for the tine, a warm amplifier."""
    count = cue.frames(0.35)
    carrier = radians(cycles(cue.frequency, count))
    softer = 2.0 ** (-0.45 * cue.octave)
    index = np.float32((0.2 + 1.25 * cue.velocity**2) * softer) * decay(count, 2.8)
    index += np.float32(0.12 * softer)
    tone = np.sin(carrier + index * np.sin(carrier))
    tone *= decay(count, 0.65 + 0.3 * max(0.0, cue.octave + 1))
    ratio = max(3, min(14, round(4_000 / cue.frequency)))
    ring = min(count, frames(0.35))
    tine = modes([cue.frequency * ratio], [0.16 * cue.velocity], [15.0], ring)
    tone[:ring] += tine
    return gate(np.tanh(tone * np.float32(1.3)), 0.003, 0.32)


def wurlitzer(cue: Cue) -> Signal:
    """A reed: the modulator an octave up gives odd harmonics and a nasal bark when hit hard."""
    count = cue.frames(0.22)
    carrier = radians(cycles(cue.frequency, count))
    softer = 2.0 ** (-0.4 * cue.octave)
    index = np.float32((0.25 + 1.0 * cue.velocity**2) * softer) * decay(count, 3.4)
    index += np.float32(0.18 * softer)
    tone = np.sin(carrier + index * np.sin(carrier * 2))
    tone += np.float32(0.2) * np.sin(carrier * 2) * decay(count, 2.0)
    tone *= decay(count, 1.0 + 0.4 * max(0.0, cue.octave + 1))
    return gate(np.tanh(tone * np.float32(1.5)), 0.003, 0.2)


def piano(cue: Cue) -> Signal:
    """A felted upright: stiff strings in slightly mistuned pairs that decay in two stages."""
    count = cue.frames(0.3)
    number = harmonic_numbers(cue.frequency, 6_000)[:22]
    stiffness = 2.5e-4 * 2.0 ** (1.1 * cue.octave)
    partial = cue.frequency * number * np.sqrt((1 + stiffness * number**2) / (1 + stiffness))
    felt = np.exp(-partial / (700 + 1_900 * cue.velocity))
    level = np.abs(np.sin(number * np.pi / 7.3)) / number**0.7 * felt
    rate = (0.9 + 0.55 * 2.0 ** (0.6 * cue.octave)) * (1 + 0.16 * number)
    tone = modes(
        np.concatenate([partial, partial + 0.35 + 0.05 * number]),
        np.concatenate([level * 0.75, level * 0.25]),
        np.concatenate([rate, rate * 0.3]),
        count,
    )
    hammer = thump(cue, 120, 900, 90.0)[:count]
    tone[: hammer.size] += hammer * np.float32(0.5 * level.max())
    return gate(tone, 0.004, 0.28)


def organ(cue: Cue) -> Signal:
    """Mellow drawbars through a slowly turning horn."""
    count = cue.frames(0.12)
    table = wavetable([0.16, 1.0, 0.1, 0.32, 0.0, 0.12 + 0.1 * cue.velocity, 0.0, 0.08])
    turn = np.sin(times(count) * np.float32(2 * np.pi * 5.6))
    tone = wave(table, cycles(cue.frequency / 2, count, turn * np.float32(0.012)))
    tone *= 1 + turn * np.float32(0.05)
    return gate(tone, 0.018, 0.11)


def music_box(cue: Cue) -> Signal:
    """A comb's tooth: nearly a pure tone, with the clamped bar's second mode as the pluck."""
    count = cue.frames(0.3)
    octave = max(0.0, cue.octave)
    tone = modes(
        cue.frequency * np.array([1.0, 1.0012, 2.0, 6.27]),
        [0.7, 0.3, 0.06, 0.2 * cue.velocity],
        np.array([2.0, 2.0, 4.0, 14.0]) * (1 + 0.5 * octave),
        count,
    )
    return gate(tone, 0.0015, 0.25)


def bells(cue: Cue) -> Signal:
    """A soft celesta: free-bar modes under a hard felt, the fundamental ringing longest."""
    count = cue.frames(0.4)
    tone = modes(
        cue.frequency * np.array([1.0, 1.0015, 2.0, 2.756, 4.0, 5.404]),
        np.array([0.7, 0.3, 0.16, 0.14, 0.06, 0.1]) * [1, 1, 1, *[0.4 + cue.velocity] * 3],
        np.array([1.3, 1.5, 2.2, 4.5, 6.0, 9.0]) * 2.0 ** (0.4 * max(0.0, cue.octave)),
        count,
    )
    return gate(tone, 0.002, 0.35)


def marimba(cue: Cue) -> Signal:
    """Rosewood: a tuned bar (1 : 4 : 10) that stops quickly, and a yarn mallet."""
    count = cue.frames(0.2)
    tone = modes(
        cue.frequency * np.array([1.0, 3.98, 9.6]),
        [1.0, 0.14 + 0.22 * cue.velocity, 0.05 * cue.velocity],
        np.array([4.2, 14.0, 40.0]) * 2.0 ** (0.55 * cue.octave),
        count,
    )
    mallet = thump(cue, 200, 1_200, 110.0)[:count]
    tone[: mallet.size] += mallet * np.float32(0.3)
    return gate(tone, 0.002, 0.2)
