"""The procedural engine as a source: music without end that obeys while it plays.

Whoever steers may be on any thread: what is wanted is done by the thread that reads, before its
next block.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from lofi.backends.procedural.reading import read
from lofi.backends.procedural.recipe import Recipe
from lofi.backends.procedural.sound.stream import Stream
from lofi.radio import keys
from lofi.radio.piece import LAYERS, Piece, Tune
from lofi.sound.pcm import SAMPLE_RATE, Signal, frames

HEAD_SECONDS = 0.15
"""Rendered beforehand: the first notes take longest, and nobody shall wait for them."""


class Engine:
    """A source that plays one piece of the engine, from its beginning."""

    gain = 1.0
    duration = None

    def __init__(self, piece: Piece, recipe: Recipe) -> None:
        self.piece = piece
        self.title = piece.title
        self.recipe = recipe
        """As it was last steered."""
        self.muted: frozenset[str] = frozenset()
        self._stream = Stream(recipe, piece.seed)
        self._head = self._stream.render(frames(HEAD_SECONDS))
        self._heard = 0
        self._wishes: deque[Callable[[Stream], None]] = deque()

    @property
    def position(self) -> float:
        """Seconds from its beginning."""
        return self._heard / SAMPLE_RATE

    @property
    def tune(self) -> Tune:
        """Key and tempo as they were last steered."""
        return Tune(key=keys.spoken(self.recipe.tonic, self.recipe.mode), bpm=self.recipe.bpm)

    def read(self, frames: int) -> Signal:
        """The next frames, shape (2, frames)."""
        while self._wishes:
            self._wishes.popleft()(self._stream)
        head, self._head = self._head[:, :frames], self._head[:, frames:]
        self._heard += frames
        missing = frames - head.shape[1]
        if not missing:
            return head
        rest = self._stream.render(missing)
        return np.concatenate([head, rest], axis=1) if head.shape[1] else rest

    def seek(self, seconds: float) -> None:
        """It goes on where it is: what has been played cannot be had again."""

    def next_cut(self) -> float:
        """Seconds until the next line of a bar."""
        ahead: int = self._head.shape[1] + self._stream.until_bar
        return ahead / SAMPLE_RATE

    def close(self) -> None:
        """It holds nothing but memory."""

    def steer(self, changes: Mapping[str, Any]) -> None:
        """Change fields of the recipe: the mix within a fifth of a second, the music with the
        next bar."""
        wanted = dict(changes)
        self.recipe = replace(self.recipe, **wanted)
        self._wishes.append(lambda stream: stream.steer(**wanted))

    def mute(self, layers: frozenset[str]) -> None:
        """Silence these layers, and no others."""
        self.muted = layers

        def wish(stream: Stream) -> None:
            for layer in LAYERS:
                (stream.mute if layer in layers else stream.unmute)(layer)

        self._wishes.append(wish)


def recipe_of(piece: Piece, intensity: float | None) -> Recipe:
    """What the engine plays for a piece: its words, in the key and tempo it was given."""
    return replace(read(piece.prompt, piece.seed).recipe, **fields(piece.tune, intensity))


def fields(tune: Tune, intensity: float | None = None) -> dict[str, Any]:
    """The fields of a recipe that stand for these.

    Raises:
        InvalidParams: the key is none.
    """
    changes: dict[str, Any] = {}
    if tune.key is not None:
        tonic, mode = keys.read_key(tune.key)
        changes["tonic"] = tonic
        if mode is not None:
            changes["mode"] = mode
    if tune.bpm is not None:
        changes["bpm"] = float(min(180.0, max(40.0, tune.bpm)))
    if intensity is not None:
        changes["intensity"] = float(intensity)
    return changes
