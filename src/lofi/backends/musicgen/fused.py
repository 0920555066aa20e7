"""The decoder as the optimiser writes it: one graph, whose cache is changed where it lies."""

import re
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from lofi.backends.musicgen.delay import Tokens
from lofi.backends.musicgen.dimensions import Dimensions
from lofi.backends.musicgen.fast import Fast
from lofi.backends.onnx import CODE, FLOAT, INTEGER, SHORT, Array, Binding, Need, Session, Source
from lofi.device import Grant, Placement
from lofi.errors import ModelLoadFailed

PAST = re.compile(r"past\.(\d+)\.(key|value)")


class FusedDecoder:
    """Runs a window column by column, like ``Decoder``, and allocates nothing per step."""

    def __init__(self, fast: Fast, dimensions: Dimensions, placement: Placement) -> None:
        """Bring it into memory.

        Raises:
            ModelLoadFailed: a file cannot be used, or lacks an input or output.
        """
        self._placement = placement
        self._session = Session(fast.decoder, placement)
        self._text = Source(fast.text, prepacked=False)
        """Opened for each window anew: its weights are read where they lie, and let go."""
        self._dimensions = dimensions
        self.grant: Grant = self._session.grant
        self._names = [name for name in self._session.inputs if PAST.fullmatch(name)]
        self._check()
        self._memory: dict[str, Array] = {}
        self._crossed: dict[str, Array] = {}
        self._position = 0
        self._rows = 0
        self._step: _Step | None = None

    def start(self, states: NDArray[np.float32], *, guided: bool) -> None:
        """Begin a window; see ``Decoder.start``."""
        text = Session(self._text, self._placement)
        (crossed,) = text.run(["text"], {"states": states})
        rows = 2 if guided else 1
        parts = crossed.reshape(len(self._names), -1, *crossed.shape[1:])
        both = np.zeros((len(self._names), rows, *parts.shape[1:]), np.float32)
        both[:, 0] = parts  # what no prompt gives is zero, and attention to zeros adds nothing
        self._crossed = {
            name.replace("past", "text"): each for name, each in zip(self._names, both, strict=True)
        }
        if rows != self._rows or not self._memory:
            self._memory = {name: self._empty(name, rows) for name in self._names}
        self._rows, self._position, self._step = rows, 0, None

    def step(self, columns: Tokens) -> NDArray[np.float32]:
        """Consume columns and predict the one after them; see ``Decoder.step``.

        The logits are overwritten by the next step.
        """
        count = columns.shape[1]
        step = self._step
        if step is None or step.columns != count:
            step = self._step = _Step(self, count)
        step.ids[:] = columns
        step.positions[:] = range(self._position, self._position + count)
        self._position += count
        step.lengths[:] = self._position - 1
        step.total[...] = self._position
        step.binding.run(tidy=count > 1)
        return step.logits

    def interrupt(self) -> None:
        """End a run in hand; safe from any thread."""
        self._session.interrupt()

    def finish(self) -> None:
        """The window is done; the cache's memory is kept for the next one."""
        self._step = None
        self._crossed = {}

    def bind(self, inputs: dict[str, Array], logits: NDArray[np.float32]) -> Binding:
        """Tie the arrays of a step, and the caches, to the graph."""
        outputs: dict[str, Array] = {"logits": logits}
        outputs |= {name.replace("past", "present"): each for name, each in self._memory.items()}
        return self._session.bind(inputs | self._memory | self._crossed, outputs)

    @property
    def caches(self) -> Mapping[str, Array]:
        """What was seen so far, by name of the input: (rows, heads, positions, width of a head)."""
        return self._memory

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of the logits: rows, codebooks, vocabulary."""
        return self._rows, self._dimensions.codebooks, self._dimensions.vocabulary

    def _empty(self, name: str, rows: int) -> Array:
        tensor = self._session.inputs[name]
        heads, width = int(tensor.shape[1] or 0), int(tensor.shape[3] or 0)
        return np.zeros((rows, heads, self._dimensions.positions, width), tensor.dtype)

    def _check(self) -> None:
        if not self._names:
            raise ModelLoadFailed(f"{self._session.path.name}: input past.0.key is missing")
        inputs = {"input_ids": Need(INTEGER, 3), "positions": Need(INTEGER, 1)}
        inputs |= {"seqlens_k": Need(SHORT, 1), "total_sequence_length": Need(SHORT, 0)}
        outputs = {"logits": Need(FLOAT, 3)}
        for name in self._names:
            inputs[name] = Need((*FLOAT, *CODE), 4)
            inputs[name.replace("past", "text")] = Need(FLOAT, 4)
            outputs[name.replace("past", "present")] = Need((*FLOAT, *CODE), 4)
        self._session.demand(inputs, outputs)


class _Step:
    """The arrays of a step of so many columns."""

    def __init__(self, decoder: FusedDecoder, columns: int) -> None:
        rows, codebooks, _ = decoder.shape
        self.columns = columns
        self.ids = np.zeros((rows, codebooks, columns), np.int64)
        self.positions = np.zeros(columns, np.int64)
        self.lengths = np.zeros(rows, np.int32)
        self.total = np.zeros((), np.int32)
        self.logits = np.zeros(decoder.shape, np.float32)
        inputs: dict[str, Array] = {
            "input_ids": self.ids,
            "positions": self.positions,
            "seqlens_k": self.lengths,
            "total_sequence_length": self.total,
        }
        self.binding = decoder.bind(inputs, self.logits)
