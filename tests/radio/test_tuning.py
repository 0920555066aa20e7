"""Key and tempo of tracks."""

import numpy as np
import pytest

from lofi.backends.procedural.composition.scale import Key
from lofi.backends.procedural.reading import read
from lofi.backends.procedural.recipe import Mode, Recipe
from lofi.backends.procedural.sound.stream import Stream
from lofi.library.entry import Recipe as Request
from lofi.radio.keys import read_key
from lofi.radio.listening import estimated
from lofi.radio.tuning import tune_of
from lofi.sound.pcm import Signal

RATE = 48_000


def played(recipe: Recipe, seed: int = 5, seconds: int = 45) -> Signal:
    return Stream(recipe, seed).render(seconds * RATE)


def made(backend: str, prompt: str = "rainy jazz") -> Request:
    return Request(prompt=prompt, seconds=50, seed=5, backend=backend, model_version="v")


@pytest.mark.parametrize(
    "bpm",
    [pytest.param(68.0, marks=pytest.mark.slow), 80.0, pytest.param(93.0, marks=pytest.mark.slow)],
)
def test_the_tempo_of_a_band_is_heard(bpm: float) -> None:
    heard = estimated(played(Recipe(bpm=bpm, intensity=0.9)), RATE)
    assert heard.bpm is not None
    ratio = heard.bpm / bpm
    assert min(abs(ratio - r) for r in (0.5, 1.0, 2.0)) < 0.02


@pytest.mark.parametrize(
    ("tonic", "mode"),
    [
        (2, Mode.AEOLIAN),
        pytest.param(7, Mode.IONIAN, marks=pytest.mark.slow),
        pytest.param(4, Mode.DORIAN, marks=pytest.mark.slow),
    ],
)
def test_the_notes_of_the_key_that_is_heard_are_those_that_are_played(
    tonic: int, mode: Mode
) -> None:
    heard = estimated(played(Recipe(tonic=tonic, mode=mode, spice=0.0, ambience={})), RATE)
    assert heard.key is not None
    found, quality = read_key(heard.key)
    assert quality is not None
    shared = set(Key(found, quality).scale) & set(Key(tonic, mode).scale)
    assert len(shared) >= 6


def test_noise_has_no_tempo() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, (2, 30 * RATE)).astype(np.float32)
    assert estimated(noise, RATE).bpm is None


def test_what_the_composer_made_is_known_without_listening() -> None:
    recipe = read("rainy jazz", 5).recipe
    tune = tune_of(made("procedural"), np.zeros((2, 0), np.float32), RATE)
    assert tune.bpm == recipe.bpm
    assert tune.key is not None
    assert read_key(tune.key) == (recipe.tonic, recipe.mode)
    assert tune.downbeat == 0.0


def test_a_key_in_the_prompt_of_a_model_is_believed() -> None:
    tune = tune_of(
        made("musicgen", "slow jazz in D minor"), np.zeros((2, 48_000), np.float32), RATE
    )
    assert tune.key == "D minor"
