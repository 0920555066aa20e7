"""Chord progressions: a walk over the degrees of a mode between an open and a closed cadence."""

import numpy as np

from lofi.backends.procedural.composition import chord as shapes
from lofi.backends.procedural.composition.chord import diatonic
from lofi.backends.procedural.composition.scale import Key
from lofi.backends.procedural.composition.substitution import seasoned
from lofi.backends.procedural.recipe import Mode
from lofi.backends.procedural.score import Chord

PHRASE_BARS = 8

MOVES: dict[Mode, dict[int, dict[int, int]]] = {
    Mode.IONIAN: {
        0: {3: 3, 5: 3, 2: 2, 1: 2},
        1: {4: 5, 2: 1, 3: 1},
        2: {5: 5, 3: 3, 1: 1},
        3: {2: 3, 4: 2, 1: 2, 0: 1, 5: 1},
        4: {5: 3, 0: 2, 3: 2, 2: 1},
        5: {1: 4, 3: 3, 4: 1, 2: 1},
    },
    Mode.DORIAN: {
        0: {3: 6, 6: 2, 2: 2, 1: 1, 4: 1},
        1: {4: 2, 0: 2, 3: 2},
        2: {3: 4, 6: 1, 0: 1},
        3: {0: 5, 6: 2, 4: 1},
        4: {3: 3, 0: 2},
        6: {3: 3, 2: 2, 0: 2},
    },
    Mode.PHRYGIAN: {
        0: {1: 6, 6: 2, 3: 2, 5: 2},
        1: {0: 3, 6: 2, 5: 1, 2: 1},
        2: {1: 3, 5: 2},
        3: {1: 3, 0: 2},
        5: {1: 3, 6: 2, 2: 1},
        6: {0: 3, 5: 2, 1: 2},
    },
    Mode.LYDIAN: {
        0: {1: 6, 5: 2, 2: 2, 4: 1},
        1: {0: 3, 2: 2, 4: 2, 5: 1},
        2: {5: 3, 1: 3},
        4: {1: 3, 0: 2, 5: 1},
        5: {1: 4, 4: 2, 2: 1},
    },
    Mode.MIXOLYDIAN: {
        0: {6: 5, 3: 3, 4: 2, 1: 1},
        1: {6: 2, 4: 2, 3: 2},
        3: {6: 2, 0: 2, 1: 2, 5: 1},
        4: {3: 3, 6: 2, 0: 1},
        5: {3: 3, 1: 2, 6: 1},
        6: {3: 4, 0: 2, 4: 1},
    },
    Mode.AEOLIAN: {
        0: {5: 5, 3: 3, 6: 2, 2: 2},
        2: {5: 3, 6: 3, 3: 1},
        3: {6: 3, 4: 2, 5: 1, 0: 1},
        4: {5: 3, 0: 2, 3: 1},
        5: {6: 3, 2: 3, 3: 2, 4: 1},
        6: {2: 2, 5: 2, 0: 2, 4: 1},
    },
}
"""Weights of the next degree after each, the move that marks the mode heaviest."""

STARTS: dict[Mode, dict[int, int]] = {
    Mode.IONIAN: {0: 6, 3: 3, 1: 2},
    Mode.AEOLIAN: {0: 7, 5: 2},
}
"""Degrees a phrase may begin on where that is not always the tonic."""

OPEN: dict[Mode, tuple[tuple[int, int], ...]] = {
    Mode.IONIAN: ((1, 4), (3, 4), (5, 3), (5, 1)),
    Mode.DORIAN: ((2, 3), (6, 3), (0, 3), (1, 4)),
    Mode.PHRYGIAN: ((0, 1), (5, 6), (5, 1)),
    Mode.LYDIAN: ((0, 1), (5, 1), (2, 1)),
    Mode.MIXOLYDIAN: ((6, 3), (0, 6), (1, 4)),
    Mode.AEOLIAN: ((5, 6), (3, 6), (3, 4), (2, 5)),
}
"""Degrees in bars 3 and 4, where a phrase is left hanging."""

CLOSED: dict[Mode, dict[int, int]] = {
    Mode.IONIAN: {4: 4, 3: 3, 1: 1},
    Mode.DORIAN: {3: 4, 6: 3, 4: 2},
    Mode.PHRYGIAN: {1: 5, 6: 3},
    Mode.LYDIAN: {1: 4, 4: 2},
    Mode.MIXOLYDIAN: {6: 4, 3: 3, 4: 1},
    Mode.AEOLIAN: {6: 4, 4: 2, 3: 2},
}
"""Weights of the degree in bar 7, which the tonic follows."""


def _pick(weights: dict[int, int], rng: np.random.Generator, *, but: int = -1) -> int:
    options = [degree for degree in weights if degree != but]
    edges = np.cumsum([weights[degree] for degree in options])
    return options[int(np.searchsorted(edges, rng.random() * edges[-1], side="right"))]


def degrees(mode: Mode, rng: np.random.Generator) -> tuple[int, ...]:
    """Eight degrees: four to an open cadence, four to the tonic; 5-6 mostly repeat 1-2."""
    moves = MOVES[mode]
    opening = OPEN[mode][rng.integers(len(OPEN[mode]))]
    first = _pick(STARTS.get(mode, {0: 1}), rng)
    second = _pick(moves[first], rng, but=opening[0])
    third, fourth = first, second
    if rng.random() > 0.75:
        third = _pick(moves[opening[1]], rng, but=first)
        fourth = _pick(moves[third], rng)
    return first, second, *opening, third, fourth, _pick(CLOSED[mode], rng, but=fourth), 0


def shape_weights(spice: float) -> dict[tuple[int, ...], float]:
    """How much each chord shape is wanted: plain at 0, thirteenths at 1."""
    return {
        shapes.TRIAD: max(0.0, 0.5 - 2.0 * spice),
        shapes.ADDED_NINTH: max(0.05, 0.4 - spice),
        shapes.SEVENTH: 1.0 - 0.4 * spice,
        shapes.NINTH: 0.45 + 0.8 * spice,
        shapes.SIXTH_NINTH: 0.1 + 0.1 * spice,
        shapes.SUS2: 0.06,
        shapes.SEVENTH_SUS4: 0.03,
        shapes.NINTH_SUS4: 0.05 + 0.1 * spice,
        shapes.ELEVENTH: 0.5 * max(0.0, spice - 0.15),
        shapes.THIRTEENTH: 0.6 * max(0.0, spice - 0.15),
    }


def coloured(key: Key, degree: int, spice: float, rng: np.random.Generator) -> Chord:
    """A chord of the key on a degree, with as many thirds as the spice allows.

    The tonic is never suspended: its third is what tells the mode.
    """
    options = [
        (chord, weight)
        for shape, weight in shape_weights(spice).items()
        if weight > 0
        and (degree != 0 or shape[1] == 2)
        and (chord := diatonic(key, degree, shape)) is not None
    ]
    edges = np.cumsum([weight for _, weight in options])
    return options[int(np.searchsorted(edges, rng.random() * edges[-1], side="right"))][0]


def home(key: Key) -> Chord:
    """The tonic chord a piece can end on: a sixth-ninth in major, a ninth or seventh in minor."""
    endings = (shapes.NINTH, shapes.SEVENTH) if key.minor else (shapes.SIXTH_NINTH,)
    return next(chord for shape in endings if (chord := diatonic(key, 0, shape)) is not None)


def progression(
    key: Key, spice: float, rng: np.random.Generator, *, slow: bool = False
) -> tuple[Chord, ...]:
    """Eight bars of harmony, one chord a bar, or one every two bars if ``slow``.

    Bars 1-4 end open, bars 5-8 end on the tonic.
    """
    path = degrees(key.mode, rng)
    if slow:
        path = tuple(d for d in (path[0], path[3], path[6], 0) for _ in range(2))
    memory: dict[int, Chord] = {}
    chords = []
    for degree in path:
        chord = coloured(key, degree, spice, rng)
        chords.append(memory.setdefault(degree, chord))
    return tuple(chords) if slow else seasoned(key, chords, spice, rng)


def pivot(old: Key, new: Key, following: Chord) -> Chord | None:
    """The chord of the new key that also belongs to the old one and best leads on, if any."""
    weights = MOVES[new.mode]
    candidates = [
        (weights[degree].get(following.degree, 0) - (degree == following.degree), chord)
        for degree in weights
        if (chord := diatonic(new, degree, shapes.SEVENTH) or diatonic(new, degree, shapes.TRIAD))
        and set(chord.tones) <= set(old.scale)
    ]
    return max(candidates, key=lambda pair: pair[0])[1] if candidates else None
