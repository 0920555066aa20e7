"""ACE-Step v1: a diffusion model of whole pieces, guided by the prompt and by lyrics."""

from pathlib import Path
from typing import ClassVar

from lofi.backends.ace_step import layout, version
from lofi.backends.ace_step.options import AceStepOptions
from lofi.backends.base import Model
from lofi.device import Placement
from lofi.errors import BackendNotInstalled
from lofi.track import Options


class AceStep:
    """Known without its weights, and without importing their runtime."""

    name = "ace_step"
    title = "ACE-Step"
    summary = "a diffusion model of pieces up to four minutes, in stereo, with or without a voice"
    rank = 2
    neural = True
    sample_rate = 48_000
    seconds = range(5, 241)
    options: ClassVar[type[Options]] = AceStepOptions
    licence = "Apache-2.0"

    def model_version(self, weights: Path | None = None, /) -> str:
        """What identifies the weights in the folder ``weights``.

        Raises:
            BackendNotInstalled: there is no folder, or it lacks a file.
        """
        if weights is None:
            raise BackendNotInstalled("no ACE-Step model is chosen", hint=layout.HINT)
        return version.of(layout.find(weights), weights)

    def load(self, weights: Path | None, placement: Placement, /) -> Model:
        """The model in the folder ``weights``, ready to play.

        Raises:
            BackendNotInstalled: there is no folder, or it lacks a file.
            ModelLoadFailed: a file cannot be used, or the device cannot.
        """
        if weights is None:
            raise BackendNotInstalled("no ACE-Step model is chosen", hint=layout.HINT)
        from lofi.backends.ace_step.pipeline import Pipeline  # brings the runtime

        return Pipeline(layout.find(weights), placement)


BACKEND = AceStep()
