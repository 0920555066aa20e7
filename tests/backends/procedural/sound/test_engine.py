"""The engine as a whole: exactness, clicks, balance, steering."""

from dataclasses import replace

import numpy as np
import pytest

from backends.procedural.sound.band import Band, played
from backends.procedural.sound.measures import (
    centroid,
    click_z,
    decibels,
    rms,
)
from lofi.backends.procedural.recipe import Ambience, Part, Recipe
from lofi.backends.procedural.sound.engine import SAMPLE_RATE, Engine
from lofi.backends.procedural.sound.notes import CACHE_BYTES, NoteCache
from lofi.backends.procedural.sound.voices import pitched
from lofi.sound.loudness import Meter
from lofi.sound.pcm import QUANTUM, Signal

DRY = Recipe(ambience={}, reverb=0.0, duck=0.0, tape=0.0)


def song(recipe: Recipe, seconds: float, *parts: Part, seed: int = 1) -> Signal:
    band = Band(recipe, parts=frozenset(parts or Part))
    return Engine(band, recipe, seed).render(round(seconds * SAMPLE_RATE))


@pytest.fixture(scope="module")
def music() -> Signal:
    return song(Recipe(), 24)


def test_the_same_seed_gives_the_same_samples_and_another_does_not() -> None:
    first, again, other = (song(Recipe(), 3, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_every_block_size_gives_the_same_samples(music: Signal) -> None:
    frames = 6 * SAMPLE_RATE
    engine = Engine(Band(), Recipe(), 1)
    assert np.array_equal(played(engine, frames, (480, 1237, 9999, 1)), music[:, :frames])


@pytest.mark.parametrize("step", [QUANTUM, 2 * QUANTUM])
def test_nothing_clicks_where_blocks_meet(music: Signal, step: int) -> None:
    assert click_z(music, step) < 4


def test_the_click_measure_hears_a_phase_that_restarts_with_each_block() -> None:
    clock = np.arange(20 * SAMPLE_RATE) % (2 * QUANTUM)
    hiss = np.random.default_rng(0).standard_normal(clock.size) * 1e-3
    broken = (0.2 * np.sin(2 * np.pi * 233 / SAMPLE_RATE * clock) + hiss).astype(np.float32)
    assert click_z(broken[None], 2 * QUANTUM) > 20


def test_the_mix_is_centred_and_has_no_offset(music: Signal) -> None:
    assert np.abs(music.mean(axis=1)).max() < 1e-4
    assert abs(decibels(rms(music[0]), rms(music[1]))) < 1
    assert np.vdot(music[0], music[1]) > 0


def test_no_layer_drowns_the_others() -> None:
    levels = {}
    for part in Part:
        meter = Meter()
        meter.add(song(replace(Recipe(), ambience={}), 13, part))
        levels[part] = meter.integrated()
    assert max(levels.values()) - min(levels.values()) < 8
    assert levels[Part.PAD] == min(levels.values())


def test_a_part_alone_is_made_up_for() -> None:
    alone = replace(DRY, kit=None, bass=None, lead=None, pad=None)
    kept, full = song(alone, 7, Part.CHORDS), song(DRY, 7, Part.CHORDS)
    assert 3 < decibels(rms(kept), rms(full)) < 10


def test_brightness_moves_the_spectrum_up() -> None:
    dark, middle, bright = (centroid(song(replace(DRY, brightness=b), 6)) for b in (0.0, 0.5, 1.0))
    assert dark * 1.3 < middle
    assert middle * 1.3 < bright


def test_bars_are_asked_for_when_they_begin() -> None:
    band = Band(Recipe(bpm=60))
    engine = Engine(band, band.recipe, 1)
    played(engine, 4 * SAMPLE_RATE - QUANTUM)
    assert band.taken == 1
    engine.render(QUANTUM + 1)
    assert band.taken == 2


def test_tempo_follows_with_the_next_bar() -> None:
    band = Band(Recipe(bpm=60))
    engine = Engine(band, band.recipe, 1)
    engine.render(SAMPLE_RATE)
    band.recipe = replace(band.recipe, bpm=120)
    engine.render(3 * SAMPLE_RATE)
    assert band.taken == 1
    engine.render(2 * SAMPLE_RATE)
    assert band.taken == 2
    engine.render(QUANTUM)
    assert band.taken == 3


def test_the_key_follows_with_the_next_bar() -> None:
    recipe = replace(DRY, bpm=120.0)
    steered, plain = Band(recipe), Band(recipe)
    other, same = Engine(steered, recipe, 1), Engine(plain, recipe, 1)
    other.render(SAMPLE_RATE)
    same.render(SAMPLE_RATE)
    steered.recipe = replace(recipe, tonic=2)
    bar = 2 * SAMPLE_RATE
    a, b = other.render(bar), same.render(bar)
    assert np.array_equal(a[:, : bar // 2], b[:, : bar // 2])
    assert not np.allclose(a[:, bar // 2 + QUANTUM :], b[:, bar // 2 + QUANTUM :], atol=1e-2)


@pytest.mark.parametrize("part", list(Part))
def test_muting_a_part_silences_it_within_a_quarter_of_a_second(part: Part) -> None:
    engine = Engine(Band(DRY, parts=frozenset({part})), DRY, 1)
    before = engine.render(2 * SAMPLE_RATE + 777)
    engine.steer(DRY, muted={part})
    assert rms(before) > 1e-3
    engine.render(SAMPLE_RATE // 4)
    assert rms(engine.render(SAMPLE_RATE)) < 1e-5
    engine.steer(DRY)
    engine.render(SAMPLE_RATE // 4)
    assert rms(engine.render(2 * SAMPLE_RATE)) > 1e-3


def test_muting_does_not_click() -> None:
    recipe = replace(DRY, kit=None)
    engine = Engine(Band(recipe, parts=frozenset({Part.PAD, Part.CHORDS})), recipe, 1)
    before = engine.render(20 * QUANTUM)
    engine.steer(recipe, muted=set(Part))
    after = engine.render(5 * QUANTUM)
    bend = np.abs(np.diff(np.concatenate([before, after], axis=1), 2)).max(axis=0)
    limit = 1.5 * bend[: before.shape[1]].max()
    assert bend[before.shape[1] :].max() < limit
    cut = np.concatenate([before, np.zeros_like(after)], axis=1)
    cut[:, before.shape[1] - 1] = 0.1
    assert np.abs(np.diff(cut, 2)).max() > limit


def test_volume_and_intensity_move_at_once() -> None:
    engine = Engine(Band(DRY), DRY, 1)
    loud = rms(engine.render(4 * SAMPLE_RATE))
    engine.steer(DRY, volume=0.5)
    engine.render(SAMPLE_RATE // 4)
    soft = rms(engine.render(4 * SAMPLE_RATE))
    assert 10 < decibels(loud, soft) < 14
    engine.steer(replace(DRY, intensity=0.0))
    engine.render(SAMPLE_RATE)
    pads = engine.render(4 * SAMPLE_RATE)
    assert centroid(pads) < 0.5 * centroid(song(DRY, 4))


def test_steering_brightness_does_not_click() -> None:
    engine = Engine(Band(DRY, parts=frozenset({Part.PAD})), DRY, 1)
    engine.render(SAMPLE_RATE)
    blocks = []
    for k in range(60):
        engine.steer(replace(DRY, brightness=float(k % 2)))
        blocks.append(engine.render(2 * QUANTUM))
    assert click_z(np.concatenate(blocks, axis=1), QUANTUM) < 4


def test_the_last_bar_rings_out_and_ambience_stays() -> None:
    recipe = Recipe(ambience={Ambience.RAIN: 0.6}, bpm=120)
    engine = Engine(Band(recipe, bars=1), recipe, 1)
    music = rms(engine.render(2 * SAMPLE_RATE))
    tail = rms(engine.render(SAMPLE_RATE))
    engine.render(4 * SAMPLE_RATE)
    room = rms(engine.render(SAMPLE_RATE))
    assert music > tail > 2 * room > 0
    silent = Engine(Band(DRY, bars=1), DRY, 1)
    silent.render(12 * SAMPLE_RATE)
    assert rms(silent.render(SAMPLE_RATE)) < 1e-6


def test_no_bars_at_all_are_silence() -> None:
    assert not Engine(iter(()), DRY, 1).render(SAMPLE_RATE).any()


def test_the_note_cache_is_bounded_by_bytes() -> None:
    cache = NoteCache(limit=100_000)
    for k in range(50):
        cache.get(k, lambda: np.zeros((1, 5_000), np.float32))
        assert cache.nbytes <= 100_000
    assert CACHE_BYTES <= 64_000_000


def test_the_note_cache_keeps_what_was_played_last() -> None:
    cache = NoteCache(limit=1_000_000)
    instrument = Recipe().bass
    assert instrument is not None
    first = cache.get("a", lambda: pitched(instrument, 40, 0.5, 0.5))
    assert cache.get("a", lambda: pytest.fail("rendered again")) is first
