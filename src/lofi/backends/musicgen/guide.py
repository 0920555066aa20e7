"""What the decoder is guided by: the prompt, and a melody if the model knows how."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from lofi.backends.musicgen import tune
from lofi.backends.musicgen.chroma import LONGEST, RATE
from lofi.backends.musicgen.layout import Files
from lofi.backends.musicgen.melody import Conditioner
from lofi.backends.musicgen.text import TextEncoder
from lofi.backends.onnx import Source
from lofi.device import Placement
from lofi.errors import InvalidParams
from lofi.track import Clip

REACH = LONGEST // RATE
"""Seconds of melody that a window follows."""


class Guide:
    """Encodes what a request says."""

    def __init__(self, files: Files, placement: Placement) -> None:
        """Bring what it needs into memory.

        Raises:
            ModelLoadFailed: a file cannot be used.
        """
        self._text = TextEncoder(files, placement)
        self._conditioner = (
            None if files.conditioner is None else Conditioner(Source(files.conditioner), placement)
        )

    def states(
        self, prompt: str, melody: Clip | None, starts: Sequence[float]
    ) -> Iterator[NDArray[np.float32]]:
        """What ``start`` of the decoder is given, window by window.

        Args:
            prompt: in words.
            melody: a piece to follow.
            starts: where in the track each window begins, in seconds, rising.

        Raises:
            InvalidParams: the model follows no melody, or the piece cannot be read.
            GenerationCancelled, ModelInferenceFailed: as ``Session.run``.
        """
        if self._conditioner is None and melody is not None:
            raise InvalidParams(
                "this model cannot follow a melody",
                hint="use musicgen-melody, made with scripts/export_musicgen.py, "
                "or leave the melody out",
            )
        piece = None if melody is None else tune.read(melody, int(starts[-1]) + 1 + REACH)
        states = self._text.encode(prompt)
        for start in starts:
            if self._conditioner is None:
                yield states
            elif piece is None:
                yield self._conditioner.prefix(None, states)
            else:
                sung = piece.whole() if len(starts) == 1 else piece.since(start)
                yield self._conditioner.prefix(sung, states)

    def interrupt(self) -> None:
        """End a run in hand; safe from any thread."""
        self._text.interrupt()
        if self._conditioner is not None:
            self._conditioner.interrupt()
