"""Whole pieces as a listener gets them: exact, in key, in balance; every measure can also fail."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from backends.procedural.measures import (
    BANDS,
    bands,
    body,
    chords_heard,
    chroma,
    diatonic,
    harshness,
    in_scale,
    loudness,
    rank,
    repeats,
    spread,
)
from backends.procedural.pieces import Piece
from backends.procedural.sound.measures import click_z, decibels, rms, true_peak
from lofi.backends.procedural.composition.composer import Composer
from lofi.backends.procedural.composition.scale import Key
from lofi.backends.procedural.reading import read
from lofi.backends.procedural.recipe import Ambience, Instrument, Mode, Part, Recipe
from lofi.backends.procedural.score import Bar
from lofi.backends.procedural.sound.engine import Engine
from lofi.backends.procedural.sound.stream import Stream
from lofi.sound.pcm import QUANTUM, SAMPLE_RATE, Signal

LEAST = (-30.0, -9.0, -9.0, -32.0, -45.0)
MOST = (-2.0, -0.5, -0.8, -8.0, -15.0)
"""Decibels that each of the ``BANDS`` may lie below the whole."""
PIECES = [
    ("rainy night, rhodes, vinyl, 72 bpm", 60, 42),
    ("lofi house in C mixolydian", 45, 2),
    ("jazz lofi", 45, 1),
    ("halloween", 45, 3),
    ("lydian flute and strings, no drums", 45, 4),
]
MORE = [
    (f"{style} in {tonic} {mode}", 90, 10 + seed)
    for seed, (tonic, mode, style) in enumerate(
        zip(
            ("C", "F#", "Bb", "E", "A", "Db"),
            Mode,
            ("chillhop", "gaming", "study lofi", "ambient lofi", "summer", "dark lofi"),
            strict=True,
        )
    )
]


@pytest.fixture(
    scope="module",
    params=[
        *(pytest.param(one, id=f"{one[0]}, {one[1]} s") for one in PIECES),
        *(pytest.param(one, id=one[0], marks=pytest.mark.slow) for one in MORE),
    ],
)
def piece(request: pytest.FixtureRequest) -> Piece:
    return Piece(*request.param)


def part_of(piece: Piece) -> Signal:
    """Enough of a piece for a broken control."""
    return piece.sound[:, 15 * SAMPLE_RATE : 25 * SAMPLE_RATE]


def stream() -> Stream:
    return Stream(Recipe(intensity=0.7), 3)


@pytest.fixture(scope="module")
def radio() -> Signal:
    return stream().render(20 * SAMPLE_RATE)


def test_the_same_seed_is_the_same_track_and_another_is_not() -> None:
    first, again, other = (Piece("chillhop", 6, seed).sound for seed in (1, 1, 2))
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()


def test_blocks_of_any_size_make_the_same_stream(radio: Signal) -> None:
    made, sizes, at = stream(), (480, 1237, 9999, 1), 0
    blocks: list[Signal] = []
    while at < 10 * SAMPLE_RATE:
        blocks.append(made.render(sizes[len(blocks) % 4]))
        at += blocks[-1].shape[1]
    sound = np.concatenate(blocks, axis=1)
    assert np.array_equal(sound, radio[:, :at])
    assert not np.array_equal(sound[:, 1:], radio[:, : at - 1])


@pytest.mark.parametrize("step", [QUANTUM, 2 * QUANTUM])
def test_the_stream_does_not_click_where_blocks_meet(radio: Signal, step: int) -> None:
    assert click_z(radio, step) < 4
    broken = radio.copy()
    broken[:, step::step] += 0.02
    assert click_z(broken, step) > 20


def test_a_track_does_not_click_where_blocks_meet(piece: Piece) -> None:
    first_minute = piece.sound[:, : 60 * SAMPLE_RATE]
    for step in (QUANTUM, SAMPLE_RATE):
        assert click_z(first_minute, step) < 4


def out_of_key(bars: list[Bar], key: Key) -> int:
    notes = [note for bar in bars for note in bar.notes if note.part is not Part.DRUMS]
    return sum(note.pitch % 12 not in key.scale for note in notes if not note.chromatic)


def test_every_note_is_in_key_or_marked_as_chromatic(piece: Piece) -> None:
    assert out_of_key(piece.bars, piece.key) == 0
    assert out_of_key(piece.bars, replace(piece.key, tonic=(piece.key.tonic + 1) % 12)) > 0


def test_the_sound_is_in_the_declared_key(piece: Piece) -> None:
    energy = chroma(diatonic(piece.sound, piece.bars))
    assert in_scale(energy, piece.key) > 0.90
    assert rank(energy, piece.key) == 1
    retuned = np.roll(energy, 1)
    assert in_scale(retuned, piece.key) < 0.7
    assert rank(retuned, piece.key) > 1


def test_an_engine_that_plays_a_quarter_tone_sharp_is_out_of_key(piece: Piece) -> None:
    at = np.arange(0, 10 * SAMPLE_RATE, 2 ** (1 / 24))
    start = piece.sound[0, : int(at[-1]) + 2]
    sharp = np.interp(at, np.arange(start.size), start)[None]
    assert in_scale(chroma(sharp), piece.key) < 0.90


def test_every_chord_is_the_one_that_was_written(piece: Piece) -> None:
    chords = [bar.chord for bar in piece.bars]
    assert chords_heard(piece.sound, piece.bars, chords) > 0.9
    order = np.random.default_rng(0).permutation(len(chords))
    assert chords_heard(piece.sound, piece.bars, [chords[i] for i in order]) < 0.7


def test_half_steps_hardly_ever_rub(piece: Piece) -> None:
    assert harshness(piece.bars) < 0.03
    clashing = [
        replace(
            bar,
            notes=tuple(
                replace(note, pitch=note.pitch + (note.part is Part.CHORDS)) for note in bar.notes
            ),
        )
        for bar in piece.bars
    ]
    assert harshness(clashing) > 0.03


def test_a_track_has_the_common_loudness(piece: Piece) -> None:
    assert abs(loudness(piece.sound) + 18) < 1.5
    assert abs(loudness(2 * part_of(piece)) + 18) > 1.5


def test_the_body_of_a_piece_stays_about_as_loud(piece: Piece) -> None:
    sound = body(piece.sound, piece.bars)
    assert spread(sound) < 4
    pumping = sound * np.linspace(0.4, 1.0, sound.shape[1], dtype=np.float32)
    assert spread(pumping) > 4


def test_true_peaks_stay_below_one_decibel_under_full_scale(piece: Piece) -> None:
    assert true_peak(piece.sound) < -1
    part = part_of(piece)
    assert true_peak(part / np.abs(part).max()) > -1


def test_a_track_is_centred_and_mono_compatible(piece: Piece) -> None:
    def centred(sound: Signal) -> bool:
        level = abs(decibels(rms(sound[0]), rms(sound[1])))
        correlation = np.vdot(sound[0], sound[1])
        return bool(np.abs(sound.mean(axis=1)).max() < 1e-4 and level < 1 and correlation > 0)

    left, right = piece.sound
    assert centred(piece.sound)
    assert not centred(piece.sound + np.float32(0.001))
    assert not centred(np.stack([left, 0.8 * right]))
    assert not centred(np.stack([left, -right]))


def test_low_middle_and_high_are_in_proportion(piece: Piece) -> None:
    def proportioned(sound: Signal) -> bool:
        levels = zip(LEAST, bands(sound), MOST, strict=True)
        return all(least < level < most for least, level, most in levels)

    assert len(LEAST) == len(MOST) == len(BANDS)
    assert proportioned(piece.sound), bands(piece.sound)
    assert not proportioned(np.diff(part_of(piece)))
    assert not proportioned(np.cumsum(part_of(piece), axis=1))


def test_a_track_is_no_loop(piece: Piece) -> None:
    bar = 240 / piece.recipe.bpm
    periods = [count * bar for count in (1, 2, 4, 8, 16) if count * bar < piece.seconds / 2]
    assert repeats(piece.sound, periods) < 0.7
    once = piece.sound[:, : round(bar * SAMPLE_RATE)]
    assert repeats(np.tile(once, 4), periods[:1]) > 0.99


def test_no_two_phrases_of_an_hour_are_the_same() -> None:
    composer = Composer(Recipe(), 11)
    phrases = [
        tuple((note.beat, note.pitch, note.part) for _ in range(8) for note in next(composer).notes)
        for _ in range(140)
    ]
    assert len(set(phrases)) == len(phrases)
    assert len(set(phrases + phrases[:1])) < len(phrases) + 1


def test_a_rainy_night_has_rain_vinyl_and_a_rhodes() -> None:
    recipe = read(PIECES[0][0], 42).recipe

    def made(lesser: Recipe) -> Signal:
        return Engine(Composer(lesser, 42), lesser, 42).render(10 * SAMPLE_RATE)

    def without(sound: Ambience) -> Signal:
        left = {name: level for name, level in recipe.ambience.items() if name != sound}
        return made(replace(recipe, ambience=left))

    music = made(recipe)
    audible = loudness(music) - 18
    assert recipe.chords is Instrument.ELECTRIC_PIANO
    assert loudness(music - made(replace(recipe, chords=None))) > audible
    assert loudness(music - without(Ambience.RAIN)) > audible
    assert loudness(music - without(Ambience.VINYL)) > audible
    assert not (music - without(Ambience.WIND)).any()


def test_the_pieces_of_these_tests_are_in_different_keys_and_modes() -> None:
    keys = [Key.of(read(prompt, seed).recipe) for prompt, _, seed in PIECES]
    assert len({key.mode for key in keys}) >= 4
    assert all(one.tonic != other.tonic for one, other in pairwise(keys))
