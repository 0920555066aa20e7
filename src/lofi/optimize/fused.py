"""MusicGen's decoder as few, large operators with a cache that is written in place.

One matrix for query, key and value, GroupQueryAttention on a cache of fixed length, residual and
normalisation in one node, one matrix for all heads. It computes what the published graph does.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import onnx

from lofi.optimize.weights import Layer, Norm, Weights
from lofi.optimize.writer import RUNTIME, Writer

FLOAT, INT32, INT64 = onnx.TensorProto.FLOAT, onnx.TensorProto.INT32, onnx.TensorProto.INT64
EPSILON = 1e-5


class Shape(NamedTuple):
    """Sizes of a decoder."""

    heads: int
    width: int
    """Of one head."""
    codebooks: int
    vocabulary: int

    @classmethod
    def of(cls, weights: Weights) -> "Shape":
        """The sizes that the weights have."""
        heads = weights.attention_heads
        width = weights.positions.shape[1] // heads
        return cls(heads, width, len(weights.heads), weights.heads[0].shape[1])


class Fused:
    """Writes the graph of a step; of any number of columns, so that a window is primed with it."""

    def __init__(self, writer: Writer, weights: Weights) -> None:
        self._to = writer
        self._weights = weights
        self._shape = Shape.of(weights)

    def write(self) -> Iterator[int]:
        """Write inputs, nodes and outputs; yields how many layers are written, the ends counted."""
        residual = self._embedded()
        delta: str | None = None
        for index, layer in enumerate(self._weights.layers):
            residual, normed = self._normed(f"{index}.self", residual, delta, layer.self_norm)
            delta = self._self_attention(index, layer, normed)
            residual, normed = self._normed(f"{index}.cross", residual, delta, layer.cross_norm)
            delta = self._cross_attention(index, layer, normed)
            residual, normed = self._normed(f"{index}.feed", residual, delta, layer.feed_norm)
            wide = self._to.product(normed, f"{index}.expand", [layer.expand])
            bent = self._to.node("Gelu", [wide], f"{index}.gelu", RUNTIME)
            delta = self._to.product(bent, f"{index}.contract", [layer.contract])
            yield index + 1
        _, normed = self._normed("last", residual, delta, self._weights.norm)
        self._logits(normed)
        yield len(self._weights.layers) + 1

    def _embedded(self) -> str:
        """Tokens and positions to vectors, (rows, columns, width)."""
        to, codebooks = self._to, self._shape.codebooks
        ids = to.input("input_ids", INT64, ["rows", codebooks, "columns"])
        place = to.input("positions", INT64, ["columns"])
        to.input("seqlens_k", INT32, ["rows"])
        to.input("total_sequence_length", INT32, [])
        tables = [each.read() for each in self._weights.embeddings]
        table = to.weight("embeddings", np.concatenate(tables))
        first = np.cumsum([0, *(len(each) for each in tables[:-1])], dtype=np.int64)
        offsets = to.constant("offsets", first[None, :, None])
        tokens = to.node("Gather", [table, to.node("Add", [ids, offsets], "ids")], "tokens")
        axis = to.constant("axis", np.array([1], np.int64))
        summed = to.node("ReduceSum", [tokens, axis], "summed", keepdims=0)
        where = to.weight("position_table", self._weights.positions.read())
        return to.node("Add", [summed, to.node("Gather", [where, place], "place")], "embedded")

    def _normed(self, name: str, residual: str, delta: str | None, norm: Norm) -> tuple[str, str]:
        """Add ``delta`` to the residual stream; the stream, and its normalisation."""
        to = self._to
        affine = [
            to.constant(f"{name}.scale", norm.scale.read()),
            to.constant(f"{name}.shift", norm.shift.read()),
        ]
        if delta is None:
            plain = to.node(
                "LayerNormalization", [residual, *affine], f"{name}.norm", epsilon=EPSILON
            )
            return residual, plain
        outputs = [f"{name}.norm", "", "", f"{name}.sum"]
        to.node(
            "SkipLayerNormalization", [delta, residual, *affine], outputs, RUNTIME, epsilon=EPSILON
        )
        return f"{name}.sum", f"{name}.norm"

    def _self_attention(self, index: int, layer: Layer, x: str) -> str:
        to, (heads, width, *_) = self._to, self._shape
        together = to.product(x, f"{index}.qkv", [layer.query, layer.key, layer.value])
        size: list[int | str] = ["rows", heads, "length", width]
        parts = ("key", "value")
        past = [to.input(f"past.{index}.{part}", FLOAT, size) for part in parts]
        present = [to.output(f"present.{index}.{part}", FLOAT, size) for part in parts]
        seen = to.node(
            "GroupQueryAttention",
            [together, "", "", *past, "seqlens_k", "total_sequence_length"],
            [f"{index}.seen", *present],
            RUNTIME,
            num_heads=heads,
            kv_num_heads=heads,
        )
        return to.product(seen, f"{index}.out", [layer.out])

    def _cross_attention(self, index: int, layer: Layer, x: str) -> str:
        to, (heads, width, *_) = self._to, self._shape
        query = to.product(x, f"{index}.cross_query", [layer.cross_query])
        size: list[int | str] = ["rows", heads, "tokens", width]
        text = [to.input(f"text.{index}.{part}", FLOAT, size) for part in ("key", "value")]
        heard = to.node(
            "MultiHeadAttention", [query, *text], f"{index}.heard", RUNTIME, num_heads=heads
        )
        return to.product(heard, f"{index}.cross_out", [layer.cross_out])

    def _logits(self, x: str) -> None:
        """The prediction after the last column, (rows, codebooks, vocabulary)."""
        to, (_, _, codebooks, vocabulary) = self._to, self._shape
        last = to.node("Gather", [x, to.constant("minus_one", np.int64(-1))], "last", axis=1)
        every = to.product(last, "heads", self._weights.heads)
        shape = to.constant("logits.shape", np.array([-1, codebooks, vocabulary], np.int64))
        to.output("logits", FLOAT, ["rows", codebooks, vocabulary])
        to.node("Reshape", [every, shape], "logits")


def write_text(writer: Writer, weights: Weights) -> None:
    """Write the graph that turns T5's states into keys and values of every layer.

    ``states`` (1, tokens, text width) to ``text`` (layers * 2 * heads, tokens, width of a head).
    """
    heads, width, *_ = Shape.of(weights)
    matrix, shift = weights.bridge
    states = writer.input("states", FLOAT, [1, "tokens", matrix.shape[0]])
    moved = writer.node("MatMul", [states, writer.weight("bridge", matrix.read())], "moved")
    bridged = writer.node("Add", [moved, writer.constant("shift", shift.read())], "bridged")
    pairs = [each for layer in weights.layers for each in (layer.cross_key, layer.cross_value)]
    every = writer.product(bridged, "crossed", pairs)
    count = len(pairs) * heads
    shape = writer.constant("shape", np.array([-1, count, width], np.int64))
    parts = writer.node("Reshape", [every, shape], "parts")
    writer.output("text", FLOAT, [count, "tokens", width])
    writer.node("Transpose", [parts], "text", perm=[1, 0, 2])
