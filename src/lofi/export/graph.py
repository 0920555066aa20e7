"""A graph apart from its weights: traced from torch, changed, and written to disk."""

import io
import math
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, external_data_helper, helper, numpy_helper

OPSET = 17
LIMIT = 2_000_000_000
"""Bytes of weights that still fit into one protobuf message (2 GiB) with the graph."""
ALIGNMENT = 4096
"""Where each tensor of a data file begins: a page, so that it can be mapped."""

Array = NDArray[Any]
Axes = Mapping[str, Mapping[int, str]]


class Graph(NamedTuple):
    """Nodes, inputs and outputs in ``model``, the constants they name in ``weights``."""

    model: onnx.ModelProto
    weights: Mapping[str, Array]


def trace(
    module: torch.nn.Module,
    inputs: Mapping[str, torch.Tensor],
    outputs: Sequence[str],
    axes: Axes,
    *,
    fold: bool = False,
) -> Graph:
    """Record what ``module`` does with the example ``inputs`` (name to tensor, in order).

    ``axes`` names the sizes that are free, per input and output. ``fold`` computes what depends
    on weights alone (the gates of an LSTM, reordered); without it weights keep their own names.
    """
    target = io.BytesIO()
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")  # of sizes that are fixed on purpose
        torch.onnx.export(
            module,
            tuple(inputs.values()),
            target,
            dynamo=False,  # the newer exporter fixes the length of an LSTM
            export_params=fold,
            do_constant_folding=True,
            opset_version=OPSET,
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_axes={name: dict(sizes) for name, sizes in axes.items()},
        )
        results = module(*inputs.values())
    model = onnx.load_model_from_string(target.getvalue())
    _declare(model, results if isinstance(results, tuple) else (results,), axes)
    state = {} if fold else module.state_dict()
    weights = {
        value.name: state[value.name].numpy() for value in model.graph.input if value.name in state
    }
    kept = [value for value in model.graph.input if value.name not in weights]
    del model.graph.input[:]
    model.graph.input.extend(kept)
    return detached(model, weights)


def _declare(model: onnx.ModelProto, results: Sequence[torch.Tensor], axes: Axes) -> None:
    """State the sizes of the outputs: the tracer forgets those that are fixed."""
    for value, result in zip(model.graph.output, results, strict=True):
        for axis, size in enumerate(result.shape):
            name = axes[value.name].get(axis)
            dimension = value.type.tensor_type.shape.dim[axis]
            if name is None:
                dimension.dim_value = size
            else:
                dimension.dim_param = name


def detached(model: onnx.ModelProto, weights: Mapping[str, Array] | None = None) -> Graph:
    """``model`` with its initialisers moved out, beside the ``weights`` already outside."""
    found = dict(weights or {})
    found |= {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    del model.graph.initializer[:]
    return Graph(model, found)


def size(graph: Graph) -> int:
    """Bytes of all weights."""
    return sum(array.nbytes for array in graph.weights.values())


def write(graph: Graph, path: Path, limit: int = LIMIT) -> list[Path]:
    """Write ``path``, and the weights to ``<path>_data`` when they exceed ``limit`` bytes.

    Returns:
        The files written.
    """
    model = onnx.ModelProto()
    model.CopyFrom(graph.model)
    if size(graph) <= limit:
        model.graph.initializer.extend(
            numpy_helper.from_array(array, name) for name, array in graph.weights.items()
        )
        path.write_bytes(model.SerializeToString(deterministic=True))
        return [path]
    data = path.with_name(path.name + "_data")
    with data.open("wb") as file:
        model.graph.initializer.extend(
            _external(name, array, file, data.name) for name, array in graph.weights.items()
        )
    path.write_bytes(model.SerializeToString(deterministic=True))
    return [path, data]


def read(path: Path) -> Graph:
    """The graph at ``path`` with its weights in memory."""
    return detached(onnx.load(path))


def _external(name: str, array: Array, file: BinaryIO, location: str) -> TensorProto:
    offset = math.ceil(file.tell() / ALIGNMENT) * ALIGNMENT
    file.write(b"\0" * (offset - file.tell()))
    file.write(np.ascontiguousarray(array).data)
    tensor = TensorProto(
        name=name,
        data_type=helper.np_dtype_to_tensor_dtype(array.dtype),
        dims=array.shape,
        raw_data=b"",
    )
    external_data_helper.set_external_data(tensor, location, offset, array.nbytes)
    tensor.data_location = TensorProto.EXTERNAL
    tensor.ClearField("raw_data")
    return tensor
