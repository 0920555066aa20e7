"""Prompt to what the condition encoder reads: UMT5's tokenizer and encoder."""

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from lofi.backends import onnxfile
from lofi.backends.ace_step import erg
from lofi.backends.ace_step.layout import Files
from lofi.backends.ace_step.stage import Ports, Result, Stage
from lofi.backends.onnx import Source
from lofi.device import Placement
from lofi.errors import ModelInferenceFailed, ModelLoadFailed

LIMIT = 256
"""Tokens of a prompt that count, the end mark included."""
PORTS = Ports({"input_ids": 2, "attention_mask": 2}, {"last_hidden_state": 3}, {erg.INPUT: 1})


class TextEncoder:
    """UMT5 with its tokenizer.

    It runs once for a track, so its weights are read where they lie in the file, and let go.
    """

    def __init__(self, files: Files, placement: Placement) -> None:
        """Make sure that it can be used.

        Raises:
            ModelLoadFailed: a file cannot be used.
        """
        path = files.text_encoder
        self.stage = Stage(Source(path, onnxfile.in_place(path), prepacked=False), placement, PORTS)
        self.stage.close()
        try:
            self._tokenizer = Tokenizer.from_file(str(files.tokenizer))
        except Exception as error:  # noqa: BLE001 - it raises nothing more precise
            raise ModelLoadFailed(f"cannot load {files.tokenizer.name}: {error}") from None
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(LIMIT)

    def tokens(self, prompt: str) -> NDArray[np.int64]:
        """The tokens of a prompt, shape (1, at most 256); the last is the end mark."""
        return np.array([self._tokenizer.encode(prompt).ids], np.int64)

    def encode(self, prompt: str, *taus: float) -> Result:
        """The states of a prompt, shape (rows, tokens, width).

        Args:
            prompt: the words.
            taus: how strong some of the attention is in each row, where the graph can weaken it;
                by default one row of full strength.

        Raises:
            GenerationCancelled, ModelInferenceFailed, ModelLoadFailed: as ``Stage.run``.
        """
        strengths = np.array(taus or (erg.FULL,), np.float32)
        ids = np.repeat(self.tokens(prompt), len(strengths), axis=0)
        with self.stage.held():
            (states,) = self.stage.run(
                input_ids=ids, attention_mask=np.ones_like(ids), erg_tau=strengths
            )
        if states.shape[:2] != ids.shape:
            raise ModelInferenceFailed(f"{self.stage.name} gave {states.shape} for {ids.shape}")
        return states
