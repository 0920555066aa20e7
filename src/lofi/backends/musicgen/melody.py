"""MusicGen Melody: the decoder reads a melody and the prompt before the first tokens."""

import numpy as np
from numpy.typing import NDArray

from lofi.backends.musicgen import chroma
from lofi.backends.musicgen.chroma import Chroma
from lofi.backends.musicgen.decoder import LOGITS, STATES, Decoder, past, presents
from lofi.backends.onnx import FLOAT, INTEGER, Need, Session, Source, value
from lofi.device import Placement
from lofi.errors import ModelLoadFailed

CHROMA, TEXT = "chroma", "text_states"


class MelodyDecoder(Decoder):
    """Like ``Decoder``, with what guides it in the cache in the place of cross-attention."""

    def start(self, states: NDArray[np.float32], *, guided: bool) -> None:
        """Begin a window, with an empty cache.

        Args:
            states: what ``Conditioner`` gives.
            guided: run the same columns a second time without melody and prompt.
        """
        states = states if guided else states[:1]
        self._rows = len(states)
        self._cache = {}
        dtype = self._first.inputs[STATES].dtype
        self._conditions = {STATES: value(states.astype(dtype))}

    def _check(self) -> None:
        own = presents(self._first, "decoder")
        cache = dict.fromkeys(own, Need(FLOAT, 4))
        columns, logits = {"input_ids": Need(INTEGER, 2)}, {LOGITS: Need(FLOAT, 3)}
        self._first.demand(columns | {STATES: Need(FLOAT, 3)}, logits | cache)
        self._further.demand(columns | {past(name): cache[name] for name in own}, logits | cache)


class Conditioner:
    """Melody and prompt to what the decoder reads first: ``conditioner.onnx``."""

    def __init__(self, source: Source, placement: Placement) -> None:
        """Bring it into memory.

        Raises:
            ModelLoadFailed: the file cannot be used.
        """
        self._session = Session(source, placement)
        self._session.demand(
            {CHROMA: Need(FLOAT, 3), TEXT: Need(FLOAT, 3)}, {STATES: Need(FLOAT, 3)}
        )
        self._frames = self._session.inputs[CHROMA].shape[1]
        if not isinstance(self._frames, int):
            raise ModelLoadFailed(
                f"{source.file.name} does not say how long a melody is",
                hint="make the model again with scripts/export_musicgen.py",
            )

    def prefix(self, melody: Chroma | None, states: NDArray[np.float32]) -> NDArray[np.float32]:
        """Both rows, with melody and prompt and without, shape (2, frames + tokens, width).

        Args:
            melody: cut off or repeated to the length that the model was trained with; without
                one every frame is C, as in training.
            states: the encoded prompt, shape (1, tokens, width).

        Raises:
            GenerationCancelled, ModelInferenceFailed: as ``Session.run``.
        """
        nothing = np.eye(1, chroma.CLASSES, dtype=np.float32)
        sung = chroma.fitted(nothing if melody is None else melody, int(self._frames or 0))
        feeds = {CHROMA: sung[None], TEXT: states}
        dtypes = {name: self._session.inputs[name].dtype for name in feeds}
        (both,) = self._session.run(
            [STATES], {name: each.astype(dtypes[name]) for name, each in feeds.items()}
        )
        return both.astype(np.float32)

    def interrupt(self) -> None:
        """End a run in hand; safe from any thread."""
        self._session.interrupt()
