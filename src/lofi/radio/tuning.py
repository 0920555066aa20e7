"""Key and tempo of a track: as its maker declares them, else as its prompt says, else by ear."""

import numpy as np
from numpy.typing import NDArray

from lofi.backends.procedural.language.sentence import parse
from lofi.backends.procedural.reading import read
from lofi.library.entry import Recipe
from lofi.radio import keys
from lofi.radio.listening import estimated
from lofi.radio.piece import Tune

COMPOSED = "procedural"
"""The backend whose tracks are what the reading of their prompt says, bar for bar."""


def tune_of(recipe: Recipe, samples: NDArray[np.float32], sample_rate: int) -> Tune:
    """Key and tempo of a track.

    Args:
        recipe: how it was made.
        samples: shape (channels, frames).
        sample_rate: Hz.
    """
    if recipe.backend == COMPOSED:
        return composed(recipe.prompt, recipe.seed)
    return asked(recipe.prompt).over(estimated(samples, sample_rate))


def composed(prompt: str, seed: int) -> Tune:
    """What the composer makes of a prompt; its first bar begins at once."""
    recipe = read(prompt, seed).recipe
    return Tune(key=keys.spoken(recipe.tonic, recipe.mode), bpm=recipe.bpm)


def asked(prompt: str) -> Tune:
    """The key that a prompt names; a model may take the tempo it names or not."""
    for key in parse(prompt).keys:
        if key.mode is not None and key.mode.modes:
            return Tune(key=keys.spoken(key.tonic, key.mode.modes[0]))
    return Tune()
