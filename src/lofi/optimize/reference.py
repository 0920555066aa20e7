"""What the published graph predicts, to hold another graph against."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lofi.backends.musicgen.decoder import LOGITS, MASK, STATES, first_pass
from lofi.backends.musicgen.delay import Tokens
from lofi.backends.musicgen.dimensions import Dimensions
from lofi.backends.musicgen.fused import FusedDecoder
from lofi.backends.musicgen.layout import Files
from lofi.backends.onnx import Session
from lofi.device import Device, Placement

COLUMNS = 48
"""How many columns are compared; half of them go through the cache."""


class Difference(NamedTuple):
    """How far a graph is from the published one."""

    error: float
    """Largest difference of a logit, relative to the largest logit."""
    agreement: float
    """Share of predictions with the same likeliest token."""


class Reference:
    """Predictions of the published first pass, all columns in one run."""

    def __init__(
        self,
        files: Files,
        dimensions: Dimensions,
        states: NDArray[np.float32],
        placement: Placement,
    ) -> None:
        """Run it once; its weights stay in their file and are let go.

        Args:
            files: of the published model.
            dimensions: of the checkpoint.
            states: an encoded prompt, (1, tokens, width).
            placement: how many threads to use.

        Raises:
            ModelLoadFailed: the graph cannot be used.
        """
        random = np.random.default_rng(0)
        shape = (dimensions.codebooks, COLUMNS)
        self._columns: Tokens = random.integers(0, dimensions.vocabulary, shape)
        self._states = states
        session = Session(first_pass(files), placement._replace(device=Device.CPU))
        kind = session.inputs[STATES].dtype
        mask = np.ones((2, states.shape[1]), np.int64)
        mask[1] = 0
        (logits,) = session.run(
            [LOGITS],
            {
                "input_ids": np.tile(self._columns, (2, 1)),
                MASK: mask,
                STATES: np.concatenate([states, np.zeros_like(states)]).astype(kind),
            },
        )
        every = logits.astype(np.float32).reshape(2, dimensions.codebooks, COLUMNS, -1)
        self._logits = every[:, :, COLUMNS // 2 - 1 :]

    def difference(self, decoder: FusedDecoder) -> Difference:
        """Run another graph on the same columns, half of them at once, and compare."""
        half = COLUMNS // 2
        decoder.start(self._states, guided=True)
        found = [decoder.step(self._columns[:, :half]).copy()]
        found += [
            decoder.step(self._columns[:, place : place + 1]).copy()
            for place in range(half, COLUMNS)
        ]
        decoder.finish()
        ours, theirs = np.stack(found, axis=2), self._logits
        error = np.abs(ours - theirs).max() / np.abs(theirs).max()
        agreement = (ours.argmax(-1) == theirs.argmax(-1)).mean()
        return Difference(float(error), float(agreement))
