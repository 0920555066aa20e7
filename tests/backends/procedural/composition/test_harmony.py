"""Chords, progressions, substitutions and pivots."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

from lofi.backends.procedural.composition.chord import NINTH, SEVENTH, SUFFIXES, build, diatonic
from lofi.backends.procedural.composition.harmony import (
    CLOSED,
    MOVES,
    OPEN,
    degrees,
    home,
    pivot,
    progression,
)
from lofi.backends.procedural.composition.scale import Key
from lofi.backends.procedural.recipe import Mode
from lofi.backends.procedural.score import Chord

KEYS = [Key(tonic, mode) for tonic in range(12) for mode in Mode]
CHARACTERISTIC = {
    Mode.IONIAN: {3, 5},
    Mode.DORIAN: {3},
    Mode.PHRYGIAN: {1},
    Mode.LYDIAN: {1},
    Mode.MIXOLYDIAN: {6},
    Mode.AEOLIAN: {5},
}


def progressions(key: Key, spice: float, count: int = 40) -> Iterator[tuple[Chord, ...]]:
    for seed in range(count):
        yield progression(key, spice, np.random.default_rng([seed, 7]))


def intervals(chord: Chord) -> tuple[int, ...]:
    return tuple((tone - chord.root) % 12 for tone in chord.tones)


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_without_spice_every_chord_stays_in_the_key(key: Key) -> None:
    for chords in progressions(key, 0.0, 8):
        assert not any(chord.chromatic for chord in chords)
        assert {tone for chord in chords for tone in chord.tones} <= set(key.scale)
    assert build(key, 0, key.tonic + 1, (0, 4, 7, 10)).chromatic


def test_a_chord_is_marked_chromatic_exactly_when_a_tone_is_outside_the_key() -> None:
    for key in KEYS[::5]:
        for chords in progressions(key, 0.9, 20):
            for chord in chords:
                assert chord.chromatic == (not set(chord.tones) <= set(key.scale))


def test_spice_brings_more_chords_from_outside() -> None:
    def share(spice: float) -> float:
        chords = [c for key in KEYS for p in progressions(key, spice, 6) for c in p]
        return sum(chord.chromatic for chord in chords) / len(chords)

    assert share(0.0) == 0.0
    assert 0.0 < share(0.3) < share(1.0) < 0.25


def test_spice_stacks_more_thirds() -> None:
    def size(spice: float) -> float:
        chords = [c for key in KEYS for p in progressions(key, spice, 4) for c in p]
        return float(np.mean([len(chord.tones) for chord in chords]))

    assert size(0.0) < size(0.3) < size(1.0)


def test_ninths_are_major_and_elevenths_do_not_rub_the_third() -> None:
    for key in KEYS:
        for degree in range(7):
            ninth = diatonic(key, degree, NINTH)
            assert ninth is None or 2 in intervals(ninth)
    assert diatonic(Key(4, Mode.PHRYGIAN), 0, NINTH) is None
    assert diatonic(Key(4, Mode.PHRYGIAN), 0, SEVENTH) is not None
    for shape in SUFFIXES:
        assert 1 not in shape
        assert not {4, 5} <= set(shape)


@pytest.mark.parametrize("mode", Mode)
def test_a_phrase_hangs_open_after_four_bars_and_closes_on_the_tonic_after_eight(
    mode: Mode,
) -> None:
    for seed in range(100):
        path = degrees(mode, np.random.default_rng(seed))
        assert len(path) == 8
        assert path[2:4] in OPEN[mode]
        assert path[3] != 0
        assert path[6] in CLOSED[mode]
        assert path[7] == 0


@pytest.mark.parametrize("mode", Mode)
def test_bars_five_and_six_mostly_repeat_bars_one_and_two(mode: Mode) -> None:
    paths = [degrees(mode, np.random.default_rng(seed)) for seed in range(400)]
    share = np.mean([path[:2] == path[4:6] for path in paths])
    shifted = np.mean([path[:2] == path[2:4] for path in paths])
    assert 0.68 < share < 0.85
    assert shifted < 0.2


@pytest.mark.parametrize("mode", Mode)
def test_the_move_that_marks_the_mode_is_the_commonest_from_the_tonic(mode: Mode) -> None:
    counts = np.zeros(7)
    for seed in range(400):
        path = degrees(mode, np.random.default_rng(seed))
        for one, other in pairwise(path):
            counts[other] += one == 0
    assert int(counts.argmax()) in CHARACTERISTIC[mode]


def test_every_degree_that_can_be_reached_can_be_left() -> None:
    for mode, moves in MOVES.items():
        reached = {d for to in moves.values() for d in to} | {d for o in OPEN[mode] for d in o}
        assert reached <= set(moves)


@pytest.mark.parametrize("key", KEYS[:6], ids=str)
def test_the_same_degree_has_the_same_chord_throughout_a_phrase(key: Key) -> None:
    for chords in progressions(key, 0.0):
        names = {chord.degree: chord.name for chord in chords}
        assert all(names[chord.degree] == chord.name for chord in chords)


def test_slow_harmony_changes_every_other_bar() -> None:
    chords = progression(Key(0, Mode.IONIAN), 0.5, np.random.default_rng(1), slow=True)
    assert chords[::2] == chords[1::2]
    assert len(set(chords)) > 2


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_home_is_the_tonic_in_key(key: Key) -> None:
    chord = home(key)
    assert chord.root == key.tonic
    assert chord.degree == 0
    assert not chord.chromatic


def test_a_pivot_belongs_to_both_keys_and_distant_keys_have_none() -> None:
    old, new = Key(0, Mode.IONIAN), Key(7, Mode.IONIAN)
    bridge = pivot(old, new, home(new))
    assert bridge is not None
    assert set(bridge.tones) <= set(old.scale) & set(new.scale)
    assert pivot(old, Key(6, Mode.IONIAN), home(Key(6, Mode.IONIAN))) is None


def test_chords_are_named_as_musicians_write_them() -> None:
    key = Key(2, Mode.DORIAN)
    assert [chord.name for degree in (0, 3, 6) if (chord := diatonic(key, degree, NINTH))] == [
        "Dm9",
        "G9",
        "Cmaj9",
    ]
