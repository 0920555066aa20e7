"""Rooms and weather: audible, distinct, without a loop."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from backends.procedural.sound.measures import centroid, click_z, decibels, repetition, rms
from lofi.backends.procedural.recipe import Ambience, Recipe
from lofi.backends.procedural.sound.ambience import Place
from lofi.backends.procedural.sound.engine import Engine
from lofi.sound.pcm import QUANTUM, SAMPLE_RATE, Signal


def heard(ambience: Ambience, seconds: int, seed: int = 1) -> Signal:
    place = Place(ambience, seed)
    quanta = [place.quantum(k * QUANTUM) for k in range(seconds * SAMPLE_RATE // QUANTUM)]
    return np.concatenate(quanta, axis=1)


@pytest.fixture(scope="module")
def places() -> dict[Ambience, Signal]:
    return {ambience: heard(ambience, 10)[:, SAMPLE_RATE:] for ambience in Ambience}


def test_every_ambience_is_audible_and_none_is_loud(places: dict[Ambience, Signal]) -> None:
    for sound in places.values():
        assert -60 < decibels(rms(sound), 1.0) < -18
        assert np.abs(sound).max() < 0.9
        assert np.abs(sound.mean(axis=1)).max() < 1e-3
        assert abs(decibels(rms(sound[0]), rms(sound[1]))) < 4


def test_every_ambience_is_different(places: dict[Ambience, Signal]) -> None:
    edges = [20, 100, 300, 800, 2_000, 5_000, 12_000]

    def portrait(sound: Signal) -> list[float]:
        power = (np.abs(np.fft.rfft(sound[0])) ** 2).astype(np.float64)
        hertz = np.fft.rfftfreq(sound.shape[1], 1 / SAMPLE_RATE)
        bands = [power[(hertz >= a) & (hertz < b)].sum() for a, b in pairwise(edges)]
        level = np.abs(sound[0]).reshape(-1, QUANTUM).max(axis=1)
        bumpy = 10 * np.log10(level.max() / np.median(level))
        return [*(10 * np.log10(np.array(bands) / power.sum() + 1e-4)), bumpy]

    portraits = {ambience: np.array(portrait(sound)) for ambience, sound in places.items()}
    for a, b in combinations(Ambience, 2):
        assert np.abs(portraits[a] - portraits[b]).max() > 3, (a, b)


def test_no_ambience_repeats_itself(places: dict[Ambience, Signal]) -> None:
    for ambience, sound in places.items():
        if ambience is not Ambience.VINYL:  # its mains hum is periodic by nature
            assert repetition(sound, 0.5) < 0.5, ambience
    looped = np.tile(places[Ambience.RAIN][:, :SAMPLE_RATE], 9)
    assert repetition(looped, 0.5) > 0.5


def test_ambience_does_not_click_between_quanta(places: dict[Ambience, Signal]) -> None:
    for ambience in (Ambience.RAIN, Ambience.OCEAN, Ambience.WIND, Ambience.TAPE_HISS):
        assert click_z(places[ambience], QUANTUM) < 4


def test_another_seed_is_another_rain() -> None:
    assert not np.array_equal(heard(Ambience.RAIN, 1, seed=1), heard(Ambience.RAIN, 1, seed=2))
    assert np.array_equal(heard(Ambience.RAIN, 1, seed=1), heard(Ambience.RAIN, 1, seed=1))


def test_ambience_fades_in_and_obeys_its_amount() -> None:
    def rain(amount: float) -> Signal:
        recipe = Recipe(ambience={Ambience.RAIN: amount})
        return Engine(iter(()), recipe, 1).render(4 * SAMPLE_RATE)

    soft, loud = rain(0.2), rain(1.0)
    assert rms(loud[:, :4_800]) < 0.2 * rms(loud[:, 2 * SAMPLE_RATE :])
    assert decibels(rms(loud), rms(soft)) > 15
    assert rms(rain(0.0)) == 0
    assert centroid(loud) > 1_000


def test_muting_the_ambience_silences_it() -> None:
    recipe = Recipe(ambience={Ambience.OCEAN: 1.0})
    engine = Engine(iter(()), recipe, 1)
    engine.render(2 * SAMPLE_RATE)
    engine.steer(recipe, muted={"ambience"})
    engine.render(SAMPLE_RATE // 4)
    assert rms(engine.render(SAMPLE_RATE)) < 1e-4
