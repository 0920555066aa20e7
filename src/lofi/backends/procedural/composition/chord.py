"""Chords out of a key: stacked from its scale, or borrowed from outside and marked so."""

from lofi.backends.procedural.composition.scale import Key
from lofi.backends.procedural.score import Chord

TRIAD = (0, 2, 4)
ADDED_NINTH = (0, 2, 4, 8)
SEVENTH = (0, 2, 4, 6)
NINTH = (0, 2, 4, 6, 8)
SIXTH_NINTH = (0, 2, 4, 5, 8)
ELEVENTH = (0, 2, 4, 6, 8, 10)
THIRTEENTH = (0, 2, 4, 6, 8, 12)
SUS2 = (0, 1, 4)
SUS4 = (0, 3, 4)
SEVENTH_SUS4 = (0, 3, 4, 6)
NINTH_SUS4 = (0, 3, 4, 6, 8)

SUFFIXES: dict[tuple[int, ...], str] = {
    (0, 4, 7): "",
    (0, 3, 7): "m",
    (0, 4, 7, 2): "add9",
    (0, 3, 7, 2): "m(add9)",
    (0, 4, 7, 11): "maj7",
    (0, 4, 7, 10): "7",
    (0, 3, 7, 10): "m7",
    (0, 3, 6, 10): "m7b5",
    (0, 3, 7, 9): "m6",
    (0, 4, 7, 11, 2): "maj9",
    (0, 4, 7, 10, 2): "9",
    (0, 3, 7, 10, 2): "m9",
    (0, 4, 7, 9, 2): "6/9",
    (0, 3, 7, 9, 2): "m6/9",
    (0, 3, 7, 10, 2, 5): "m11",
    (0, 4, 7, 11, 2, 6): "maj9#11",
    (0, 4, 7, 10, 2, 9): "13",
    (0, 4, 7, 11, 2, 9): "maj13",
    (0, 2, 7): "sus2",
    (0, 5, 7): "sus4",
    (0, 5, 7, 10): "7sus4",
    (0, 5, 7, 10, 2): "9sus4",
}
"""The chords worth playing, by semitones above the root: no minor ninth, no eleventh over a
major third, nothing diminished or augmented but the half-diminished seventh."""


def diatonic(key: Key, degree: int, shape: tuple[int, ...]) -> Chord | None:
    """The chord of ``shape`` (scale steps above its root) on a degree.

    None if what the scale gives there is not in ``SUFFIXES``.
    """
    scale = key.scale
    root = scale[degree % 7]
    intervals = tuple((scale[(degree + step) % 7] - root) % 12 for step in shape)
    return build(key, degree % 7, root, intervals) if intervals in SUFFIXES else None


def build(key: Key, degree: int, root: int, intervals: tuple[int, ...]) -> Chord:
    """A chord from semitones above any root; chromatic if a tone is outside the key."""
    tones = tuple((root + interval) % 12 for interval in intervals)
    return Chord(
        degree=degree,
        root=root % 12,
        tones=tones,
        name=key.spell(root) + SUFFIXES[intervals],
        chromatic=not set(tones) <= set(key.scale),
    )
