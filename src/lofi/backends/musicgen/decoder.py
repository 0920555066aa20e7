"""The language model over codebook tokens, its key/value cache left in the runtime's memory."""

import re

import numpy as np
from numpy.typing import NDArray

from lofi.backends import onnxfile
from lofi.backends.musicgen.delay import Tokens
from lofi.backends.musicgen.dimensions import Dimensions
from lofi.backends.musicgen.layout import Files
from lofi.backends.onnx import FLOAT, INTEGER, Need, Session, Source, Value, value
from lofi.device import Grant, Placement
from lofi.errors import ModelInferenceFailed, ModelLoadFailed

LOGITS = "logits"
STATES = "encoder_hidden_states"
MASK = "encoder_attention_mask"
SWITCH = "use_cache_branch"
"""The input of a merged graph that says whether this is not the first pass."""
PRESENT = re.compile(r"present\.(\d+)\.decoder\.key")


class Decoder:
    """Runs a window column by column.

    Two graphs share the weights: one for the first pass of a window, which reads them from the
    mapped file, and one for all further passes, which has them in memory, once.
    """

    def __init__(self, files: Files, dimensions: Dimensions, placement: Placement) -> None:
        """Bring it into memory.

        Raises:
            ModelLoadFailed: a file cannot be used, or lacks an input or output.
        """
        self._first = Session(first_pass(files), placement)
        self._further = Session(further_passes(files), placement)
        self._check()
        self._dimensions = dimensions
        self._conditions: dict[str, Value] = {}
        self._cache: dict[str, Value] = {}
        self._rows = 0
        self.grant: Grant = self._further.grant

    def start(self, states: NDArray[np.float32], *, guided: bool) -> None:
        """Begin a window, with an empty cache.

        Args:
            states: what the prompt was encoded to, shape (1, tokens, width).
            guided: run the same columns a second time without the prompt; its states and its
                mask are zeros there, as in training.
        """
        mask = np.ones(states.shape[:2], np.int64)
        if guided:
            states = np.concatenate([states, np.zeros_like(states)])
            mask = np.concatenate([mask, np.zeros_like(mask)])
        self._rows = len(states)
        self._cache = {}
        dtype = self._first.inputs[STATES].dtype
        self._conditions = {STATES: value(states.astype(dtype)), MASK: value(mask)}

    def step(self, columns: Tokens) -> NDArray[np.float32]:
        """Consume columns, shape (codebooks, count), and predict the one after them.

        The first call of a window takes any count, later ones take one column.

        Returns:
            Logits, shape (rows, codebooks, vocabulary). Row 0 is with the prompt; row 1, of a
            guided window, without.

        Raises:
            GenerationCancelled: ``interrupt`` ended it.
            ModelInferenceFailed: the graph cannot be computed.
        """
        first = not self._cache
        session = self._first if first else self._further
        kept = [
            name
            for name in session.outputs
            if name.startswith("present.") and (first or ".decoder." in name)
        ]
        feeds = {"input_ids": value(np.tile(columns, (self._rows, 1))), **self._cache}
        feeds |= {name: each for name, each in self._conditions.items() if name in session.inputs}
        logits, *presents = session.run_values([LOGITS, *kept], feeds)
        for name, present in zip(kept, presents, strict=True):
            self._cache[past(name)] = present
        return self._last(logits.numpy())

    def interrupt(self) -> None:
        """End a run in hand; safe from any thread."""
        for session in (self._first, self._further):
            session.interrupt()

    def finish(self) -> None:
        """Give the memory of the last window back."""
        self._cache = {}
        self._conditions = {}

    def _check(self) -> None:
        """Make sure of every tensor's name, type and rank.

        Raises:
            ModelLoadFailed: one is not what the published exports have.
        """
        own, crossed = presents(self._first, "decoder"), presents(self._first, "encoder")
        columns = {"input_ids": Need(INTEGER, 2), MASK: Need(INTEGER, 2)}
        cache = Need(FLOAT, 4)
        self._first.demand(
            columns | {STATES: Need(FLOAT, 3)},
            {LOGITS: Need(FLOAT, 3)} | dict.fromkeys([*own, *crossed], cache),
        )
        self._further.demand(
            columns | dict.fromkeys(map(past, [*own, *crossed]), cache),
            {LOGITS: Need(FLOAT, 3)} | dict.fromkeys(own, cache),
        )

    def _last(self, logits: NDArray[np.floating]) -> NDArray[np.float32]:
        rows, codebooks, vocabulary = self._shape
        if (logits.shape[0], logits.shape[-1]) != (rows * codebooks, vocabulary):
            raise ModelInferenceFailed(
                f"the decoder gave logits of shape {logits.shape} for {rows} x {codebooks} rows "
                f"of {vocabulary} tokens: its configuration belongs to another model"
            )
        return logits[:, -1].astype(np.float32).reshape(self._shape)

    @property
    def _shape(self) -> tuple[int, int, int]:
        return self._rows, self._dimensions.codebooks, self._dimensions.vocabulary


def first_pass(files: Files) -> Source:
    """The graph of a window's first pass, which is run where its weights lie in the file.

    Raises:
        ModelLoadFailed: there is no such graph in the file.
    """
    path = files.decoder
    if files.decoder_with_past is not None:
        return Source(path, onnxfile.in_place(path), prepacked=False)
    return Source(path, onnxfile.branches(path, SWITCH).first, prepacked=False)


def further_passes(files: Files) -> Source:
    """The graph of all other passes.

    Raises:
        ModelLoadFailed: there is no such graph in the file.
    """
    if files.decoder_with_past is not None:
        return Source(files.decoder_with_past)
    return Source(files.decoder, onnxfile.branches(files.decoder, SWITCH).further)


def past(present: str) -> str:
    """The input that takes what this output gives."""
    return present.replace("present", "past_key_values", 1)


def presents(first: Session, kind: str) -> list[str]:
    """The outputs with keys and values of a ``kind``, ``decoder`` or ``encoder``.

    Raises:
        ModelLoadFailed: there are none.
    """
    layers = sum(PRESENT.fullmatch(name) is not None for name in first.outputs)
    if not layers:
        raise ModelLoadFailed(f"{first.path.name}: output present.0.decoder.key is missing")
    return [
        f"present.{layer}.{kind}.{part}" for layer in range(layers) for part in ("key", "value")
    ]
