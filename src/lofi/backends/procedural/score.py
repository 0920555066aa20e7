"""Music on paper: notes, chords and bars, as the composer writes and the synthesiser reads them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from lofi.backends.procedural.recipe import Part, Recipe


class Drum(IntEnum):
    """Percussion by its General MIDI number, which a drum note carries as its pitch."""

    KICK = 36
    RIM = 37
    SNARE = 38
    CLAP = 39
    HAT = 42
    OPEN_HAT = 46
    RIDE = 51
    HIGH_BONGO = 60
    LOW_BONGO = 61
    SHAKER = 70
    SLEIGH_BELL = 83


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord as pitch classes."""

    degree: int
    """Scale degree of its root, 0 to 6."""
    root: int
    """Pitch class."""
    tones: tuple[int, ...]
    """Pitch classes, root first, then third, fifth, seventh, ..."""
    name: str
    """For people: ``Dm9``."""
    chromatic: bool = False
    """Whether it borrows notes from outside the key."""


@dataclass(frozen=True, slots=True)
class Note:
    """One note of one part."""

    beat: float
    """Onset in beats from the start of its bar, micro-timing included; never negative."""
    length: float
    """In beats."""
    pitch: int
    """MIDI number; a ``Drum`` for the drums."""
    velocity: float
    """0 to 1."""
    part: Part
    chromatic: bool = False
    """Whether it is meant to be outside the key."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of music, ready to be played."""

    index: int
    recipe: Recipe
    """As it stands in this bar: tempo, instruments and all."""
    beats: float
    """Length; at ``recipe.bpm`` this fixes where the next bar begins."""
    section: str
    """``intro``, ``verse``, ``build``, ``break``, ``ending`` ..."""
    chord: Chord
    notes: tuple[Note, ...]
    levels: Mapping[Part, float]
    """How loud the arrangement wants each part, 0 (silent) to 1."""
    last: bool = False
    """Whether the piece rings out after this bar."""
