"""Chords from outside the key that may stand for one inside it, and when they do."""

from collections.abc import Sequence

import numpy as np

from lofi.backends.procedural.composition.chord import build
from lofi.backends.procedural.composition.scale import Key
from lofi.backends.procedural.score import Chord


def substitutes(key: Key, chord: Chord, following: Chord) -> list[Chord]:
    """Chromatic chords that may stand for ``chord`` before ``following``.

    The secondary dominant and its tritone substitute lead by fifth and by half step;
    the minor subdominant (in major) and the Neapolitan (in minor) lead home.
    """
    options = [build(key, chord.degree, following.root + 1, (0, 4, 7, 10, 2))]
    if following.degree != 0:
        options.append(build(key, chord.degree, following.root + 7, (0, 4, 7, 10)))
    elif key.minor:
        options.append(build(key, 1, key.tonic + 1, (0, 4, 7, 11)))
    elif chord.degree in {1, 3}:
        options.append(build(key, 3, key.tonic + 5, (0, 3, 7, 9)))
    return [option for option in options if option.chromatic]


def seasoned(
    key: Key, chords: Sequence[Chord], spice: float, rng: np.random.Generator
) -> tuple[Chord, ...]:
    """The chords with some replaced by chromatic ones, the more the higher the spice (0 to 1).

    Never the first of the phrase nor either end of a cadence in the fourth bar.
    """
    chords = list(chords)
    chance = 0.3 * max(0.0, spice - 0.08)
    for bar in (6, 5, 2, 1):
        wanted, choice = rng.random(), rng.random()
        following = chords[bar + 1]
        if wanted >= chance or following.chromatic or following.root == chords[bar].root:
            continue
        options = substitutes(key, chords[bar], following)
        if options:
            chords[bar] = options[int(choice * len(options))]
    return tuple(chords)
