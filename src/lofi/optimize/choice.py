"""Which precision suits this processor: a short measurement, not a guess from its name."""

import itertools
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
from numpy.typing import NDArray

from lofi.backends.onnx import Session, Source
from lofi.device import Device, Placement
from lofi.optimize.packing import BITS, BLOCKS, Precision, pack
from lofi.optimize.weights import Floats
from lofi.optimize.writer import EXACT, FORMAT, OPSET, RUNTIME

SIDE = 4096
"""Rows and columns of the matrix that is tried: larger in full precision than any cache."""
ROWS = 2
"""With the prompt, and without."""
ROUNDS = 7
WORTH = 1.3
"""How much faster 8 bits must be to be worth their rounding."""


class Choice(NamedTuple):
    """A precision, and how it was found."""

    precision: Precision
    speedup: float
    """Of 8 bits over full precision, on a product like those of the decoder."""


def measure(placement: Placement) -> Choice:
    """Time one product in full precision and in 8 bits; takes about a second."""
    matrix = np.random.default_rng(0).normal(size=(SIDE, SIDE)).astype(np.float32)
    spent = {
        precision: shortest(matrix, precision, placement)
        for precision in (Precision.FP32, Precision.INT8)
    }
    speedup = spent[Precision.FP32] / spent[Precision.INT8]
    return Choice(Precision.INT8 if speedup >= WORTH else Precision.FP32, speedup)


def shortest(
    matrix: Floats,
    precision: Precision,
    placement: Placement,
    *,
    chain: int = 1,
    rounds: int = ROUNDS,
) -> float:
    """The shortest time in seconds that multiplying with a square matrix takes on a processor.

    Args:
        matrix: shape (side, side).
        precision: how it is kept.
        placement: how many threads there are.
        chain: how many such products, one after another, make up a run.
        rounds: how often it is tried.
    """
    source = _products(matrix, precision, chain)
    session = Session(source, placement._replace(device=Device.CPU))
    x = np.ones((ROWS, len(matrix)), np.float32)
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        session.run(["y"], {"x": x})
        times.append(time.perf_counter() - began)
    return min(times)


def _products(matrix: Floats, precision: Precision, chain: int) -> Source:
    side = len(matrix)
    weights: dict[str, NDArray[Any]] = {"matrix": matrix}
    attributes: dict[str, Any] = {}
    if precision is not Precision.FP32:
        bits, block = BITS[precision], BLOCKS[precision]
        codes, scales = pack(matrix, bits, block)
        weights = {"codes": codes, "scales": scales}
        attributes = {"K": side, "N": side, "bits": bits, "block_size": block}
        attributes["accuracy_level"] = EXACT
    operator, domain = ("MatMulNBits", RUNTIME) if attributes else ("MatMul", "")
    names = ["x", *(f"h{number}" for number in range(1, chain)), "y"]
    nodes = [
        onnx.helper.make_node(operator, [x, *weights], [y], domain=domain, **attributes)
        for x, y in itertools.pairwise(names)
    ]
    inputs, outputs = (
        [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [ROWS, side])]
        for name in "xy"
    )
    held = [onnx.numpy_helper.from_array(array, name) for name, array in weights.items()]
    graph = onnx.helper.make_graph(nodes, "products", inputs, outputs, held)
    opsets = [onnx.helper.make_opsetid("", OPSET), onnx.helper.make_opsetid(RUNTIME, 1)]
    model = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=FORMAT)
    return Source(Path("products.onnx"), model.SerializeToString())
