"""How many bytes a step cannot but read: the weights of its products, and the cache so far."""

import math
import re
from typing import NamedTuple

import onnx

from lofi.backends import onnxfile
from lofi.backends.musicgen.decoder import further_passes
from lofi.backends.musicgen.layout import Files

PAST = re.compile(r"past(_key_values)?\.\d+(\.decoder)?\.(key|value)")
ROWS = 2
"""With the prompt, and without."""


class Traffic(NamedTuple):
    """Bytes of one step."""

    weights: float
    position: float
    """For every position before it."""

    def at(self, position: float) -> float:
        """Bytes of the step at a position."""
        return self.weights + self.position * position

    def scaled(self, factor: float) -> "Traffic":
        """Of the same model with numbers so many times as large."""
        return Traffic(self.weights * factor, self.position * factor)


def of(files: Files) -> Traffic:
    """What a step of the decoder reads that would be used for this model."""
    if files.fast is not None:
        model = onnx.load(files.fast.decoder, load_external_data=False)
    else:
        source = further_passes(files)
        model = onnx.load_from_string(source.graph or onnxfile.in_place(source.file))
    graph = model.graph
    looked_up = {node.input[0] for node in graph.node if node.op_type == "Gather"}
    read = {name for node in graph.node for name in node.input if name not in looked_up}
    weights = sum(
        math.prod(each.dims) * _size(each.data_type)
        for each in graph.initializer
        if each.name in read
    )
    caches = [each.type.tensor_type for each in graph.input if PAST.fullmatch(each.name)]
    position = sum(
        ROWS * cache.shape.dim[1].dim_value * cache.shape.dim[3].dim_value * _size(cache.elem_type)
        for cache in caches
    )
    return Traffic(weights, position)


def _size(kind: int) -> int:
    return onnx.helper.tensor_dtype_to_np_dtype(kind).itemsize
