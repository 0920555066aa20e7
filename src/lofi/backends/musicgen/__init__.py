"""Meta's MusicGen: a language model over EnCodec's tokens, guided by the prompt."""

from pathlib import Path
from typing import ClassVar

from lofi.backends.base import Model
from lofi.backends.musicgen import layout, version
from lofi.backends.musicgen.options import MusicGenOptions
from lofi.device import Placement
from lofi.errors import BackendNotInstalled
from lofi.track import Options


class MusicGen:
    """Known without its weights, and without importing their runtime."""

    name = "musicgen"
    title = "MusicGen"
    summary = "Meta's language model of music; the weights are not for commercial use"
    rank = 1
    neural = True
    sample_rate = 32_000
    seconds = range(5, 301)
    options: ClassVar[type[Options]] = MusicGenOptions
    licence = "CC-BY-NC-4.0"

    def model_version(self, weights: Path | None = None, /) -> str:
        """What identifies the weights in the folder ``weights``.

        Raises:
            BackendNotInstalled: there is no folder, or it lacks a file.
        """
        if weights is None:
            raise BackendNotInstalled("no MusicGen model is chosen", hint=layout.HINT)
        return version.of(layout.find(weights), weights)

    def load(self, weights: Path | None, placement: Placement, /) -> Model:
        """The model in the folder ``weights``, ready to play.

        Raises:
            BackendNotInstalled: there is no folder, or it lacks a file.
            ModelLoadFailed: a file cannot be used, or the device cannot.
        """
        if weights is None:
            raise BackendNotInstalled("no MusicGen model is chosen", hint=layout.HINT)
        from lofi.backends.musicgen.pipeline import Pipeline  # brings the runtime

        return Pipeline(layout.find(weights), placement)


BACKEND = MusicGen()
