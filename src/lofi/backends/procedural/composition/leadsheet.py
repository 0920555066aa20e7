"""One bar as its players read it, and the draws they may make while they play it."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lofi.backends.procedural.composition.scale import Key
from lofi.backends.procedural.recipe import Part, Recipe
from lofi.backends.procedural.score import Chord


class Chance(NamedTuple):
    """Two sources of variation for one part."""

    section: np.random.Generator
    """Draws the same numbers in every bar of a section: what makes a part recognisable."""
    bar: np.random.Generator
    """Draws anew in every bar: what makes it alive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What chords, pad, bass and drums know about a bar."""

    recipe: Recipe
    chord: Chord
    following: Chord
    """The chord of the next bar."""
    voicing: tuple[int, ...]
    """MIDI numbers, rising."""
    position: int
    """Bar in its phrase, from 0."""
    turn: bool
    """Whether the phrase ends with this bar."""
    energy: float
    """Intensity here and now, 0 to 1."""
    playing: frozenset[Part]

    @property
    def key(self) -> Key:
        """The key of the bar."""
        return Key.of(self.recipe)

    @property
    def busyness(self) -> float:
        """How many notes the accompaniment plays, 0 to 1."""
        return 0.5 * self.energy + 0.5 * self.recipe.density

    @property
    def bpm(self) -> float:
        """Beats per minute."""
        return self.recipe.bpm
