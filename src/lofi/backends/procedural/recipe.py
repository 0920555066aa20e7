"""The musical decisions behind a piece, before a note is written. Plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Mode(StrEnum):
    """The seven-note scales the composer knows."""

    IONIAN = "ionian"
    DORIAN = "dorian"
    PHRYGIAN = "phrygian"
    LYDIAN = "lydian"
    MIXOLYDIAN = "mixolydian"
    AEOLIAN = "aeolian"


class Part(StrEnum):
    """The roles in the band; each is a layer that can be muted and faded."""

    DRUMS = "drums"
    BASS = "bass"
    CHORDS = "chords"
    PAD = "pad"
    LEAD = "lead"


class Instrument(StrEnum):
    """The pitched timbres the synthesiser can make."""

    ELECTRIC_PIANO = "electric piano"
    WURLITZER = "wurlitzer"
    PIANO = "piano"
    ORGAN = "organ"
    MUSIC_BOX = "music box"
    BELLS = "bells"
    MARIMBA = "marimba"
    GUITAR = "guitar"
    ELECTRIC_GUITAR = "electric guitar"
    KOTO = "koto"
    SYNTH = "synth"
    CHIP = "chip"
    SAXOPHONE = "saxophone"
    FLUTE = "flute"
    CELLO = "cello"
    THEREMIN = "theremin"
    HUM = "hum"
    PAD = "pad"
    STRINGS = "strings"
    BASS_GUITAR = "bass guitar"
    UPRIGHT_BASS = "upright bass"
    SYNTH_BASS = "synth bass"


class Kit(StrEnum):
    """The drum kits; each brings its own sounds and its own way of playing."""

    BOOM_BAP = "boom bap"
    SOFT = "soft"
    BRUSHES = "brushes"
    MACHINE = "machine"
    HOUSE = "house"
    HAND = "hand percussion"


class Ambience(StrEnum):
    """What is heard of the room and the weather."""

    VINYL = "vinyl"
    TAPE_HISS = "tape hiss"
    RAIN = "rain"
    CAFE = "cafe"
    NIGHT = "night"
    BIRDS = "birds"
    OCEAN = "ocean"
    WIND = "wind"
    FIRE = "fire"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Everything that decides how a piece sounds, besides its seed.

    Amounts run from 0 (none) to 1 (as much as still sounds good) unless said otherwise.
    """

    tonic: int = 9
    """Pitch class of the tonic, 0 = C."""
    mode: Mode = Mode.DORIAN
    bpm: float = 76.0
    """Beats per minute, 40 to 180."""
    swing: float = 0.58
    """Position of the off-beat sixteenth inside its pair, 0.50 (straight) to 0.67 (triplet)."""
    intensity: float = 0.5
    """0 is pads alone, 1 the full band, playing busily."""
    density: float = 0.5
    """How many notes melody and accompaniment play."""
    spice: float = 0.2
    """How often chords leave the key (always marked as chromatic), and how rich they are."""
    brightness: float = 0.5
    """Filter cut-offs: 0 is under a blanket, 1 is open."""
    reverb: float = 0.4
    tape: float = 0.5
    """Wow, flutter and saturation."""
    duck: float = 0.45
    """How far the kick pushes the others down."""
    crush: float = 0.0
    """Sample-rate and bit-depth reduction."""
    chords: Instrument | None = Instrument.ELECTRIC_PIANO
    pad: Instrument | None = Instrument.PAD
    lead: Instrument | None = Instrument.ELECTRIC_PIANO
    bass: Instrument | None = Instrument.BASS_GUITAR
    kit: Kit | None = Kit.BOOM_BAP
    sleigh_bells: bool = False
    """Whether the drummer shakes them, too."""
    ambience: Mapping[Ambience, float] = field(default_factory=lambda: {Ambience.VINYL: 0.5})
