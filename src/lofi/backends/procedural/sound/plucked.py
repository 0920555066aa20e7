"""Plucked strings, guitars to koto, as decaying partials shaped by where the finger was."""

from dataclasses import dataclass

import numpy as np

from lofi.backends.procedural.sound.cue import Cue
from lofi.backends.procedural.sound.envelope import gate
from lofi.backends.procedural.sound.keys import thump
from lofi.backends.procedural.sound.oscillator import harmonic_numbers, modes
from lofi.sound.pcm import Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class String:
    """A kind of string and how it is touched."""

    place: float
    """Where it is plucked, as a fraction of its length."""
    colour: float
    """Hz over which partials fall by a factor e at full velocity."""
    rate: float
    """Decay of the fundamental at middle C, nepers per second."""
    damping: float
    """How much faster each higher partial decays."""
    stiffness: float = 3e-5
    finger: float = 0.12
    """Noise of the attack."""
    release: float = 0.18


NYLON = String(place=0.23, colour=1_700, rate=1.7, damping=0.2)
ARCHTOP = String(place=0.29, colour=1_400, rate=1.0, damping=0.16, finger=0.05)
KOTO = String(place=0.09, colour=3_200, rate=1.9, damping=0.1, stiffness=8e-5, finger=0.2)
FLATWOUND = String(place=0.2, colour=650, rate=1.3, damping=0.3, finger=0.1, release=0.1)
GUT = String(place=0.27, colour=520, rate=3.4, damping=0.3, finger=0.22, release=0.09)


def plucked(string: String, cue: Cue) -> Signal:
    """One pluck, normalised so that its partials would add up to 1 at most."""
    count = cue.frames(string.release)
    number = harmonic_numbers(cue.frequency, 9_000)[:28]
    partial = cue.frequency * number * np.sqrt(1 + string.stiffness * number**2)
    soft = np.exp(-(partial - cue.frequency) / (string.colour * (0.35 + 0.65 * cue.velocity)))
    level = np.abs(np.sin(np.pi * number * string.place)) / number * soft
    level /= level.sum()
    rate = string.rate * 2.0 ** (0.45 * cue.octave) * (1 + string.damping * (number - 1))
    tone = modes(partial, level, rate, count)
    finger = thump(cue, 150, 2_200, 120.0)[:count]
    tone[: finger.size] += finger * np.float32(string.finger * (0.3 + 0.7 * cue.velocity))
    return gate(tone, 0.002, string.release)


def saturated(signal: Signal, drive: float) -> Signal:
    """A small amplifier near its limit."""
    return np.asarray(np.tanh(signal * np.float32(drive)))


def guitar(cue: Cue) -> Signal:
    """Nylon strings on a wooden body, whose two air resonances answer each pluck."""
    tone = plucked(NYLON, cue)
    tone += gate(modes([98.0, 204.0], [0.05, 0.04], [14.0, 18.0], tone.size), 0.004, 0.1)
    return tone


def electric_guitar(cue: Cue) -> Signal:
    """A jazz guitar at the neck pickup, its amplifier just warm."""
    return saturated(plucked(ARCHTOP, cue), 1.6)


def koto(cue: Cue) -> Signal:
    """A silk string near the bridge."""
    return plucked(KOTO, cue)


def bass_guitar(cue: Cue) -> Signal:
    """Flat-wound strings through a small valve amplifier."""
    return saturated(plucked(FLATWOUND, cue), 2.2)


def upright_bass(cue: Cue) -> Signal:
    """Gut strings: round, woody and soon gone."""
    return saturated(plucked(GUT, cue), 1.8)
