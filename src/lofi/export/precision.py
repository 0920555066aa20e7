"""Smaller graphs: float16 throughout, or 8-bit weights in the decoder."""

import tempfile
from pathlib import Path

import numpy as np
from onnx import AttributeProto, GraphProto, TensorProto, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from lofi.export.graph import Graph, read, write

WIDE, NARROW = TensorProto.FLOAT, TensorProto.FLOAT16


def halved(graph: Graph) -> Graph:
    """``graph`` with float16 in place of float32, inputs and outputs too; changed in place."""
    _narrow(graph.model.graph)
    weights = {
        name: array.astype(np.float16) if array.dtype == np.float32 else array
        for name, array in graph.weights.items()
    }
    return Graph(graph.model, weights)


def quantised(graph: Graph) -> Graph:
    """``graph`` with 8-bit weights, one scale per output channel, in its matrix products.

    Activations are rounded as they come (dynamic quantisation). Works on graphs without branches.
    """
    with tempfile.TemporaryDirectory() as folder:
        wide, narrow = Path(folder) / "wide.onnx", Path(folder) / "narrow.onnx"
        big = len(write(graph, wide)) > 1
        quantize_dynamic(
            wide,
            narrow,
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            weight_type=QuantType.QInt8,
            use_external_data_format=big,
        )
        return read(narrow)


def _narrow(graph: GraphProto) -> None:
    for value in (*graph.input, *graph.output, *graph.value_info):
        if value.type.tensor_type.elem_type == WIDE:
            value.type.tensor_type.elem_type = NARROW
    for node in graph.node:
        for attribute in node.attribute:
            _narrow_attribute(node.op_type, attribute)


def _narrow_attribute(operator: str, attribute: AttributeProto) -> None:
    if attribute.type == AttributeProto.TENSOR and attribute.t.data_type == WIDE:
        array = numpy_helper.to_array(attribute.t).astype(np.float16)
        attribute.t.CopyFrom(numpy_helper.from_array(array, attribute.t.name))
    elif operator == "Cast" and attribute.name == "to" and attribute.i == WIDE:
        attribute.i = NARROW
    elif attribute.type == AttributeProto.GRAPH:
        _narrow(attribute.g)
