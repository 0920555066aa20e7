"""How fast the runtime multiplies when memory costs nothing: a ceiling beside the memory's."""

import itertools
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from lofi.backends.onnx import Session, Source
from lofi.device import Device, Placement
from lofi.optimize.packing import BITS, BLOCKS, Precision, pack
from lofi.optimize.writer import EXACT, FORMAT, OPSET, RUNTIME

SIDE = 1024
"""Rows and columns of the matrix: the decoder's width, and small enough for a core's cache."""
ROWS = 2
"""With the prompt, and without."""
CHAIN = 100
"""Products with the same matrix, one after another, so that beginning a run hardly counts."""
ROUNDS = 40


def rates(threads: int) -> dict[Precision, float]:
    """GB of weights a second, by precision, of products whose matrix lies in the cache."""
    matrix = np.random.default_rng(0).normal(size=(SIDE, SIDE)).astype(np.float32)
    matrix /= np.float32(np.sqrt(SIDE))
    return {each: _rate(matrix, each, threads) for each in Precision}


def _rate(matrix: NDArray[np.float32], precision: Precision, threads: int) -> float:
    session = Session(_chain(matrix, precision), Placement(Device.CPU, threads))
    x = np.ones((ROWS, SIDE), np.float32)
    spent = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        session.run(["y"], {"x": x})
        spent.append(time.perf_counter() - began)
    return CHAIN * SIDE * SIDE * BITS.get(precision, 32) / 8 / min(spent) / 1e9


def _chain(matrix: NDArray[np.float32], precision: Precision) -> Source:
    weights: Mapping[str, NDArray[Any]] = {"matrix": matrix}
    operator, domain = "MatMul", ""
    attributes: dict[str, Any] = {}
    if precision in BITS:
        codes, scales = pack(matrix, BITS[precision], BLOCKS[precision])
        weights = {"codes": codes, "scales": scales}
        operator, domain = "MatMulNBits", RUNTIME
        attributes = {"K": SIDE, "N": SIDE, "bits": BITS[precision]}
        attributes |= {"block_size": BLOCKS[precision], "accuracy_level": EXACT}
    names = ["x", *(f"h{number}" for number in range(1, CHAIN)), "y"]
    nodes = [
        onnx.helper.make_node(operator, [x, *weights], [y], domain=domain, **attributes)
        for x, y in itertools.pairwise(names)
    ]
    ends = [
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [ROWS, SIDE])
        for name in "xy"
    ]
    held = [onnx.numpy_helper.from_array(array, name) for name, array in weights.items()]
    graph = onnx.helper.make_graph(nodes, "chain", ends[:1], ends[1:], held)
    opsets = [onnx.helper.make_opsetid("", OPSET), onnx.helper.make_opsetid(RUNTIME, 1)]
    model = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=FORMAT)
    return Source(Path("chain.onnx"), model.SerializeToString())
