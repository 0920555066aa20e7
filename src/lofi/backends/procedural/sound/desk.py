"""What a recipe means for faders and filters, and how they move; no sound passes through here."""

import math
from collections.abc import Collection, Mapping
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lofi.backends.procedural.recipe import Ambience, Instrument, Part, Recipe
from lofi.sound.pcm import amplitude

Layer = Part | Literal["ambience"]
"""What can be muted."""

PARTS = tuple(Part)
AMBIENCES = tuple(Ambience)
GLIDE = 3
"""Quanta that a change takes: 150 ms."""

FADERS: Mapping[Part, float] = {
    Part.DRUMS: -1.2,
    Part.BASS: -3.8,
    Part.CHORDS: -4.4,
    Part.PAD: -9.2,
    Part.LEAD: -3.9,
}
"""Decibels."""

SHARES: Mapping[Part, float] = {
    Part.DRUMS: 0.20,
    Part.BASS: 0.20,
    Part.CHORDS: 0.28,
    Part.PAD: 0.10,
    Part.LEAD: 0.22,
}
"""Of the loudness-weighted power of the full band, what each part brings."""

CUTOFFS: Mapping[Part, tuple[float, float]] = {
    Part.DRUMS: (2_600.0, 16_000.0),
    Part.BASS: (240.0, 1_300.0),
    Part.CHORDS: (850.0, 9_500.0),
    Part.PAD: (520.0, 5_500.0),
    Part.LEAD: (1_150.0, 11_000.0),
}
"""Hz at brightness 0 and 1, geometric in between."""

PRESENCE = 9.0
"""Decibels that brightness can change the top of the mix by."""

ENTRANCES: Mapping[Part, tuple[float, float]] = {
    Part.DRUMS: (0.12, 0.4),
    Part.BASS: (0.06, 0.3),
    Part.CHORDS: (0.0, 0.3),
    Part.PAD: (-1.0, 0.0),
    Part.LEAD: (0.15, 0.4),
}
"""The intensities between which a part comes in."""

TREMOLO = frozenset({Instrument.ELECTRIC_PIANO, Instrument.WURLITZER})


class Settings(NamedTuple):
    """Where every control of the mix stands."""

    gains: NDArray[np.float64]
    """Factor of each part, shape (parts,)."""
    cutoffs: NDArray[np.float64]
    """Octaves above 1 Hz, shape (parts,)."""
    tremolo: NDArray[np.float64]
    """0 to 1 for each part."""
    effects: NDArray[np.float64]
    """Reverb, tape, duck and crush, 0 to 1, shape (4,)."""
    presence: float
    """Decibels by which the top of the mix is raised."""
    ambience: NDArray[np.float64]
    """Factor of each ambience, shape (ambiences,)."""
    volume: float


def settings(recipe: Recipe, muted: Collection[Layer] = (), volume: float = 1.0) -> Settings:
    """The controls for a recipe; ``volume`` runs from 0 to 1, in even steps to the ear."""
    open_ = _opened(recipe)
    faders = np.array([amplitude(FADERS[part]) for part in PARTS]) * open_
    heard = [part not in muted for part in PARTS]
    quiet = "ambience" in muted
    ducked = recipe.duck if Part.DRUMS not in muted else 0.0
    return Settings(
        gains=faders * heard * _makeup(recipe, open_),
        cutoffs=np.array([_cutoff(part, recipe) for part in PARTS]),
        tremolo=np.array([1.0 if seated(recipe, part) in TREMOLO else 0.0 for part in PARTS]),
        effects=np.array([recipe.reverb, recipe.tape, ducked, recipe.crush]),
        presence=PRESENCE * (recipe.brightness - 0.4),
        ambience=np.array(
            [0.0 if quiet else recipe.ambience.get(a, 0.0) ** 1.5 for a in AMBIENCES]
        ),
        volume=volume**2,
    )


class Glide:
    """Settings on their way to others, in straight lines."""

    def __init__(self, start: Settings) -> None:
        self._start = self._now = self._goal = start
        self._left = 0

    def aim(self, goal: Settings) -> None:
        """Be at ``goal`` after the next quanta."""
        self._start, self._goal, self._left = self._now, goal, GLIDE

    def advance(self) -> tuple[Settings, Settings]:
        """Where the controls stand at the start and at the end of the next quantum."""
        before = self._now
        if self._left:
            self._left -= 1
            done = 1.0 - self._left / GLIDE
            self._now = _between(self._start, self._goal, done) if self._left else self._goal
        return before, self._now


def _between(a: Settings, b: Settings, way: float) -> Settings:
    return Settings(
        gains=a.gains + (b.gains - a.gains) * way,
        cutoffs=a.cutoffs + (b.cutoffs - a.cutoffs) * way,
        tremolo=a.tremolo + (b.tremolo - a.tremolo) * way,
        effects=a.effects + (b.effects - a.effects) * way,
        presence=a.presence + (b.presence - a.presence) * way,
        ambience=a.ambience + (b.ambience - a.ambience) * way,
        volume=a.volume + (b.volume - a.volume) * way,
    )


def seated(recipe: Recipe, part: Part) -> Instrument | None:
    """Who plays this part; nobody for the drums, who have a kit."""
    by_part = {
        Part.BASS: recipe.bass,
        Part.CHORDS: recipe.chords,
        Part.PAD: recipe.pad,
        Part.LEAD: recipe.lead,
    }
    return by_part.get(part)


def _plays(recipe: Recipe, part: Part) -> bool:
    return (recipe.kit if part is Part.DRUMS else seated(recipe, part)) is not None


def _opened(recipe: Recipe) -> NDArray[np.float64]:
    """How far the intensity lets each part in; whoever plays at all, the foremost is at 1."""
    first, full = np.array([ENTRANCES[part] for part in PARTS]).T
    ways = np.clip((recipe.intensity - first) / (full - first), 0.0, 1.0)
    foremost = max((w for w, p in zip(ways, PARTS, strict=True) if _plays(recipe, p)), default=0.0)
    return np.minimum(1.0, ways / foremost) if foremost > 0 else np.ones(len(PARTS))


def _cutoff(part: Part, recipe: Recipe) -> float:
    dark, open_ = CUTOFFS[part]
    way = recipe.brightness + 0.2 * (recipe.intensity - 0.5)
    return math.log2(dark) + way * math.log2(open_ / dark)


def _makeup(recipe: Recipe, open_: NDArray[np.float64]) -> float:
    """The factor that keeps a smaller, slower or drier band at the loudness of the full one.

    The slopes are measured: what the room adds, and what more notes a second add.
    """
    power = sum(
        SHARES[part] * gain**2
        for part, gain in zip(PARTS, open_, strict=True)
        if _plays(recipe, part)
    )
    power = max(power, 0.13) * (0.88 + 0.75 * recipe.reverb**2) * max(1.0, recipe.bpm / 90.0)
    return float(power**-0.5) * amplitude(-1.4 * (recipe.density - 0.5))
