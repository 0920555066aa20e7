"""What the denoiser is told: prompt and lyrics as one sequence, and the same with nothing in it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lofi.backends import onnxfile
from lofi.backends.ace_step import erg
from lofi.backends.ace_step.layout import Files
from lofi.backends.ace_step.lyrics import Tokens
from lofi.backends.ace_step.stage import Ports, Result, Stage
from lofi.backends.onnx import Source
from lofi.device import Placement

SPEAKER = 512
PORTS = Ports(
    {
        "encoder_text_hidden_states": 3,
        "text_attention_mask": 2,
        "speaker_embeds": 2,
        "lyric_token_idx": 2,
        "lyric_mask": 2,
    },
    {"encoder_hidden_states": 3, "encoder_hidden_mask": 2},
    {erg.INPUT: 1},
)


class Conditions(NamedTuple):
    """Two sequences, of speaker, words and lyrics, under one mask."""

    given: Result
    """Shape (1, length, width)."""
    free: Result | None
    """Without anything in it, or almost; None where nothing is guided."""
    mask: Result
    """Shape (1, length); exact ones and zeros."""
    tau: float = erg.FULL
    """How strongly the network looks at ``free``, where it can look less."""


class ConditionEncoder:
    """Runs once or twice for a track, and is let go."""

    def __init__(self, files: Files, placement: Placement) -> None:
        """Make sure that it can be used.

        Raises:
            ModelLoadFailed: the file cannot be used.
        """
        path = files.condition_encoder
        self.stage = Stage(Source(path, onnxfile.in_place(path), prepacked=False), placement, PORTS)
        self.stage.close()

    def encode(
        self,
        states: Result,
        lyrics: tuple[Tokens, Tokens],
        *,
        guided: bool,
        weak: Result | None = None,
    ) -> Conditions:
        """The sequences for a prompt's states and for lyrics with their mask.

        The one with nothing in it has states, speaker and lyrics of zeros, under the masks of the
        other: as in training, where conditions were left out in this way.

        Args:
            states: shape (1, tokens, width).
            lyrics: tokens and their mask.
            guided: whether the one with nothing in it is wanted.
            weak: states to put there, and then the lyrics as weakened attention reads them.

        Raises:
            GenerationCancelled, ModelInferenceFailed, ModelLoadFailed: as ``Stage.run``.
        """
        tokens, mask = lyrics
        with self.stage.held():
            given, whole = self._run(states, tokens, mask)
            if not guided:
                return Conditions(given, None, whole)
            if weak is None:
                free, _ = self._run(np.zeros_like(states), np.zeros_like(tokens), mask)
            else:
                free, _ = self._run(weak, tokens, mask, erg.TAU)
        return Conditions(given, free, whole)

    def _run(
        self, states: Result, tokens: Tokens, mask: NDArray[np.int64], tau: float = erg.FULL
    ) -> tuple[Result, Result]:
        width = self.stage.declared("speaker_embeds").shape[1]
        encoded, whole = self.stage.run(
            encoder_text_hidden_states=states,
            text_attention_mask=np.ones(states.shape[:2], np.int64),
            speaker_embeds=np.zeros((1, width if isinstance(width, int) else SPEAKER), np.float32),
            lyric_token_idx=tokens,
            lyric_mask=mask,
            erg_tau=np.array([tau], np.float32),
        )
        return encoded, whole
