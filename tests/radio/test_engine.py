"""The engine as a source."""

import numpy as np
import pytest

from lofi.backends.procedural.recipe import Recipe
from lofi.errors import InvalidParams
from lofi.radio.engine import HEAD_SECONDS, Engine, fields, recipe_of
from lofi.radio.piece import LAYERS, Origin, Piece, Tune
from lofi.sound.pcm import SAMPLE_RATE, Signal

BLOCK = 2_400


def piece(seed: int = 3, tune: Tune | None = None) -> Piece:
    return Piece(origin=Origin.ENGINE, prompt="rainy jazz", seed=seed, tune=tune or Tune())


def playing(**recipe: object) -> Engine:
    return Engine(piece(), Recipe(ambience={}, **recipe))  # type: ignore[arg-type]


def rms(sound: Signal) -> float:
    return float(np.sqrt(np.square(sound, dtype=np.float64).mean()))


def lines(engine: Engine, seconds: float) -> list[float]:
    """Where the lines of bars are, as the engine foretells them."""
    found: list[float] = []
    while engine.position < seconds:
        line = round(engine.position + engine.next_cut(), 4)
        if not found or line > found[-1]:
            found.append(line)
        engine.read(BLOCK)
    return found


def test_any_blocks_give_the_same_music_as_the_head_and_what_follows() -> None:
    whole = Engine(piece(), Recipe()).read(4 * SAMPLE_RATE)
    engine = Engine(piece(), Recipe())
    pieces = [engine.read(n) for n in (1, 1000, 7_000, 11_999, 4 * SAMPLE_RATE - 20_000)]
    assert np.array_equal(np.concatenate(pieces, axis=1), whole)
    assert engine.position == 4.0


def test_it_knows_its_bar_lines() -> None:
    bar = 4 * 60 / 80
    found = lines(playing(bpm=80.0), 14)
    assert found[0] == pytest.approx(0, abs=0.01) or found[0] == pytest.approx(bar, abs=0.01)
    assert np.diff(found) == pytest.approx(bar, abs=1e-3)


@pytest.mark.parametrize("bpm", [80.0, 71.3, 97.7])
def test_whoever_waits_for_a_bar_line_arrives_at_it(bpm: float) -> None:
    engine = playing(bpm=bpm)
    engine.read(31_415)
    for _ in range(5):
        frames = round(engine.next_cut() * SAMPLE_RATE)
        assert 0 < frames <= 4 * 60 / bpm * SAMPLE_RATE + 1
        engine.read(frames)
        assert engine.next_cut() == 0.0
        engine.read(1)


def test_a_bar_line_is_where_the_kick_is_heard() -> None:
    engine = playing(bpm=80.0, intensity=0.9, swing=0.5, reverb=0.0)
    engine.mute(frozenset(LAYERS) - {"drums"})
    found = [round(line * SAMPLE_RATE) for line in lines(playing(bpm=80.0), 42)]
    sound = engine.read(44 * SAMPLE_RATE)
    later = [at for at in found if at > 28 * SAMPLE_RATE]  # by then the drums have come in
    before = [rms(sound[:, at - 1_500 : at - 200]) for at in later]
    after = [rms(sound[:, at : at + 2_400]) for at in later]
    assert np.median(after) > 3 * np.median(before)


def test_tempo_follows_with_the_next_bar() -> None:
    engine = playing(bpm=80.0)
    engine.read(5 * SAMPLE_RATE)
    until = engine.next_cut()
    engine.steer({"bpm": 120.0})
    engine.read(round(until * SAMPLE_RATE) + BLOCK)
    assert engine.next_cut() == pytest.approx(2.0 - BLOCK / SAMPLE_RATE, abs=0.06)
    assert engine.tune.bpm == 120.0


@pytest.mark.parametrize("when", [0.0, 3.0])
def test_muting_is_heard_within_a_fifth_of_a_second(when: float) -> None:
    engine = playing(reverb=0.0)
    engine.read(round(when * SAMPLE_RATE) + 1)
    engine.mute(frozenset(LAYERS))
    engine.read(round((0.2 + HEAD_SECONDS) * SAMPLE_RATE))
    assert rms(engine.read(SAMPLE_RATE)) < 1e-3
    engine.mute(frozenset())
    engine.read(SAMPLE_RATE // 4)
    assert rms(engine.read(2 * SAMPLE_RATE)) > 5e-3


def test_it_plays_in_the_key_and_tempo_it_is_given() -> None:
    recipe = recipe_of(piece(tune=Tune(key="Eb dorian", bpm=91.0)), 0.8)
    assert (recipe.tonic, recipe.mode, recipe.bpm, recipe.intensity) == (3, "dorian", 91.0, 0.8)


def test_a_tempo_that_no_band_plays_is_brought_within_reach() -> None:
    assert fields(Tune(bpm=300.0)) == {"bpm": 180.0}


def test_a_key_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidParams):
        fields(Tune(key="rain"))


def test_seeking_leaves_it_where_it_is() -> None:
    engine = playing()
    engine.read(BLOCK)
    engine.seek(100.0)
    assert engine.position == BLOCK / SAMPLE_RATE
