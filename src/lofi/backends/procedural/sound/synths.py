"""Electronic tones: soft saws, pulses and the theremin."""

import numpy as np

from lofi.backends.procedural.sound.cue import Cue
from lofi.backends.procedural.sound.envelope import decay, gate, scoop, vibrato
from lofi.backends.procedural.sound.oscillator import (
    cycles,
    harmonic_numbers,
    sine,
    wave,
    wavetable,
)
from lofi.sound.pcm import Signal


def synth(cue: Cue) -> Signal:
    """Two soft saws whose filter opens with the attack and closes again."""
    count = cue.frames(0.2)
    number = harmonic_numbers(cue.frequency, 8_000)
    bright = wavetable(np.exp(-number * cue.frequency / (1_200 + 1_800 * cue.velocity)) / number)
    dark = wavetable(np.exp(-number * cue.frequency / 500) / number)
    bend = vibrato(cue.frequency, count, 4.8, 7, 0.35)
    open_ = decay(count, 3.5)
    tone = np.zeros(count, np.float32)
    for cents in (-5.0, 5.0):
        phase = cycles(cue.frequency * 2.0 ** (cents / 1200), count, bend)
        low = wave(dark, phase)
        tone += low + (wave(bright, phase) - low) * open_
    return gate(tone, 0.016, 0.19)


def chip(cue: Cue) -> Signal:
    """A quarter-width pulse with its top harmonics missing."""
    count = cue.frames(0.06)
    number = harmonic_numbers(cue.frequency, 7_000)
    table = wavetable(np.sin(np.pi * number * 0.25) / number * np.exp(-number / 22))
    wobble = sine(cycles(5.5, count)) * np.float32(cue.frequency * 0.0012 / 5.5)
    tone = wave(table, cycles(cue.frequency, count, wobble))
    level = np.float32(0.55) + np.float32(0.45) * decay(count, 5.0)
    return gate(tone * level, 0.004, 0.05)


def theremin(cue: Cue) -> Signal:
    """A sine that is never quite still."""
    count = cue.frames(0.25)
    bend = vibrato(cue.frequency, count, 5.4, 24, 0.12) + scoop(cue.frequency, count, 90, 0.06)
    tone = wave(wavetable([1.0, 0.2, 0.07, 0.02]), cycles(cue.frequency, count, bend))
    return gate(tone, 0.1, 0.24)


def synth_bass(cue: Cue) -> Signal:
    """A sine with a saw on top that closes quickly."""
    count = cue.frames(0.07)
    number = harmonic_numbers(cue.frequency, 2_500)
    saw = wavetable(np.exp(-number * cue.frequency / (260 + 500 * cue.velocity)) / number)
    phase = cycles(cue.frequency, count)
    tone = sine(phase) + wave(saw, phase) * (np.float32(0.5) + decay(count, 5.0))
    return gate(tone, 0.007, 0.065)
