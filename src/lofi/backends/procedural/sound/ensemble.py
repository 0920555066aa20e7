"""Many players of one note, spread over the stereo picture."""

from collections.abc import Sequence

import numpy as np

from lofi.backends.procedural.sound.cue import Cue
from lofi.backends.procedural.sound.envelope import gate, onset
from lofi.backends.procedural.sound.oscillator import (
    cycles,
    harmonic_numbers,
    sine,
    wave,
    wavetable,
)
from lofi.backends.procedural.sound.sustained import Formant, spectrum
from lofi.sound.pcm import Signal


def _ensemble(
    cue: Cue, table: Signal, players: Sequence[tuple[float, float]], count: int
) -> Signal:
    """Several players of one table, each with (cents, place from -1 to 1); shape (2, count)."""
    out = np.zeros((2, count), np.float32)
    for cents, place in players:
        phase = cycles(cue.frequency * 2.0 ** (cents / 1200), count)
        voice = wave(table, phase + np.uint32(cue.rng.integers(2**32)))
        out[0] += voice * np.float32(np.sqrt((1 - place) / 2))
        out[1] += voice * np.float32(np.sqrt((1 + place) / 2))
    return out


def pad(cue: Cue) -> Signal:
    """Three detuned saws with the top taken off; shape (2, frames)."""
    count = cue.frames(1.5)
    number = harmonic_numbers(cue.frequency, 7_000)
    rolled = np.exp(-number * cue.frequency / (1_300 + 900 * cue.velocity))
    players = ((-7.0, -0.6), (0.5, 0.0), (7.5, 0.6))
    tone = _ensemble(cue, wavetable(rolled / number), players, count)
    return gate(tone, min(0.8, 0.2 + 0.3 * cue.seconds), 1.45)


def strings(cue: Cue) -> Signal:
    """A small section with mutes on; shape (2, frames)."""
    count = cue.frames(0.9)
    body = (Formant(300, 150, 0.8), Formant(700, 300, 0.6), Formant(2_400, 900, 0.3))
    table = wavetable(spectrum(cue.frequency, 1.15, body, 6_500))
    players = ((-11.0, -0.7), (-4.0, 0.3), (3.0, -0.3), (9.0, 0.7))
    tone = _ensemble(cue, table, players, count)
    tone *= 1 + sine(cycles(5.3, count)) * onset(count, 0.3, 0.6) * np.float32(0.05)
    return gate(tone, min(0.45, 0.12 + 0.2 * cue.seconds), 0.85)
