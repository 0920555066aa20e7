"""Prompt to what the decoder attends to: T5's tokenizer and encoder."""

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from lofi.backends import onnxfile
from lofi.backends.musicgen.layout import Files
from lofi.backends.onnx import FLOAT, INTEGER, Need, Session, Source
from lofi.device import Placement
from lofi.errors import ModelLoadFailed

STATES = "last_hidden_state"


class TextEncoder:
    """T5 with its tokenizer, as MusicGen was trained with it.

    It runs once for a track, so its weights are read where they lie in the file, and let go.
    """

    def __init__(self, files: Files, placement: Placement) -> None:
        """Make sure that it can be used.

        Raises:
            ModelLoadFailed: a file cannot be used.
        """
        path = files.text_encoder
        self._source = Source(path, onnxfile.in_place(path), prepacked=False)
        self._placement = placement
        self._session: Session | None = None
        try:
            self._tokenizer = Tokenizer.from_file(str(files.tokenizer))
        except Exception as error:  # noqa: BLE001 - it raises nothing more precise
            raise ModelLoadFailed(f"cannot load {files.tokenizer.name}: {error}") from None
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._opened()

    def encode(self, prompt: str) -> NDArray[np.float32]:
        """The states of a prompt, shape (1, tokens, width); its last token is the end mark.

        Raises:
            GenerationCancelled: ``interrupt`` ended it.
            ModelInferenceFailed: the graph cannot be computed.
            ModelLoadFailed: the file cannot be used any more.
        """
        ids = np.array([self._tokenizer.encode(prompt).ids], np.int64)
        session = self._session = self._opened()
        try:
            (states,) = session.run(
                [STATES], {"input_ids": ids, "attention_mask": np.ones_like(ids)}
            )
        finally:
            self._session = None
        return states.astype(np.float32)

    def interrupt(self) -> None:
        """End a run in hand; safe from any thread."""
        session = self._session
        if session is not None:
            session.interrupt()

    def _opened(self) -> Session:
        session = Session(self._source, self._placement)
        session.demand(
            inputs={"input_ids": Need(INTEGER, 2), "attention_mask": Need(INTEGER, 2)},
            outputs={STATES: Need(FLOAT, 3)},
        )
        return session
