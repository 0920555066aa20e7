"""Endless music with its controls: a composer, the engine and a limiter, for a radio to play."""

from dataclasses import replace

from lofi.backends.procedural.composition.composer import Composer
from lofi.backends.procedural.recipe import Recipe
from lofi.backends.procedural.sound.desk import Layer
from lofi.backends.procedural.sound.engine import Engine
from lofi.sound.limiter import Limiter
from lofi.sound.pcm import Signal


class Stream:
    """Music without end. Used by one thread at a time."""

    def __init__(self, recipe: Recipe, seed: int) -> None:
        self._recipe = recipe
        self._composer = Composer(recipe, seed)
        self._engine = Engine(self._composer, recipe, seed)
        self._limiter = Limiter()
        self._muted: frozenset[Layer] = frozenset()
        self._volume = 1.0

    @property
    def recipe(self) -> Recipe:
        """As it was last steered."""
        return self._recipe

    @property
    def muted(self) -> frozenset[Layer]:
        """The layers that are silenced."""
        return self._muted

    @property
    def volume(self) -> float:
        """0 to 1."""
        return self._volume

    def render(self, frames: int) -> Signal:
        """The next frames, shape (2, frames), their true peak below -1 dB."""
        return self._limiter.process(self._engine.render(frames))

    @property
    def until_bar(self) -> int:
        """Frames from what is rendered next to the next line of a bar, 0 on it."""
        return self._engine.until_bar(self._limiter.latency)

    def steer(self, **changes: object) -> None:
        """Change fields of the recipe.

        The sound of the mix follows within a fifth of a second; key, mode, tempo, density and
        instruments follow with the next bar.

        Raises:
            TypeError: a recipe has no such field.
        """
        self._recipe = replace(self._recipe, **changes)  # type: ignore[arg-type] # checked by whoever asks
        self._composer.steer(self._recipe)
        self._mix()

    def mute(self, layer: Layer) -> None:
        """Silence a layer."""
        self._muted |= {layer}
        self._mix()

    def unmute(self, layer: Layer) -> None:
        """Let a layer be heard again."""
        self._muted -= {layer}
        self._mix()

    def set_volume(self, volume: float) -> None:
        """Louder or softer, 0 (silence) to 1."""
        self._volume = min(1.0, max(0.0, volume))
        self._mix()

    def _mix(self) -> None:
        self._engine.steer(self._recipe, muted=self._muted, volume=self._volume)
