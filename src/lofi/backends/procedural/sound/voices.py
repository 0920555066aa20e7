"""Which function plays which instrument, and how loud each comes out; nothing about mixing."""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from lofi.backends.procedural.recipe import Instrument, Kit
from lofi.backends.procedural.score import Drum
from lofi.backends.procedural.sound import ensemble, keys, plucked, sustained, synths
from lofi.backends.procedural.sound.cue import Cue
from lofi.backends.procedural.sound.drums import Hit
from lofi.backends.procedural.sound.kits import STROKES
from lofi.sound.pcm import SAMPLE_RATE, Signal, amplitude


@dataclass(frozen=True, slots=True)
class Voice:
    """A pitched timbre."""

    render: Callable[[Cue], Signal]
    """Returns shape (frames,) or (2, frames)."""
    trim: float
    """Decibels that bring it to the common loudness."""
    rings: float | None = None
    """Seconds after which it has died away, if it pays no heed to the written length."""
    longest: float = 8.0
    """Seconds a note is held at most."""


VOICES: Mapping[Instrument, Voice] = {
    Instrument.ELECTRIC_PIANO: Voice(keys.electric_piano, -4.7, longest=5.0),
    Instrument.WURLITZER: Voice(keys.wurlitzer, -6.0, longest=4.0),
    Instrument.PIANO: Voice(keys.piano, 2.3, longest=5.0),
    Instrument.ORGAN: Voice(keys.organ, -8.9),
    Instrument.MUSIC_BOX: Voice(keys.music_box, -0.7, rings=2.2),
    Instrument.BELLS: Voice(keys.bells, -1.1, rings=2.6),
    Instrument.MARIMBA: Voice(keys.marimba, 1.3, rings=1.2),
    Instrument.GUITAR: Voice(plucked.guitar, 2.9, longest=3.0),
    Instrument.ELECTRIC_GUITAR: Voice(plucked.electric_guitar, -2.9, longest=4.0),
    Instrument.KOTO: Voice(plucked.koto, 6.7, rings=2.2),
    Instrument.SYNTH: Voice(synths.synth, -7.5),
    Instrument.CHIP: Voice(synths.chip, -3.8),
    Instrument.SAXOPHONE: Voice(sustained.saxophone, -8.2),
    Instrument.FLUTE: Voice(sustained.flute, -8.6),
    Instrument.CELLO: Voice(sustained.cello, -7.7),
    Instrument.THEREMIN: Voice(synths.theremin, -8.2),
    Instrument.HUM: Voice(sustained.hum, -10.4),
    Instrument.PAD: Voice(ensemble.pad, -12.6),
    Instrument.STRINGS: Voice(ensemble.strings, -13.9),
    Instrument.BASS_GUITAR: Voice(plucked.bass_guitar, -2.5, longest=4.0),
    Instrument.UPRIGHT_BASS: Voice(plucked.upright_bass, 0.9, longest=2.5),
    Instrument.SYNTH_BASS: Voice(synths.synth_bass, -10.8),
}

DRUM_LEVEL: Mapping[Drum, float] = {
    Drum.KICK: -16.0,
    Drum.RIM: -31.0,
    Drum.SNARE: -23.5,
    Drum.CLAP: -26.0,
    Drum.HAT: -31.0,
    Drum.OPEN_HAT: -29.5,
    Drum.RIDE: -29.0,
    Drum.HIGH_BONGO: -23.0,
    Drum.LOW_BONGO: -22.0,
    Drum.SHAKER: -31.0,
    Drum.SLEIGH_BELL: -34.0,
}
"""Decibels of the energy of a stroke, as if it lasted one second at full scale."""

KIT_TRIM: Mapping[Kit, float] = {
    Kit.BOOM_BAP: 0.0,
    Kit.SOFT: 2.0,
    Kit.BRUSHES: 5.5,
    Kit.MACHINE: 1.0,
    Kit.HOUSE: -0.5,
    Kit.HAND: 3.0,
}
"""Decibels that make up for how softly some kits are played."""


def frequency(pitch: float) -> float:
    """Hz of a MIDI number in equal temperament, A4 = 440."""
    return float(440.0 * 2.0 ** ((pitch - 69) / 12))


def loudness(velocity: float) -> float:
    """The amplitude a velocity from 0 to 1 asks for; halving it costs 9 dB."""
    return float(max(0.0, velocity) ** 1.5)


def held(instrument: Instrument, seconds: float) -> float:
    """How long a note of this written length is held: rounded, so that equal notes meet again."""
    voice = VOICES[instrument]
    if voice.rings is not None:
        return voice.rings
    grain = 0.02 if seconds < 1.0 else 0.05
    return min(voice.longest, max(0.04, round(seconds / grain) * grain))


def pitched(instrument: Instrument, pitch: int, seconds: float, velocity: float) -> Signal:
    """One note at the common loudness, shape (channels, frames), one channel or two.

    The same arguments always give the same samples.
    """
    voice = VOICES[instrument]
    rng = np.random.default_rng([zlib.crc32(instrument.encode()), pitch, round(seconds * 1000)])
    tone = voice.render(Cue(frequency(pitch), held(instrument, seconds), velocity, rng))
    return np.atleast_2d(tone) * np.float32(amplitude(voice.trim))


def struck(kit: Kit, drum: Drum, velocity: float, variant: int) -> Signal:
    """One drum stroke, shape (1, frames); variants differ as a drummer's strokes do."""
    rng = np.random.default_rng([zlib.crc32(kit.encode()), drum, variant])
    stroke = STROKES[kit][drum](Hit(velocity, rng))
    energy = float(np.sum(stroke.astype(np.float64) ** 2)) / SAMPLE_RATE
    return stroke[None] * np.float32(amplitude(DRUM_LEVEL[drum] + KIT_TRIM[kit]) / energy**0.5)
