"""Whole pieces for tests, made the way a listener's are: from a prompt, through the pipeline."""

from dataclasses import dataclass
from functools import cached_property

from lofi.backends.procedural.composition.composer import Composer
from lofi.backends.procedural.composition.scale import Key
from lofi.backends.procedural.pipeline import Pipeline
from lofi.backends.procedural.reading import read
from lofi.backends.procedural.recipe import Recipe
from lofi.backends.procedural.score import Bar
from lofi.sound.pcm import Signal
from lofi.track import Request, Take


@dataclass
class Piece:
    """A prompt, and everything that comes of it."""

    prompt: str
    seconds: int
    seed: int = 42

    @cached_property
    def take(self) -> Take:
        request = Request(
            prompt=self.prompt,
            seconds=self.seconds,
            seed=self.seed,
            backend="procedural",
            model_version="test",
        )
        work = Pipeline().generate(request)
        while True:
            try:
                next(work)
            except StopIteration as finished:
                take: Take = finished.value
                return take

    @property
    def sound(self) -> Signal:
        return self.take.audio.samples

    @cached_property
    def recipe(self) -> Recipe:
        return read(self.prompt, self.seed).recipe

    @cached_property
    def bars(self) -> list[Bar]:
        return list(Composer(self.recipe, self.seed, self.seconds))

    @property
    def key(self) -> Key:
        return Key.of(self.recipe)
