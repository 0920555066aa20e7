"""Keys: their seven pitch classes, their pentatonic core and the names of their notes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lofi.backends.procedural.recipe import Mode, Recipe

STEPS: dict[Mode, tuple[int, ...]] = {
    Mode.IONIAN: (0, 2, 4, 5, 7, 9, 11),
    Mode.DORIAN: (0, 2, 3, 5, 7, 9, 10),
    Mode.PHRYGIAN: (0, 1, 3, 5, 7, 8, 10),
    Mode.LYDIAN: (0, 2, 4, 6, 7, 9, 11),
    Mode.MIXOLYDIAN: (0, 2, 4, 5, 7, 9, 10),
    Mode.AEOLIAN: (0, 2, 3, 5, 7, 8, 10),
}
_SHARPS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_FLATS = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
_FLAT_SIGNATURES = {5, 10, 3, 8, 1}
_IONIAN_ABOVE = {
    Mode.IONIAN: 0,
    Mode.DORIAN: 10,
    Mode.PHRYGIAN: 8,
    Mode.LYDIAN: 7,
    Mode.MIXOLYDIAN: 5,
    Mode.AEOLIAN: 3,
}
"""Semitones from a mode's tonic up to that of the major scale with the same notes."""


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic and a mode."""

    tonic: int
    """Pitch class, 0 = C."""
    mode: Mode

    @classmethod
    def of(cls, recipe: Recipe) -> "Key":
        """The key a recipe asks for."""
        return cls(recipe.tonic % 12, recipe.mode)

    @property
    def scale(self) -> tuple[int, ...]:
        """Seven pitch classes, tonic first."""
        return tuple((self.tonic + step) % 12 for step in STEPS[self.mode])

    @property
    def minor(self) -> bool:
        """Whether its third is minor."""
        return STEPS[self.mode][2] == 3

    @property
    def pentatonic(self) -> tuple[int, ...]:
        """The five pitch classes that clash with next to nothing."""
        steps = (0, 3, 5, 7, 10) if self.minor else (0, 2, 4, 7, 9)
        return tuple((self.tonic + step) % 12 for step in steps)

    def ladder(self, low: int, high: int) -> NDArray[np.int64]:
        """Every scale note from MIDI ``low`` to ``high``, ends included, rising."""
        pitches = np.arange(low, high + 1)
        return pitches[np.isin(pitches % 12, self.scale)]

    def spell(self, pitch_class: int) -> str:
        """The name of a note: accidentals of the key signature, flats outside the scale."""
        signature = (self.tonic + _IONIAN_ABOVE[self.mode]) % 12
        sharp = signature not in _FLAT_SIGNATURES and pitch_class % 12 in self.scale
        return (_SHARPS if sharp else _FLATS)[pitch_class % 12]
