"""Lofi music composed and synthesised from the words of the prompt: no weights, no network."""

from pathlib import Path

from lofi.backends.base import Model
from lofi.device import Device, Placement
from lofi.errors import ModelLoadFailed
from lofi.track import Options


class Procedural:
    """A small band that is always there."""

    name = "procedural"
    title = "Procedural"
    summary = "composes and synthesises on the spot; needs no model"
    rank = 0
    neural = False
    sample_rate = 48_000
    seconds = range(5, 601)
    options = Options
    licence = None

    def model_version(self, weights: Path | None, /) -> str:
        """The version of the engine: it changes when the same request would sound different."""
        del weights
        return "procedural-v1"

    def load(self, weights: Path | None, placement: Placement, /) -> Model:
        """The engine, ready to play.

        Raises:
            ModelLoadFailed: another device than the CPU was asked for.
        """
        del weights
        if placement.device not in {Device.AUTO, Device.CPU}:
            raise ModelLoadFailed(
                f"the procedural backend cannot run on {placement.device}",
                hint="use --device cpu, or leave it out",
            )
        from lofi.backends.procedural.pipeline import Pipeline  # scipy takes half a second

        return Pipeline()


BACKEND = Procedural()
