"""The weights of a decoder, told apart by what the published graph does with them.

Names differ from export to export, so the graph is followed instead: each node that brings a
weight of its own is met in the order of computation, and that order is MusicGen's.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnx
from numpy.typing import NDArray

from lofi.errors import ModelLoadFailed

Floats = NDArray[np.float32]
TYPES: dict[int, type[np.floating]] = {
    onnx.TensorProto.FLOAT: np.float32,
    onnx.TensorProto.FLOAT16: np.float16,
}


class Tensor(NamedTuple):
    """A weight that is still in its file."""

    folder: Path
    proto: onnx.TensorProto

    @property
    def shape(self) -> tuple[int, ...]:
        """Its sizes."""
        return tuple(self.proto.dims)

    def read(self) -> Floats:
        """The weight itself, in single precision.

        Raises:
            ModelLoadFailed: it does not lie in the folder, or is cut off there.
        """
        if self.proto.data_location != onnx.TensorProto.EXTERNAL:
            return np.ascontiguousarray(onnx.numpy_helper.to_array(self.proto), np.float32)
        where = {each.key: each.value for each in self.proto.external_data}
        name, offset = where.get("location", ""), int(where.get("offset", 0))
        if not name or Path(name).name != name:
            raise ModelLoadFailed(f"{self.proto.name} does not lie beside its graph: {name!r}")
        count = math.prod(self.shape)
        kind = TYPES[self.proto.data_type]
        array = np.fromfile(self.folder / name, kind, count, offset=offset)
        if len(array) != count:
            raise ModelLoadFailed(f"{name} ends before {self.proto.name} does")
        return array.reshape(self.shape).astype(np.float32)


class Norm(NamedTuple):
    """A layer normalisation."""

    scale: Tensor
    shift: Tensor


@dataclass(frozen=True, slots=True)
class Layer:
    """One transformer layer; matrices are (inputs, outputs)."""

    self_norm: Norm
    query: Tensor
    key: Tensor
    value: Tensor
    out: Tensor
    cross_norm: Norm
    cross_query: Tensor
    cross_key: Tensor
    cross_value: Tensor
    cross_out: Tensor
    feed_norm: Norm
    expand: Tensor
    contract: Tensor


@dataclass(frozen=True, slots=True)
class Weights:
    """All weights of a decoder."""

    embeddings: tuple[Tensor, ...]
    """One table per codebook, (vocabulary + 1, width)."""
    positions: Tensor
    """(positions, width)"""
    bridge: tuple[Tensor, Tensor]
    """From the text encoder's width to the decoder's: matrix and bias."""
    layers: tuple[Layer, ...]
    norm: Norm
    heads: tuple[Tensor, ...]
    """One matrix per codebook, (width, vocabulary)."""
    attention_heads: int


# fmt: off
KNOWN = frozenset({
    "Add", "And", "Cast", "Concat", "Constant", "ConstantOfShape", "CumSum", "Div", "Equal",
    "Erf", "Expand", "Gather", "Gelu", "Gemm", "Greater", "GreaterOrEqual", "Identity", "IsNaN",
    "LayerNormalization", "Less", "LessOrEqual", "MatMul", "Mod", "Mul", "Neg", "Not", "Or",
    "Pow", "Range", "ReduceMean", "Reshape", "ScatterND", "Shape", "Slice", "Softmax", "Split",
    "Sqrt", "Squeeze", "Sub", "Tanh", "Tile", "Transpose", "Trilu", "Unsqueeze", "Where",
})
# fmt: on
"""Operators of the published float graphs."""
PASSING = frozenset({"Transpose", "Reshape", "Identity", "Cast", "Concat", "Unsqueeze", "Squeeze"})
"""Operators between a projection and the cache it fills."""
DECODER_SIDE = 6
"""Matrices of a layer besides those that fill a cache."""


class Product(NamedTuple):
    """A node that multiplies by a weight."""

    output: str
    weight: Tensor


def read(path: Path, graph: bytes) -> Weights:
    """The weights of the published graph of a first pass, which has them all.

    Args:
        path: the file that the weights lie in.
        graph: the graph, with its weights left there.

    Raises:
        ModelLoadFailed: it is not MusicGen's decoder in floating point; names what is in the way.
    """
    try:
        return _Reader(path, onnx.ModelProto.FromString(graph).graph).weights()
    except _Unlike as error:
        raise ModelLoadFailed(
            f"{path.name} cannot be optimised: {error}",
            hint="start from the fp32 or fp16 files of a published export",
        ) from None


class _Unlike(Exception):
    """The graph is not what it is taken for."""


class _Reader:
    def __init__(self, path: Path, graph: onnx.GraphProto) -> None:
        self._path = path
        self._graph = graph
        self._folder = path.resolve().parent
        self._weights = {each.name: each for each in graph.initializer}
        self._producers: dict[str, onnx.NodeProto] = {}
        self._audible = {"input_ids"}
        """Names of all that depends on the tokens."""
        self._products: list[Product] = []
        self._norms: list[Norm] = []
        self._tables: list[Tensor] = []
        for node in graph.node:
            self._meet(node)

    def weights(self) -> Weights:
        outputs = {each.name: each for each in self._graph.output}
        count = sum(name.endswith(".decoder.key") for name in outputs)
        if not count:
            raise _Unlike("it has no output present.0.decoder.key")
        caches = [self._caches(index) for index in range(count)]
        cached = {product.output for four in caches for product in four}
        others = [product for product in self._products if product.output not in cached]
        within = [each.weight for each in others if each.output in self._audible]
        bridges = [each for each in others if each.output not in self._audible]
        if len(bridges) != 1:
            raise _Unlike(f"there are {len(bridges)} projections of the text instead of one")
        if len(self._norms) != 3 * count + 1 or len(within) <= DECODER_SIDE * count:
            raise _Unlike(f"there are {len(self._norms)} normalisations for {count} layers")
        heads = tuple(within[DECODER_SIDE * count :])
        *embeddings, positions = self._tables
        if len(embeddings) != len(heads):
            raise _Unlike(f"there are {len(embeddings)} tables of tokens for {len(heads)} heads")
        return Weights(
            embeddings=tuple(embeddings),
            positions=positions,
            bridge=(bridges[0].weight, self._shift(bridges[0].output)),
            layers=tuple(
                self._layer(caches[index], within[DECODER_SIDE * index :], index)
                for index in range(count)
            ),
            norm=self._norms[-1],
            heads=heads,
            attention_heads=outputs["present.0.decoder.key"]
            .type.tensor_type.shape.dim[1]
            .dim_value,
        )

    def _layer(self, caches: list[Product], within: list[Tensor], index: int) -> Layer:
        key, value, cross_key, cross_value = (each.weight for each in caches)
        query, out, cross_query, cross_out, expand, contract = within[:DECODER_SIDE]
        norms = self._norms[3 * index : 3 * index + 3]
        return Layer(
            self_norm=norms[0],
            query=query,
            key=key,
            value=value,
            out=out,
            cross_norm=norms[1],
            cross_query=cross_query,
            cross_key=cross_key,
            cross_value=cross_value,
            cross_out=cross_out,
            feed_norm=norms[2],
            expand=expand,
            contract=contract,
        )

    def _meet(self, node: onnx.NodeProto) -> None:
        """Take note of a node and of the weight it brings."""
        if node.op_type not in KNOWN:
            raise _Unlike(f"the node {node.name} is a {node.op_type}")
        for output in node.output:
            self._producers[output] = node
        if not self._audible.isdisjoint(node.input):
            self._audible.update(node.output)
        if node.op_type == "Gemm":
            raise _Unlike(f"the node {node.name} is a Gemm")
        self._take(node, [self._constant(name) for name in node.input])

    def _take(self, node: onnx.NodeProto, constants: list[Tensor | None]) -> None:
        """Keep the weight of a node that is one of those which MusicGen has."""
        match node.op_type, constants:
            case "MatMul", [None, Tensor() as weight] if len(weight.shape) == 2:
                self._products.append(Product(node.output[0], weight))
            case "LayerNormalization", [None, Tensor() as scale, Tensor() as shift]:
                self._norms.append(Norm(scale, shift))
            case "Add", ([None, Tensor() as shift] | [Tensor() as shift, None]):
                self._close_norm(node, shift)
            case "Gather", [Tensor() as table, None] if len(table.shape) == 2:
                self._tables.append(table)

    def _close_norm(self, node: onnx.NodeProto, shift: Tensor) -> None:
        """Before opset 17 a normalisation is many nodes, of which the last two scale and shift."""
        former = self._producers.get(next(name for name in node.input if not self._constant(name)))
        if len(shift.shape) != 1 or former is None or former.op_type != "Mul":
            return
        scales = [found for name in former.input if (found := self._constant(name)) is not None]
        if len(scales) == 1 and scales[0].shape == shift.shape:
            self._norms.append(Norm(scales[0], shift))

    def _caches(self, layer: int) -> list[Product]:
        """What fills the caches of a layer: own key and value, then those of the text."""
        return [
            self._origin(f"present.{layer}.{kind}.{part}")
            for kind in ("decoder", "encoder")
            for part in ("key", "value")
        ]

    def _origin(self, name: str) -> Product:
        place = name
        while (node := self._producers.get(place)) is not None and node.op_type in PASSING:
            place = node.input[-1] if node.op_type == "Concat" else node.input[0]
        for product in self._products:
            if product.output == place:
                return product
        raise _Unlike(f"{name} does not come from a projection")

    def _shift(self, product: str) -> Tensor:
        """The bias that is added to a product."""
        for node in self._graph.node:
            if node.op_type == "Add" and product in node.input:
                found = [self._constant(name) for name in node.input if name != product]
                if found and found[0] is not None:
                    return found[0]
        raise _Unlike("the projection of the text has no bias")

    def _constant(self, name: str) -> Tensor | None:
        """The weight of this name, where it is one and holds floating point numbers."""
        node = self._producers.get(name)
        while node is not None and node.op_type == "Identity":
            name = node.input[0]
            node = self._producers.get(name)
        proto = self._weights.get(name)
        if proto is None and node is not None and node.op_type == "Constant":
            proto = next((each.t for each in node.attribute if each.name == "value"), None)
        if proto is None or proto.data_type not in TYPES:
            return None
        return Tensor(self._folder, proto)
