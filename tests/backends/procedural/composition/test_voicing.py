"""Voice leading."""

from itertools import pairwise

import numpy as np
import pytest

from lofi.backends.procedural.composition.harmony import progression
from lofi.backends.procedural.composition.scale import Key
from lofi.backends.procedural.composition.voicing import (
    HIGH,
    LOW,
    candidates,
    foundation,
    lead,
    movement,
    roughness,
    upper_structure,
)
from lofi.backends.procedural.recipe import Mode
from lofi.backends.procedural.score import Chord

Voicing = tuple[int, ...]


def chords(spice: float = 0.3) -> list[Chord]:
    return [
        chord
        for mode in Mode
        for seed in range(6)
        for chord in progression(Key(seed * 5 % 12, mode), spice, np.random.default_rng(seed))
    ]


def led(sequence: list[Chord]) -> list[Voicing]:
    voicings: list[Voicing] = []
    for chord in sequence:
        voicings.append(lead(chord, voicings[-1] if voicings else ()))
    return voicings


def scattered(sequence: list[Chord]) -> list[Voicing]:
    """The broken control: any inversion anywhere."""
    rng = np.random.default_rng(0)
    rows = [candidates(upper_structure(chord)) for chord in sequence]
    return [tuple(row[rng.integers(len(row))].tolist()) for row in rows]


def mean_movement(voicings: list[Voicing]) -> float:
    """Semitones from each voice to the nearest voice before it."""
    steps = [
        min(abs(pitch - held) for held in before)
        for before, after in pairwise(voicings)
        for pitch in after
    ]
    return float(np.mean(steps))


def test_led_voices_move_less_than_scattered_ones() -> None:
    sequence = chords()
    assert mean_movement(led(sequence)) < 1.5
    assert mean_movement(scattered(sequence)) > 1.5 * mean_movement(led(sequence))


def test_half_steps_and_low_thirds_are_rough_and_open_voicings_are_not() -> None:
    open_voicing, half_step, minor_ninth, low_third = roughness(
        np.array([(52, 59, 62, 67), (59, 60, 64, 67), (52, 59, 65, 67), (48, 51, 58, 62)])
    )
    assert open_voicing == 0.0
    assert min(half_step, minor_ninth, low_third) > 0.0


def test_half_steps_are_played_only_to_avoid_a_jump() -> None:
    def share(voicings: list[Voicing]) -> float:
        return float(np.mean([(np.diff(voicing) == 1).any() for voicing in voicings]))

    sequence = chords()
    lowest = [tuple(candidates(upper_structure(chord))[0].tolist()) for chord in sequence]
    assert share(led(sequence)) < 0.08 < share(lowest)


def test_movement_rewards_held_voices_and_punishes_parallel_fifths() -> None:
    held, drifting, parallel, oblique = movement(
        (55, 59, 62), np.array([(55, 59, 65), (54, 60, 63), (57, 61, 64), (57, 60, 65)])
    )
    assert held == pytest.approx(3 + 0.6 * 3 - 1.5 * 2)
    assert drifting == pytest.approx(1 + 1 + 1 + 0.6)
    assert parallel == pytest.approx(2 + 2 + 2 + 0.6 * 2 + 6)
    assert oblique < parallel


def test_voicings_hold_the_tones_of_the_chord_in_the_middle_of_the_keyboard() -> None:
    sequence = chords(0.9)
    for chord, voicing in zip(sequence, led(sequence), strict=True):
        assert {pitch % 12 for pitch in voicing} == set(upper_structure(chord)) <= set(chord.tones)
        assert list(voicing) == sorted(set(voicing))
        assert LOW <= voicing[0] < voicing[-1] <= HIGH
        assert 3 <= len(voicing) <= 4


def test_the_third_is_never_left_out_and_the_root_is_left_to_the_bass() -> None:
    for chord in chords(0.9):
        upper = upper_structure(chord)
        assert chord.tones[1] in upper
        assert (chord.root in upper) == (len(chord.tones) == 3)


def test_the_foundation_is_the_root_below_every_voicing() -> None:
    for chord in chords():
        assert foundation(chord) % 12 == chord.root
        assert foundation(chord) <= LOW


@pytest.mark.parametrize("root", range(12))
def test_an_unchanged_chord_keeps_its_voicing(root: int) -> None:
    chord = Chord(0, root, (root, (root + 3) % 12, (root + 7) % 12, (root + 10) % 12), "m7")
    first = lead(chord)
    assert lead(chord, first) == first
