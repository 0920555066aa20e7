"""Prompt to what the decoder attends to: T5's tokenizer and encoder."""

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from lofi.backends.musicgen.layout import Files
from lofi.backends.onnx import FLOAT, INTEGER, Need, Session
from lofi.device import Placement
from lofi.errors import ModelLoadFailed

STATES = "last_hidden_state"


class TextEncoder:
    """T5 with its tokenizer, as MusicGen was trained with it."""

    def __init__(self, files: Files, placement: Placement) -> None:
        """Bring it into memory.

        Raises:
            ModelLoadFailed: a file cannot be used.
        """
        self._session = Session(files.text_encoder, placement)
        self._session.demand(
            inputs={"input_ids": Need(INTEGER, 2), "attention_mask": Need(INTEGER, 2)},
            outputs={STATES: Need(FLOAT, 3)},
        )
        try:
            self._tokenizer = Tokenizer.from_file(str(files.tokenizer))
        except Exception as error:  # noqa: BLE001 - it raises nothing more precise
            raise ModelLoadFailed(f"cannot load {files.tokenizer.name}: {error}") from None
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def encode(self, prompt: str) -> NDArray[np.float32]:
        """The states of a prompt, shape (1, tokens, width); its last token is the end mark."""
        ids = np.array([self._tokenizer.encode(prompt).ids], np.int64)
        (states,) = self._session.run(
            [STATES], {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        )
        return states.astype(np.float32)

    def interrupt(self) -> None:
        """End a run in hand; safe from any thread."""
        self._session.interrupt()
