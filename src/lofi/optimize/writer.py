"""A graph that is written node by node, its weights straight into a file of their own."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from lofi.optimize.packing import BITS, BLOCKS, Precision, pack
from lofi.optimize.weights import Tensor

RUNTIME = "com.microsoft"
"""The domain of onnxruntime's own operators."""
OPSET = 17
FORMAT = 9
"""ONNX IR version."""
ALIGNMENT = 4096
"""Weights begin at a page, so that they can be mapped."""
EXACT = 4
"""MatMulNBits' ``accuracy_level`` that computes in 8-bit integers; lower ones are far slower."""


class DataFile:
    """A file that weights are appended to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("wb")

    def append(self, array: NDArray[Any], name: str) -> onnx.TensorProto:
        """Write a weight; what the graph says of it."""
        self._file.write(bytes(-self._file.tell() % ALIGNMENT))
        offset = self._file.tell()
        self._file.write(np.ascontiguousarray(array).data)
        tensor = onnx.TensorProto(name=name, dims=array.shape)
        tensor.data_type = onnx.helper.np_dtype_to_tensor_dtype(array.dtype)
        tensor.data_location = onnx.TensorProto.EXTERNAL
        where = {"location": self.path.name, "offset": offset, "length": array.nbytes}
        for key, value in where.items():
            tensor.external_data.add(key=key, value=str(value))
        return tensor

    def close(self) -> None:
        """All is written."""
        self._file.close()


class Writer:
    """Nodes, inputs and outputs of one graph."""

    def __init__(self, data: DataFile, precision: Precision) -> None:
        self._data = data
        self._precision = precision
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []

    def input(self, name: str, kind: int, shape: Sequence[int | str]) -> str:
        """Declare an input."""
        self._inputs.append(onnx.helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, name: str, kind: int, shape: Sequence[int | str]) -> str:
        """Declare an output."""
        self._outputs.append(onnx.helper.make_tensor_value_info(name, kind, shape))
        return name

    def constant(self, name: str, value: Any) -> str:  # noqa: ANN401 - whatever numpy takes
        """A small value that stands in the graph itself."""
        self._weights.append(onnx.numpy_helper.from_array(np.asarray(value), name))
        return name

    def weight(self, name: str, array: NDArray[Any]) -> str:
        """A value in the data file."""
        self._weights.append(self._data.append(array, name))
        return name

    def node(
        self,
        operator: str,
        inputs: Sequence[str],
        outputs: Sequence[str] | str,
        domain: str = "",
        **attributes: Any,  # noqa: ANN401 - as onnx takes them
    ) -> str:
        """Add a node; the name of its first output."""
        names = [outputs] if isinstance(outputs, str) else list(outputs)
        self._nodes.append(
            onnx.helper.make_node(
                operator, inputs, names, name=names[0], domain=domain, **attributes
            )
        )
        return names[0]

    def product(self, x: str, name: str, matrices: Sequence[Tensor]) -> str:
        """``x`` times matrices side by side, in the precision of the graph."""
        matrix = np.concatenate([each.read() for each in matrices], axis=1)
        output = f"{name}.out"
        if self._precision is Precision.FP32:
            return self.node("MatMul", [x, self.weight(name, matrix)], output)
        bits, block = BITS[self._precision], BLOCKS[self._precision]
        packed = pack(matrix, bits, block)
        codes = self.weight(f"{name}.codes", packed.codes)
        scales = self.weight(f"{name}.scales", packed.scales)
        return self.node(
            "MatMulNBits",
            [x, codes, scales],
            output,
            RUNTIME,
            K=matrix.shape[0],
            N=matrix.shape[1],
            bits=bits,
            block_size=block,
            accuracy_level=EXACT,
        )

    def model(self, name: str) -> onnx.ModelProto:
        """What was written, but for the data file."""
        graph = onnx.helper.make_graph(
            self._nodes, name, self._inputs, self._outputs, self._weights
        )
        opsets = [onnx.helper.make_opsetid("", OPSET), onnx.helper.make_opsetid(RUNTIME, 1)]
        return onnx.helper.make_model(graph, opset_imports=opsets, ir_version=FORMAT)
